//! TLS with the admin's own files, and new files while it serves.

use std::io::{Read as _, Write as _};
use std::path::Path;

use tempfile::TempDir;
use tokio_rustls::rustls::ProtocolVersion;

use super::authority::{Authority, HOST, Pair, put};
use super::client::{HEALTH, connect, curl_tls, read_answer, shown};
use super::running::{Running, configure, prepare, refuses_to_start};

const CONFIG: &str = "\
[http]
listen = \"127.0.0.1:0\"
[tls]
certificate = \"certificate.pem\"
key = \"key.pem\"
";
/// It looks at its files by itself, and soon; elsewhere only when it is told to.
const LOOKING: &str = "look_every_seconds = 1\n";
const TOLD: &str = "look_every_seconds = 86400\n";

fn stage(looking: &str) -> (Authority, Pair, TempDir) {
    let (authority, folder) = (Authority::new(), prepare(&format!("{CONFIG}{looking}")));
    let pair = authority.pair();
    pair.put(folder.path());
    put(&folder.path().join("authority.pem"), &authority.pem(), 0o644);
    (authority, pair, folder)
}

#[test]
fn http_1_and_2_over_tls_1_3_and_nothing_less() {
    let (authority, pair, folder) = stage(TOLD);
    let relay = Running::start(folder.path());
    assert_eq!(relay.scheme, "https");
    let at = |path: &str| format!("https://relay.example:{}{path}", relay.address.port());
    let curl = |arguments: &[&str]| curl_tls(folder.path(), relay.address, arguments);
    let write_out = ["--write-out", " %{http_version} %{http_code}"];
    let health = at("/health");
    let asked = |extra: &str| curl(&[&[extra, &health][..], &write_out].concat());
    assert_eq!(asked("--http2"), Ok("{\"status\":\"ok\"} 2 200".to_owned()));
    assert_eq!(asked("--http1.1"), Ok("{\"status\":\"ok\"} 1.1 200".to_owned()));
    curl(&["--tls-max", "1.2", &health]).unwrap_err();
    let metrics = curl(&[&[at("/metrics").as_str()][..], &write_out].concat()).unwrap();
    assert!(metrics.ends_with("404"), "metrics are not for the world: {metrics}");

    for protocol in ["h2", "http/1.1"] {
        let stream = connect(&authority, relay.address, &[protocol]);
        assert_eq!(stream.conn.protocol_version(), Some(ProtocolVersion::TLSv1_3));
        assert_eq!(stream.conn.alpn_protocol(), Some(protocol.as_bytes()));
        assert_eq!(shown(&stream), pair.der);
    }
    relay.stop();
}

#[test]
fn a_new_certificate_is_taken_without_losing_a_connection() {
    let (authority, old, folder) = stage(LOOKING);
    let mut relay = Running::start(folder.path());
    let mut downloading = connect(&authority, relay.address, &["http/1.1"]);
    downloading.write_all(b"GET /openapi.json HTTP/1.1\r\nhost: relay.example\r\n\r\n").unwrap();
    downloading.read_exact(&mut [0; 5]).unwrap();
    let mut sending = connect(&authority, relay.address, &["http/1.1"]);
    let post = "POST /v1/attestations HTTP/1.1\r\nhost: relay.example\r\nauthorization: Bearer x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{";
    sending.write_all(post.as_bytes()).unwrap();

    let new = authority.pair();
    new.put(folder.path());
    relay.wait_for("a new certificate is loaded");
    assert_eq!(shown(&connect(&authority, relay.address, &[])), new.der);

    let (head, body) = read_answer(&mut Whole(b"HTTP/", &mut downloading));
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(body.ends_with(b"}") && body.len() > 10_000, "{}", body.len());
    downloading.write_all(HEALTH.as_bytes()).unwrap();
    assert!(read_answer(&mut downloading).0.starts_with("http/1.1 200"), "the connection goes on");
    assert_eq!(shown(&downloading), old.der);
    sending.write_all(b"}").unwrap();
    assert!(
        read_answer(&mut sending).0.starts_with("http/1.1 401"),
        "the request that was under way is answered"
    );
    relay.stop();
}

