//! A signing key follows another one, and nobody notices; or at once, because it was stolen.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::RelayKeys;
use serde_json::Value;

fn relay(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_passerby-relay")).args(args).current_dir(folder).output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[track_caller]
fn ok(folder: &Path, args: &[&str]) -> String {
    let (code, said) = relay(folder, args);
    assert_eq!(code, Some(0), "{said}");
    said
}

/// A serving relay, ended when the test ends.
struct Serving {
    child: Child,
    address: String,
    log: BufReader<ChildStderr>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Serving {
    fn start(folder: &Path) -> Self {
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
        let log = BufReader::new(child.stderr.take().unwrap());
        Self { child, address, log }
    }

    /// Says that something has changed, and waits until the relay has heard it.
    fn reload(&mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
        loop {
            let mut line = String::new();
            assert!(self.log.read_line(&mut line).unwrap() > 0, "the relay ended");
            if line.contains("signing keys") {
                return line;
            }
        }
    }

    async fn fetch_keys(&self) -> (RelayKeys, usize) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let path = format!("{}/.well-known/jwt-vc-issuer", self.address);
        let bytes = http.get(path).send().await.unwrap().bytes().await.unwrap();
        let document: Value = serde_json::from_slice(&bytes).unwrap();
        let keys = RelayKeys::parse(&bytes, &Issuer::parse(&self.address).unwrap()).unwrap();
        (keys, document["jwks"]["keys"].as_array().unwrap().len())
    }
}

/// The thumbprints in `keys list`, with what is said of each.
fn list(folder: &Path) -> Vec<(String, String)> {
    let said = ok(folder, &["keys", "list"]);
    let lines = said.lines().filter_map(|line| line.strip_prefix("signing key "));
    lines.map(|line| line.split_once("  ").unwrap()).map(|(jkt, what)| (jkt.into(), what.into())).collect()
}

fn furnish() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    ok(folder.path(), &["init", "--development", "--listen", "127.0.0.1:0"]);
    folder
}

/// Changes the times in the key file, as if they had passed.
fn age(folder: &Path, seconds: i64) {
    let path = folder.join("relay.key");
    let mut file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    for key in file["keys"].as_array_mut().unwrap() {
        for name in ["signs_from", "published_until"] {
            if let Some(at) = key[name].as_i64() {
                key[name] = (at - seconds).into();
            }
        }
    }
    std::fs::write(path, file.to_string()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_key_is_published_before_it_signs_and_the_old_one_after() {
    let folder = furnish();
    let home = folder.path();
    let old = list(home).remove(0).0;
    let mut serving = Serving::start(home);
    assert_eq!(serving.fetch_keys().await.1, 1);
    ok(home, &["keys", "rotate"]);
    let listed = list(home);
    assert_eq!((listed.len(), &listed[0]), (2, &(old.clone(), "signs".to_owned())));
    assert!(listed[1].1.starts_with("signs in 14"), "{listed:?}");
    let (code, said) = relay(home, &["keys", "rotate"]);
    assert!(code == Some(1) && said.contains("already"), "{said}");
    assert!(serving.reload().contains("\"many\":2"));
    let (keys, many) = serving.fetch_keys().await;
    assert_eq!(many, 2);
    assert!(keys.find(Some(&listed[1].0)).is_some() && keys.find(Some(&old)).is_some());

    age(home, 25 * 3600);
    let listed = list(home);
    assert_eq!(listed[1].1, "signs");
    assert!(listed[0].1.contains("published for 91 days"), "{listed:?}");
    assert!(ok(home, &["keys", "retire"]).contains("still needed"));
    age(home, 91 * 86_400);
    serving.reload();
    assert_eq!(serving.fetch_keys().await.1, 1, "it has left the list");
    assert!(ok(home, &["keys", "retire"]).contains(&old));
    assert_eq!(list(home), [(listed[1].0.clone(), "signs".to_owned())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stolen_key_leaves_at_once() {
    let folder = furnish();
    let home = folder.path();
    let old = list(home).remove(0).0;
    let mut serving = Serving::start(home);
    let (code, said) = relay(home, &["keys", "rotate", "--stolen"]);
    assert!(code == Some(1) && said.contains("--yes") && said.contains("attestations"), "{said}");
    ok(home, &["keys", "rotate", "--stolen", "--yes"]);
    serving.reload();
    let (keys, many) = serving.fetch_keys().await;
    assert!(many == 1 && keys.find(Some(&old)).is_none());
    let mode = std::fs::metadata(home.join("relay.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_key_file_changes_nothing_for_a_relay_that_serves() {
    let folder = furnish();
    let mut serving = Serving::start(folder.path());
    let before = serving.fetch_keys().await.0;
    std::fs::write(folder.path().join("relay.key"), "{}").unwrap();
    assert!(serving.reload().contains("stay as they were"));
    assert_eq!(serving.fetch_keys().await.0, before);
}
