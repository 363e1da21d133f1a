//! How many connections, and how many requests.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use passerby_relay::config::{Config, LimitsConfig};
use passerby_relay::listen::Limits;

use super::authority::Authority;
use super::client::{HEALTH, connect, read_answer, send_and_wait_for_the_end};
use super::running::{Running, prepare};

const TLS: &str = "[tls]\ncertificate = \"certificate.pem\"\nkey = \"key.pem\"\n";

#[test]
fn further_connections_wait_for_a_seat() {
    let limits = "[limits]\nconnections = 1\nhead_seconds = 1\n";
    let folder = prepare(&format!("[http]\nlisten = \"127.0.0.1:0\"\n{limits}"));
    let relay = Running::start(folder.path());
    let mut first = TcpStream::connect(relay.address).unwrap();
    let mut second = TcpStream::connect(relay.address).unwrap();
    second.write_all(HEALTH.as_bytes()).unwrap();
    assert!(read_answer(&mut second).0.starts_with("http/1.1 200"));
    // The second was served only after the first had been sent away.
    first.set_nonblocking(true).unwrap();
    assert_eq!(first.read(&mut [0; 1]).unwrap(), 0);
    drop(second);
    relay.stop();
}

#[test]
fn one_address_has_so_many_connections() {
    let limits = "[limits]\nconnections_per_address = 2\n";
    let folder = prepare(&format!("[http]\nlisten = \"127.0.0.1:0\"\n{TLS}{limits}"));
    let authority = Authority::new();
    authority.pair().put(folder.path());
    let relay = Running::start(folder.path());
    let mut two = [(); 2].map(|()| connect(&authority, relay.address, &["http/1.1"]));
    let mut third = TcpStream::connect(relay.address).unwrap();
    assert_eq!(send_and_wait_for_the_end(&mut third, ""), "");
    for stream in &mut two {
        stream.write_all(HEALTH.as_bytes()).unwrap();
        assert!(read_answer(stream).0.starts_with("http/1.1 200"));
    }
    relay.stop();
}

#[test]
fn whoever_asks_too_often_is_told_when_to_come_back() {
    let limits = "[limits]\nrequests_per_minute = 1\nburst = 2\n";
    let folder = prepare(&format!("[http]\nlisten = \"127.0.0.1:0\"\n{TLS}{limits}"));
    let authority = Authority::new();
    authority.pair().put(folder.path());
    let relay = Running::start(folder.path());
    let mut stream = connect(&authority, relay.address, &["http/1.1"]);
    let mut ask = || {
        stream.write_all(HEALTH.as_bytes()).unwrap();
        read_answer(&mut stream)
    };
    assert!(ask().0.starts_with("http/1.1 200"));
    assert!(ask().0.starts_with("http/1.1 200"));
    let (head, body) = ask();
    assert!(
        head.starts_with("http/1.1 429") && head.contains("content-type: application/problem+json"),
        "{head}"
    );
    let seconds = head.lines().find_map(|line| line.strip_prefix("retry-after: ")).unwrap();
    assert!((1..=61).contains(&seconds.parse::<u32>().unwrap()), "{head}");
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem["type"], "https://relay.example/problems/too-many");
    let log = relay.stop();
    assert!(log.contains("too-many") && !log.contains("127.0.0.1"), "{log}");
}

#[test]
fn a_head_has_a_size() {
    let folder = prepare("[http]\nlisten = \"127.0.0.1:0\"\n");
    let relay = Running::start(folder.path());
    let ask = |length: usize| {
        let mut stream = TcpStream::connect(relay.address).unwrap();
        let padding = "x".repeat(length);
        // Whoever sends too much may be cut off before they have read why.
        let _ = write!(stream, "GET /health HTTP/1.1\r\nhost: relay.example\r\nx: {padding}\r\n\r\n");
        let mut first = Vec::new();
        let _ = stream.take(12).read_to_end(&mut first);
        String::from_utf8(first).unwrap()
    };
    assert_eq!(ask(30_000), "HTTP/1.1 200");
    let refused = ask(33_000);
    assert!(["HTTP/1.1 431", ""].contains(&refused.as_str()), "{refused}");
    relay.stop();
}

#[test]
fn the_defaults_of_the_configuration_are_the_defaults() {
    let folder = prepare("");
    let config = Config::read(&folder.path().join("relay.toml")).unwrap();
    let read: &LimitsConfig = &config.limits;
    assert_eq!(format!("{:?}", Limits::from(read)), format!("{:?}", Limits::default()));
}