/// A stream whose first bytes were read before.
struct Whole<'a, R>(&'a [u8], &'a mut R);

impl<R: std::io::Read> std::io::Read for Whole<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.0.is_empty() { self.1.read(into) } else { std::io::Read::read(&mut self.0, into) }
    }
}

type Spoil = fn(&Authority, &Path);

/// What can be wrong with a good pair that has just been put in place, and what is said of it.
const FAULTS: &[(&str, Spoil)] = &[
    ("do not belong together", |authority, folder| {
        put(&folder.join("key.pem"), &authority.pair().key, 0o600);
    }),
    ("is for other names", |authority, folder| authority.certify("other.example", (1975, 4096)).put(folder)),
    ("ended on", |authority, folder| authority.certify(HOST, (1975, 1980)).put(folder)),
    ("clock right?", |authority, folder| authority.certify(HOST, (4000, 4096)).put(folder)),
    ("no certificate in PEM", |_, folder| put(&folder.join("certificate.pem"), "nothing", 0o644)),
    ("no private key in PEM", |_, folder| put(&folder.join("key.pem"), "nothing", 0o600)),
    ("chmod o=", |authority, folder| put(&folder.join("key.pem"), &authority.pair().key, 0o644)),
    ("cannot be read", |_, folder| std::fs::remove_file(folder.join("certificate.pem")).unwrap()),
];

#[test]
fn a_broken_pair_is_refused_and_the_old_one_serves_on() {
    let (authority, old, folder) = stage(TOLD);
    let mut relay = Running::start(folder.path());
    for (said, spoil) in FAULTS {
        authority.pair().put(folder.path());
        spoil(&authority, folder.path());
        relay.signal("HUP");
        let line = relay.wait_for(said);
        assert!(line.contains("WARN") && line.contains("the old one serves on"), "{line}");
        assert_eq!(shown(&connect(&authority, relay.address, &[])), old.der, "{said}");
    }
    let new = authority.pair();
    new.put(folder.path());
    relay.signal("HUP");
    relay.wait_for("a new certificate is loaded");
    assert_eq!(shown(&connect(&authority, relay.address, &[])), new.der);
    let log = relay.stop();
    assert!(!log.contains("PRIVATE"), "{log}");
}

#[test]
fn a_broken_pair_is_refused_at_the_start() {
    let (authority, pair, folder) = stage(TOLD);
    for (said, spoil) in FAULTS {
        authority.pair().put(folder.path());
        spoil(&authority, folder.path());
        refuses_to_start(folder.path(), said);
    }
    pair.put(folder.path());
    Running::start(folder.path()).stop();
}

#[test]
fn what_would_serve_plain_http_to_the_world_is_refused_at_the_start() {
    let (_authority, _pair, folder) = stage(TOLD);
    for (config, said) in [
        ("[http]\nlisten = \"0.0.0.0:0\"\n", "plain HTTP to the world"),
        ("[http]\nlisten = \"[::]:0\"\n", "plain HTTP to the world"),
        (
            "[http]\nlisten = \"127.0.0.1:0\"\nmetrics_listen = \"0.0.0.0:0\"\n",
            "metrics are for this computer",
        ),
        (
            "[http]\nlisten = \"127.0.0.1:0\"\ntrusted_proxies = [\"0.0.0.0/0\"]\n",
            "everybody would be believed",
        ),
        (
            "[http]\nlisten = \"127.0.0.1:0\"\ntrusted_proxies = [\"proxy.example\"]\n",
            "a trusted proxy is an address",
        ),
        ("[tls]\nkey = \"key.pem\"\n", "names key alone"),
        ("[tls]\ncertificate = \"certificate.pem\"\n", "names certificate alone"),
    ] {
        configure(folder.path(), config);
        refuses_to_start(folder.path(), said);
    }
    configure(folder.path(), "[http]\nlisten = \"0.0.0.0:0\"\ntrusted_proxies = [\"192.0.2.1\"]\n");
    Running::start(folder.path()).stop();
    configure(
        folder.path(),
        "[http]\nlisten = \"0.0.0.0:0\"\n[tls]\ncertificate = \"certificate.pem\"\nkey = \"key.pem\"\n",
    );
    Running::start(folder.path()).stop();
}
