//! Callers: curl, and one that speaks byte by byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::authority::{Authority, HOST};

pub const HEALTH: &str = "GET /health HTTP/1.1\r\nhost: relay.example\r\n\r\n";

/// What curl printed: the body, and then the values of `--write-out`.
pub fn curl(arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--noproxy", "*"]).args(arguments);
    let output = command.output().unwrap_or_else(|_| panic!("curl must be installed"));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

/// curl at the relay by its name, over TLS, trusting the authority in this file alone.
pub fn curl_tls(folder: &Path, address: SocketAddr, arguments: &[&str]) -> Result<String, String> {
    let trust = folder.join("authority.pem");
    let resolve = format!("{HOST}:{}:127.0.0.1", address.port());
    let fixed = ["--cacert", trust.to_str().unwrap(), "--resolve", &resolve];
    curl(&[&fixed, arguments].concat())
}

pub type Tls = StreamOwned<ClientConnection, TcpStream>;

/// A connection of rustls to the relay, with the handshake done.
pub fn connect(authority: &Authority, address: SocketAddr, alpn: &[&str]) -> Tls {
    connect_trusting(&authority.pem(), address, alpn)
}

/// The same, trusting the authority whose certificate this is (PEM).
pub fn connect_trusting(authority: &str, address: SocketAddr, alpn: &[&str]) -> Tls {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let client = ClientConnection::new(Arc::new(config), ServerName::try_from(HOST).unwrap()).unwrap();
    let mut stream = StreamOwned::new(client, TcpStream::connect(address).unwrap());
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock).unwrap();
    }
    stream
}

/// The certificate that the relay showed.
pub fn shown(stream: &Tls) -> Vec<u8> {
    stream.conn.peer_certificates().unwrap()[0].to_vec()
}

/// Reads one answer with a `content-length`: its head and its body.
pub fn read_answer(stream: &mut impl Read) -> (String, Vec<u8>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    (head, body)
}

/// Sends bytes, and reads until the relay ends the connection, in whatever way.
pub fn send_and_wait_for_the_end(stream: &mut (impl Read + Write), bytes: &str) -> String {
    stream.write_all(bytes.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // An end without good manners is an end.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}
