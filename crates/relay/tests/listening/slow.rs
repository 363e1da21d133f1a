//! Callers who take their time. Each is cut off by the deadline that is meant for it; the deadlines are short here, and what is waited for is
//! the end of the connection, however long it takes.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;

use tempfile::TempDir;

use super::authority::{Authority, put};
use super::client::{HEALTH, connect, read_answer, send_and_wait_for_the_end};
use super::running::{Running, prepare};

/// One deadline of a second; the others are longer than a test may take.
fn relay_with(short: &str, tls: bool) -> (Authority, TempDir, Running) {
    let authority = Authority::new();
    let mut config = "[http]\nlisten = \"127.0.0.1:0\"\n[limits]\n".to_owned();
    for name in ["handshake_seconds", "head_seconds", "request_seconds", "idle_seconds"] {
        config.extend([name, " = ", if name == short { "1" } else { "3600" }, "\n"]);
    }
    if tls {
        config += "[tls]\ncertificate = \"certificate.pem\"\nkey = \"key.pem\"\n";
    }
    let folder = prepare(&config);
    authority.pair().put(folder.path());
    put(&folder.path().join("authority.pem"), &authority.pem(), 0o644);
    let relay = Running::start(folder.path());
    (authority, folder, relay)
}

#[test]
fn a_handshake_that_does_not_come() {
    let (_authority, _folder, relay) = relay_with("handshake_seconds", true);
    let mut stream = TcpStream::connect(relay.address).unwrap();
    assert_eq!(send_and_wait_for_the_end(&mut stream, ""), "");
    let mut stream = TcpStream::connect(relay.address).unwrap();
    // The beginning of a record that never ends.
    assert_eq!(send_and_wait_for_the_end(&mut stream, "\x16\x03\x01\x02\x00\x01"), "");
    relay.stop();
}

#[test]
fn a_head_that_does_not_end() {
    let (authority, _folder, relay) = relay_with("head_seconds", true);
    let mut stream = connect(&authority, relay.address, &["http/1.1"]);
    assert!(
        !send_and_wait_for_the_end(&mut stream, "GET /health HTTP/1.1\r\nhost: relay.ex").contains("200")
    );
    // HTTP/2: its own first words, and then nothing.
    let mut stream = connect(&authority, relay.address, &["h2"]);
    send_and_wait_for_the_end(&mut stream, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    relay.stop();

    let (_authority, _folder, relay) = relay_with("head_seconds", false);
    for beginning in ["", "G", "PRI * HT", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /health HTTP/1.1\r\nx:"] {
        let mut stream = TcpStream::connect(relay.address).unwrap();
        assert!(!send_and_wait_for_the_end(&mut stream, beginning).contains("200"), "{beginning:?}");
    }
    // A byte now and then does not help: the head as a whole has its time.
    let mut stream = TcpStream::connect(relay.address).unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\nx: ").unwrap();
    let mut writer = stream.try_clone().unwrap();
    let dripping = std::thread::spawn(move || {
        while writer.write_all(b"x").is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    });
    let _ = stream.read_to_end(&mut Vec::new());
    drop(stream);
    dripping.join().unwrap();
    relay.stop();
}

#[test]
fn a_body_that_does_not_end() {
    let (_authority, _folder, relay) = relay_with("request_seconds", false);
    let mut stream = TcpStream::connect(relay.address).unwrap();
    let post = "POST /v1/attestations HTTP/1.1\r\nhost: relay.example\r\nauthorization: Bearer x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{";
    let answer = send_and_wait_for_the_end(&mut stream, post);
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("problems/unavailable"), "{answer}");
    relay.stop();
}

#[test]
fn a_connection_that_is_kept_and_not_used() {
    let (_authority, _folder, relay) = relay_with("head_seconds", false);
    let mut stream = TcpStream::connect(relay.address).unwrap();
    let answer = send_and_wait_for_the_end(&mut stream, HEALTH);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    relay.stop();
}

#[test]
fn a_reader_who_takes_nothing() {
    let (_authority, _folder, relay) = relay_with("idle_seconds", false);
    let mut stream = TcpStream::connect(relay.address).unwrap();
    let many = "GET /openapi.json HTTP/1.1\r\nhost: relay.example\r\n\r\n".repeat(64);
    // Answers pile up until the relay takes no more questions; then both sides stand still until the relay has had enough.
    let ended = loop {
        if let Err(error) = stream.write_all(many.as_bytes()) {
            break error.kind();
        }
    };
    assert!(matches!(ended, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{ended}");
    let mut next = TcpStream::connect(relay.address).unwrap();
    next.write_all(HEALTH.as_bytes()).unwrap();
    assert!(read_answer(&mut next).0.starts_with("http/1.1 200"));
    relay.stop();
}

#[tokio::test]
async fn a_reader_of_http_2_who_opens_no_window_or_asks_nothing_more() {
    let (_authority, _folder, relay) = relay_with("idle_seconds", false);
    let stream = tokio::net::TcpStream::connect(relay.address).await.unwrap();
    let (requests, connection) =
        h2::client::Builder::new().initial_window_size(0).handshake::<_, &[u8]>(stream).await.unwrap();
    let ended = tokio::spawn(connection);
    let mut requests = requests.ready().await.unwrap();
    let ask = |path: &str| {
        let address = format!("http://relay.example{path}");
        axum::http::Request::get(address).body(()).unwrap()
    };
    let (answer, _) = requests.send_request(ask("/openapi.json"), true).unwrap();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 200);
    // Nothing of the body is taken, and the client asks for nothing more: the relay ends it.
    let _ = ended.await.unwrap();
    drop((answer, requests));

    let stream = tokio::net::TcpStream::connect(relay.address).await.unwrap();
    let (requests, connection) = h2::client::handshake(stream).await.unwrap();
    let ended = tokio::spawn(connection);
    let mut requests = requests.ready().await.unwrap();
    let (answer, _) = requests.send_request(ask("/health"), true).unwrap();
    assert_eq!(answer.await.unwrap().status(), 200);
    let _ = ended.await.unwrap();
    drop(requests);
    relay.stop();
}
