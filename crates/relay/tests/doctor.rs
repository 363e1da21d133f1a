//! `passerby-relay doctor`: each finding, brought about.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod hosts;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use hosts::{Program, Serving, ShopHost, serve};
use serde_json::{Value, json};

/// Exit code, and what was found.
fn doctor(relay: &Program) -> (Option<i32>, Vec<Value>) {
    let output = relay.run(&["doctor", "--json"]);
    let found = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    (output.status.code(), found)
}

/// The finding about something, which must be of this kind, and name a way to mend it unless it is ok.
#[track_caller]
fn finding(found: &[Value], about: &str, verdict: &str) -> String {
    let of: Vec<_> =
        found.iter().filter(|finding| finding["about"] == about && finding["verdict"] == verdict).collect();
    assert_eq!(of.len(), 1, "{verdict} {about}: {found:#?}");
    assert_eq!(of[0]["mend"].is_null(), verdict == "ok", "{found:#?}");
    format!("{} / {}", of[0]["what"].as_str().unwrap(), of[0]["mend"].as_str().unwrap_or_default())
}

/// A relay that serves one shop, both well.
async fn open() -> (ShopHost, Program, Serving, String) {
    let host = ShopHost::open().await;
    host.place_statement(|_| {});
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let relay = Program::init_at(port, None);
    relay.ok(&["shop", "add", host.sector(), "--root-jkt", &host.root_jkt()]);
    let serving = serve(relay.path(), &["serve"]);
    let about = format!("shop {}", host.sector());
    (host, relay, serving, about)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_is_well_and_says_so() {
    let (_host, relay, _serving, shop) = open().await;
    let (code, found) = doctor(&relay);
    assert_eq!(code, Some(0), "{found:#?}");
    for about in ["key", "database", "name", "clock", shop.as_str()] {
        finding(&found, about, "ok");
    }
    let text = relay.ok(&["doctor"]);
    assert!(text.contains("ok    key: ") && !text.contains("mend"), "{text}");
    let text = relay.ok(&["doctor", "--local"]);
    assert!(
        text.contains("ok    database: ") && !text.contains("name: ") && !text.contains("shop "),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_shop_is_found() {
    let (host, relay, _serving, shop) = open().await;
    host.place_statement(|payload| payload["exp"] = json!(payload["iat"].as_i64().unwrap() + 86_400 * 3));
    let (code, found) = doctor(&relay);
    assert_eq!(code, Some(0), "to look at is not to mend");
    assert!(finding(&found, &shop, "look").contains("good for 2 more days"));

    relay.ok(&["shop", "suspend", host.sector(), "--reason", "complaints"]);
    host.place_statement(|_| {});
    assert!(finding(&doctor(&relay).1, &shop, "look").contains("shop resume"));
    relay.ok(&["shop", "resume", host.sector()]);

    let mend = |contains: &str| {
        let (code, found) = doctor(&relay);
        assert_eq!(code, Some(1));
        let said = finding(&found, &shop, "mend");
        assert!(said.contains(contains), "{said}");
    };
    let address = "/.well-known/passerby-statement.jwt";
    let by_stranger = host.scene.statement_by(&host.scene.stranger, |payload| {
        let now = passerby_protocol::time::Clock::now(&passerby_relay::clock::SystemClock).seconds();
        (payload["iat"], payload["exp"]) = (json!(now - 60), json!(now + 86_400 * 90));
    });
    host.place(address, 200, by_stranger);
    mend("its root key is now");
    host.place(address, 200, "<html>");
    mend("does not hold (statement-malformed)");
    host.place(address, 302, "");
    mend("redirect");
    host.place(address, 404, "");
    mend("it is not there");
    assert!(relay.no(1, &["doctor"]).contains("one thing is to be mended"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_off_is_found() {
    let (host, relay, _serving, _) = open().await;
    host.turn_clock(60);
    let (code, found) = doctor(&relay);
    assert_eq!(code, Some(0));
    let said = finding(&found, "clock", "look");
    assert!(said.contains("behind") && said.contains(host.sector()), "whose clock it is, is said: {said}");
    host.turn_clock(-600);
    let (code, found) = doctor(&relay);
    assert_eq!(code, Some(1));
    assert!(finding(&found, "clock", "mend").contains("ahead of"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_name_leads_is_found() {
    let (host, relay, serving, _) = open().await;
    fs::remove_file(relay.path().join("relay.key")).unwrap();
    relay.ok(&["init", "--development"]);
    assert!(finding(&doctor(&relay).1, "name", "mend").contains("another key"));
    drop(serving);
    assert!(finding(&doctor(&relay).1, "name", "mend").contains("no connection came about"));

    // A web server that is no relay, at the relay's name.
    let foreign = Program::init_at(host.port, None);
    assert!(finding(&doctor(&foreign).1, "name", "mend").contains("not this relay (status 404)"));
    let (_, found) = doctor(&Program::init_at(0, None));
    finding(&found, "name", "look");
    assert!(finding(&found, "clock", "look").contains("nobody answered"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_the_files_is_found() {
    let (_host, relay, _serving, _) = open().await;
    let mode = |name: &str, mode: u32| {
        fs::set_permissions(relay.path().join(name), Permissions::from_mode(mode)).unwrap();
    };
    mode("relay.key", 0o644);
    mode("relay.db", 0o640);
    let (code, found) = doctor(&relay);
    assert_eq!(code, Some(1));
    assert!(finding(&found, "key", "mend").contains("chmod 600"));
    assert!(finding(&found, "database", "mend").contains("chmod 600"));
    finding(&found, "database", "ok");

    let broken = Program::init(None);
    fs::write(broken.path().join("relay.db"), b"these are holiday pictures".repeat(300)).unwrap();
    assert!(finding(&doctor(&broken).1, "database", "mend").contains("cannot be read"));
    fs::remove_file(broken.path().join("relay.db")).unwrap();
    assert!(finding(&doctor(&broken).1, "database", "mend").contains("is not there"));
    assert!(!broken.path().join("relay.db").exists(), "looking makes no file");
    fs::remove_file(broken.path().join("relay.toml")).unwrap();
    broken.no(3, &["doctor"]);
}
