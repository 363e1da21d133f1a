//! A certificate by ACME, from Pebble: Let's Encrypt's own authority for tests, which looks at the relay through TLS as the real one does.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;
use tempfile::TempDir;

use super::authority::{Authority, HOST, put};
use super::client::{connect_trusting, curl, curl_tls, shown};
use super::running::{Running, configure, prepare, refuses_to_start};

const TROUBLE: &str = "no certificate came";

/// An authority, and the name server that it asks. Both end with the test.
struct Pebble {
    directory: String,
    management: String,
    children: Vec<Child>,
    folder: TempDir,
}

impl Drop for Pebble {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Pebble takes no sockets, only numbers: from below those that the system gives to whoever connects, so that nobody else has it when
/// it is used.
fn find_free_port() -> u16 {
    loop {
        let random = u32::try_from(RandomState::new().build_hasher().finish() % 20_000).unwrap();
        let port = u16::try_from(10_000 + random).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

impl Pebble {
    /// One that looks for relays at this port, as others do at 443.
    fn start(relay_port: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let authority = Authority::new();
        let own = authority.certify("localhost", (1975, 4096));
        put(&folder.path().join("trusted.pem"), &authority.pem(), 0o644);
        put(&folder.path().join("own.pem"), &own.certificate, 0o644);
        put(&folder.path().join("own.key"), &own.key, 0o600);
        let [acme, management, names] = [(); 3].map(|()| find_free_port());
        let config = json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{acme}"),
            "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": at("own.pem"),
            "privateKey": at("own.key"),
            "httpPort": 1,
            "tlsPort": relay_port,
        }});
        std::fs::write(at("config.json"), config.to_string()).unwrap();
        let quiet = |command: &mut Command| {
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap_or_else(|_| panic!("pebble must be installed; `cargo xtask test` does it"))
        };
        let name_server = format!("127.0.0.1:{names}");
        let children = vec![
            // Every name leads to this computer.
            quiet(Command::new("pebble-challtestsrv").args(["-dns01", &name_server]).args([
                "-defaultIPv4",
                "127.0.0.1",
                "-defaultIPv6",
                "",
                "-management",
                "",
                "-http01",
                "",
                "-https01",
                "",
                "-tlsalpn01",
                "",
            ])),
            quiet(
                Command::new("pebble")
                    .args(["-config", &at("config.json"), "-dnsserver", &name_server, "-strict"])
                    // Left alone it sleeps, and refuses good nonces by chance: three in a row are an answer, and one test in five ended by it.
                    .envs([("PEBBLE_VA_NOSLEEP", "1"), ("PEBBLE_WFE_NONCEREJECT", "0")]),
            ),
        ];
        let [directory, management] = [(acme, "dir"), (management, "roots/0")]
            .map(|(port, path)| format!("https://localhost:{port}/{path}"));
        let pebble = Self { directory, management, children, folder };
        pebble.root();
        pebble
    }

    /// The certificate of the authority that it certifies by, made at its start. Waits until it answers.
    fn root(&self) -> String {
        let trust = self.folder.path().join("trusted.pem");
        let patient =
            ["--retry", "100", "--retry-connrefused", "--retry-delay", "0", "--retry-max-time", "60"];
        curl(&[&["--cacert", trust.to_str().unwrap(), &self.management][..], &patient].concat()).unwrap()
    }

    fn config(&self, relay: SocketAddr) -> String {
        let ca = self.folder.path().join("trusted.pem");
        format!(
            "[http]\nlisten = \"{relay}\"\n[tls]\nacme_directory = \"{}\"\nacme_ca = \"{}\"\nacme_contact = \"mailto:admin@relay.example\"\n",
            self.directory,
            ca.display()
        )
    }
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_relay_gets_its_certificate_by_itself_and_keeps_it() {
    let address: SocketAddr = ([127, 0, 0, 1], find_free_port()).into();
    let pebble = Pebble::start(address.port());
    let folder = prepare(&pebble.config(address));
    let mut relay = Running::start(folder.path());
    relay.wait_for("there is no certificate yet");
    for said in
        ["an account at the authority was made", "the authority looked", "a new certificate is loaded"]
    {
        relay.wait_for_unless(said, TROUBLE);
    }
    put(&folder.path().join("authority.pem"), &pebble.root(), 0o644);
    let health = format!("https://{HOST}:{}/health", address.port());
    let answer = curl_tls(folder.path(), address, &[&health]);
    assert_eq!(
        answer,
        Ok("{\"status\":\"ok\"}".to_owned()),
        "the certificate is the authority's, for this name"
    );
    let first = shown(&connect_trusting(&pebble.root(), address, &["http/1.1"]));
    let acme = folder.path().join("acme");
    assert_eq!(mode(&acme), 0o700);
    for file in ["account.json", "key.pem", "certificate.pem"] {
        assert_eq!(mode(&acme.join(file)), 0o600, "{file}");
    }
    let log = relay.stop();
    assert!(!log.contains("PRIVATE") && !log.contains("key_pkcs8"), "{log}");

    let mut relay = Running::start(folder.path());
    relay.wait_for("the certificate is loaded");
    assert_eq!(shown(&connect_trusting(&pebble.root(), address, &[])), first, "a restart asks for nothing");
    assert!(!relay.stop().contains("asking the authority"));

    // Another certificate, by the same account, when the old one is gone or cannot be used.
    put(&acme.join("certificate.pem"), "nothing", 0o600);
    let mut relay = Running::start(folder.path());
    relay.wait_for_unless("a new certificate is loaded", TROUBLE);
    assert_ne!(shown(&connect_trusting(&pebble.root(), address, &[])), first);
    assert!(!relay.stop().contains("an account at the authority was made"));
}

#[test]
fn an_authority_that_finds_nobody_is_quoted_and_asked_again() {
    let address: SocketAddr = ([127, 0, 0, 1], find_free_port()).into();
    let elsewhere = find_free_port();
    let pebble = Pebble::start(elsewhere);
    let folder = prepare(&pebble.config(address));
    let mut relay = Running::start(folder.path());
    let line = relay.wait_for(TROUBLE);
    assert!(line.contains("Failed to connect") && line.contains("SIGHUP"), "{line}");
    relay.signal("HUP");
    relay.wait_for(TROUBLE);
    relay.stop();
}

#[test]
fn a_greeting_of_the_authority_is_answered_only_while_it_is_expected() {
    let address: SocketAddr = ([127, 0, 0, 1], find_free_port()).into();
    let pebble = Pebble::start(address.port());
    let folder = prepare(&pebble.config(address));
    let mut relay = Running::start(folder.path());
    relay.wait_for_unless("a new certificate is loaded", TROUBLE);
    let root = pebble.root();
    let asked = std::panic::catch_unwind(|| connect_trusting(&root, address, &["acme-tls/1"]));
    assert!(asked.is_err(), "nobody is to look now");
    shown(&connect_trusting(&root, address, &["h2"]));
    relay.stop();
}

#[test]
fn what_no_authority_can_certify_is_refused_at_the_start() {
    let folder = prepare("");
    let directory = "acme_directory = \"https://authority.example/dir\"\n";
    for (tls, said) in [
        (format!("{directory}certificate = \"a.pem\"\nkey = \"b.pem\"\n"), "one of them is enough"),
        (format!("{directory}key = \"b.pem\"\n"), "one of them is enough"),
        ("acme_directory = \"http://authority.example/dir\"\n".to_owned(), "begins with https://"),
    ] {
        configure(folder.path(), &format!("[http]\nlisten = \"127.0.0.1:0\"\n[tls]\n{tls}"));
        refuses_to_start(folder.path(), said);
    }
}
