//! The program as an admin meets it: init, shops, serve, and how it ends.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

const ROOT_JKT: &str = "-zbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

fn relay(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_passerby-relay")).args(args).current_dir(folder).output().unwrap()
}

#[track_caller]
fn ok(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn no(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn init(folder: &Path) -> Output {
    relay(folder, &["init", "--development", "--listen", "127.0.0.1:0"])
}

/// A serving relay, ended when the test ends.
struct Serving {
    child: Child,
    address: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(folder: &Path) -> Serving {
    let mut child = Command::new(env!("CARGO_BIN_EXE_passerby-relay"))
        .arg("serve")
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("passerby-relay ready on ").unwrap().to_owned();
    Serving { child, address }
}

#[test]
fn init_makes_everything_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let said = ok(&init(folder.path()));
    assert!(said.contains("made") && said.contains("Next: add a shop"), "{said}");
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let before = (read("relay.toml"), read("relay.key"));
    let config = String::from_utf8(before.0.clone()).unwrap();
    assert!(
        config.contains("issuer = \"http://127.0.0.1:0\"\n") && config.contains("development = true\n"),
        "{config}"
    );
    assert!(config.contains("#file = \"relay.db\""), "defaults stand as comments: {config}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join("relay.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let said = ok(&init(folder.path()));
    assert!(said.contains("kept") && !said.contains("made"), "{said}");
    assert_eq!((read("relay.toml"), read("relay.key")), before);
}

#[test]
fn init_is_strict_about_the_issuer() {
    let folder = tempfile::tempdir().unwrap();
    no(&relay(folder.path(), &["init"]), 2);
    no(&relay(folder.path(), &["init", "--issuer", "relay.example"]), 2);
    no(&relay(folder.path(), &["init", "--issuer", "http://127.0.0.1:4180"]), 3);
    no(&relay(folder.path(), &["init", "--issuer", "https://relay.example", "--development"]), 3);
    no(&relay(folder.path(), &["init", "--development", "--listen", "0.0.0.0:4180"]), 3);
    assert!(!folder.path().join("relay.key").exists());
    ok(&relay(folder.path(), &["init", "--issuer", "https://relay.example"]));
}

#[test]
fn shops_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    no(&relay(folder.path(), &["shop", "list"]), 3);
    ok(&init(folder.path()));
    let add = |sector: &str, root: &str| relay(folder.path(), &["shop", "add", sector, "--root-jkt", root]);
    ok(&add("shop.example", ROOT_JKT));
    ok(&add("shoes.localhost:4001", ROOT_JKT));
    assert!(ok(&add("shop.example", ROOT_JKT)).contains("already"));
    let other = ROOT_JKT.replace('-', "_");
    assert!(no(&add("shop.example", &other), 1).contains("another root key"));
    no(&add("https://shop.example", ROOT_JKT), 2);
    no(&add("shop.example", "short"), 2);
    let list: Value = serde_json::from_str(&ok(&relay(folder.path(), &["shop", "list", "--json"]))).unwrap();
    assert_eq!(list[1]["sector"], "shop.example");
    assert_eq!(list[1]["root_jkt"], ROOT_JKT);
    assert!(no(&relay(folder.path(), &["shop", "remove", "shop.example"]), 1).contains("--yes"));
    ok(&relay(folder.path(), &["shop", "remove", "shop.example", "--yes"]));
    no(&relay(folder.path(), &["shop", "remove", "shop.example", "--yes"]), 1);
    ok(&relay(folder.path(), &["migrate"]));
}

#[test]
fn a_production_relay_knows_no_shops_on_this_computer() {
    let folder = tempfile::tempdir().unwrap();
    ok(&relay(folder.path(), &["init", "--issuer", "https://relay.example"]));
    let added = relay(folder.path(), &["shop", "add", "shoes.localhost:4001", "--root-jkt", ROOT_JKT]);
    assert!(no(&added, 1).contains("development"));
}

#[cfg(unix)]
#[test]
fn serves_until_told_to_stop() {
    let folder = tempfile::tempdir().unwrap();
    ok(&init(folder.path()));
    let mut serving = serve(folder.path());
    let keys = get(&serving.address, "/.well-known/jwt-vc-issuer");
    assert!(
        keys.contains(&format!("\"issuer\":\"{}\"", serving.address)),
        "port 0 became the real port: {keys}"
    );
    ok(&relay(folder.path(), &["shop", "add", "shop.example", "--root-jkt", ROOT_JKT]));
    let pid = serving.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(serving.child.wait().unwrap().success());
    let mut log = String::new();
    serving.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("\"ready\"") && log.contains("\"stopped\""), "{log}");
    assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{log}");
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    ok(&init(folder.path()));
    let key = folder.path().join("relay.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(no(&relay(folder.path(), &["serve"]), 3).contains("chmod 600"));
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&key, "{\"kty\":\"EC\"}").unwrap();
    no(&relay(folder.path(), &["serve"]), 3);
}

#[test]
fn a_config_with_a_mistake_names_it() {
    let folder = tempfile::tempdir().unwrap();
    ok(&init(folder.path()));
    let path = folder.path().join("relay.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("listen = \"127.0.0.1:0\"", "listen = \"somewhere\"")).unwrap();
    let said = no(&relay(folder.path(), &["serve"]), 3);
    assert!(said.contains("relay.toml") && said.contains("listen"), "{said}");
    std::fs::write(&path, text.replace("listen = ", "lisen = ")).unwrap();
    let said = no(&relay(folder.path(), &["serve"]), 3);
    assert!(said.contains("lisen"), "a slip of the pen is not passed over: {said}");
}

#[test]
fn help_completions_and_manual_pages() {
    let folder = tempfile::tempdir().unwrap();
    let help = ok(&relay(folder.path(), &["--help"]));
    assert!(help.contains("Exit codes:") && help.contains("Examples:"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(ok(&relay(folder.path(), &["completions", shell])).contains("passerby-relay"));
    }
    ok(&relay(folder.path(), &["man", "man1"]));
    assert!(folder.path().join("man1/passerby-relay.1").exists());
    assert!(folder.path().join("man1/passerby-relay-shop-add.1").exists());
}

/// One plain HTTP request over loopback.
fn get(address: &str, path: &str) -> String {
    use std::io::Write as _;
    let host = address.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}
