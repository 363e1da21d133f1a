//! Proxies in front: whose word about a caller counts. nginx is one that nobody here wrote.

use std::net::SocketAddr;

use super::client::curl;
use super::nginx::Nginx;
use super::running::{Running, prepare};

/// A relay that lets each caller ask twice, behind the proxies of this list.
fn relay_behind(trusted: &str) -> (tempfile::TempDir, Running) {
    let folder = prepare(&format!(
        "[http]\nlisten = \"127.0.0.1:0\"\ntrusted_proxies = {trusted}\n[limits]\nrequests_per_minute = 1\nburst = 2\n"
    ));
    let relay = Running::start(folder.path());
    (folder, relay)
}

/// The status for a caller with this address of its own, who claims to be somebody else.
fn ask(address: SocketAddr, from: &str, claims: &str) -> String {
    let header = format!("x-forwarded-for: {claims}");
    let address = format!("http://{address}/health");
    let write_out = ["--output", "/dev/null", "--write-out", "%{http_code}"];
    curl(&[&["--interface", from, "--header", &header, &address][..], &write_out].concat()).unwrap()
}

#[test]
fn behind_nginx_callers_are_told_apart_by_what_nginx_saw() {
    let (folder, relay) = relay_behind("[\"127.0.0.1/32\"]");
    let nginx = Nginx::start(folder.path(), relay.address, "");
    assert_eq!(ask(nginx.address, "127.0.0.2", "203.0.113.1"), "200");
    assert_eq!(ask(nginx.address, "127.0.0.2", "203.0.113.2"), "200");
    assert_eq!(ask(nginx.address, "127.0.0.2", "203.0.113.3"), "429", "claims do not help");
    assert_eq!(ask(nginx.address, "127.0.0.3", "203.0.113.3"), "200", "another caller is not held back");
    drop(nginx);
    let log = relay.stop();
    assert!(!log.contains("203.0.113") && !log.contains("127.0.0."), "{log}");
}

#[test]
fn a_proxy_that_nobody_named_is_not_believed() {
    let (folder, relay) = relay_behind("[\"192.0.2.1\"]");
    let nginx = Nginx::start(folder.path(), relay.address, "");
    assert_eq!(ask(nginx.address, "127.0.0.2", "203.0.113.1"), "200");
    assert_eq!(ask(nginx.address, "127.0.0.3", "192.0.2.1"), "200");
    assert_eq!(ask(nginx.address, "127.0.0.4", "203.0.113.3"), "429", "all of them are the proxy");
    assert_eq!(ask(relay.address, "127.0.0.5", "203.0.113.4"), "200", "whoever comes by another way is not");
    drop(nginx);
    relay.stop();
}

#[test]
fn a_caller_beside_the_proxy_is_itself() {
    let (_folder, relay) = relay_behind("[\"127.0.0.1\"]");
    for claims in ["203.0.113.1", "203.0.113.2"] {
        assert_eq!(ask(relay.address, "127.0.0.2", claims), "200");
    }
    assert_eq!(ask(relay.address, "127.0.0.2", "203.0.113.3"), "429");
    // By way of the trusted address, a network of IPv6 counts as one.
    assert_eq!(ask(relay.address, "127.0.0.1", "2001:db8:1:2::1"), "200");
    assert_eq!(ask(relay.address, "127.0.0.1", "2001:db8:1:2:ffff::9"), "200");
    assert_eq!(ask(relay.address, "127.0.0.1", "2001:db8:1:2::3"), "429");
    assert_eq!(ask(relay.address, "127.0.0.1", "2001:db8:1:3::1"), "200");
    relay.stop();
}

/// An address of this computer that others could reach it by, if it has one. Nothing is sent.
fn find_outer_address() -> Option<std::net::IpAddr> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|address| !address.is_loopback())
}

#[test]
fn plain_http_is_for_the_proxy_and_this_computer() {
    let Some(outer) = find_outer_address() else {
        eprintln!("this computer has no address but loopback ones: nothing to try");
        return;
    };
    let folder = prepare("[http]\nlisten = \"0.0.0.0:0\"\ntrusted_proxies = [\"203.0.113.1\"]\n");
    let relay = Running::start(folder.path());
    let at = |host: &str| curl(&[&format!("http://{host}:{}/health", relay.address.port())]);
    at("127.0.0.1").unwrap();
    at(&outer.to_string()).unwrap_err();
    relay.stop();
}
