//! `passerby-relay dev`: a throwaway relay, and the shops that come to it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod hosts;

use std::process::Command;

use hosts::{ShopHost, serve_with};
use passerby_protocol::issuer::Issuer;
use passerby_protocol::proof::{HttpCall, ShopProof};
use passerby_protocol::time::Clock as _;
use passerby_relay::clock::SystemClock;
use rand::rngs::SysRng;
use rand_core::UnwrapErr;
use serde_json::json;

/// A call of a shop with its Statement: what the relay answers.
async fn attest(host: &ShopHost, relay: &str, statement: &str) -> u16 {
    let issuer = Issuer::parse(relay).unwrap();
    let htu = format!("{relay}/v1/attestations");
    let body = serde_json::to_vec(&json!({ "statement": statement })).unwrap();
    let call = HttpCall { method: "POST", htu: &htu, body: &body };
    let (key, now) = (&host.scene.request_key, SystemClock.now());
    let proof = ShopProof::make(&host.scene.sector, &issuer, call, key, now, &mut UnwrapErr(SysRng)).unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let call = http.post(&htu).bearer_auth(proof).header("content-type", "application/json").body(body);
    call.send().await.unwrap().status().as_u16()
}

async fn statement(host: &ShopHost) -> String {
    let address = host.scene.sector.statement_address();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    http.get(address).send().await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shops_come_as_they_are_and_nothing_stays() {
    let host = ShopHost::open().await;
    let temporary = tempfile::tempdir().unwrap();
    let place = temporary.path();
    // The program makes its folder below this one.
    let mut relay = serve_with(Some(place), place, &["dev", "--listen", "127.0.0.1:0"]);
    let count = || std::fs::read_dir(temporary.path()).unwrap().count();
    assert_eq!(count(), 1);
    host.place_statement(|_| {});
    let shown = statement(&host).await;
    host.place("/.well-known/passerby-statement.jwt", 404, "");
    assert_eq!(
        attest(&host, &relay.address, &shown).await,
        403,
        "a shop that shows no Statement stays outside"
    );
    host.place("/.well-known/passerby-statement.jwt", 200, shown.clone());
    assert_eq!(attest(&host, &relay.address, &shown).await, 200);

    let pid = relay.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(relay.child.wait().unwrap().success());
    assert_eq!(count(), 0, "nothing of it stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_shop_it_serves_that_one_only() {
    let (known, other) = (ShopHost::open().await, ShopHost::open().await);
    let temporary = tempfile::tempdir().unwrap();
    let place = temporary.path();
    let root = known.root_jkt();
    let args = ["dev", "--listen", "127.0.0.1:0", "--shop", known.sector(), "--root-jkt", &root];
    let relay = serve_with(Some(place), place, &args);
    for (host, status) in [(&known, 200), (&other, 403)] {
        host.place_statement(|_| {});
        assert_eq!(attest(host, &relay.address, &statement(host).await).await, status);
    }
    let refused = |args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_passerby-relay")).args(args).output().unwrap().status.code()
    };
    assert_eq!(refused(&["dev", "--listen", "0.0.0.0:0"]), Some(3));
    assert_eq!(refused(&["dev", "--shop", "shoes.localhost:1"]), Some(2));
    assert_eq!(
        refused(&["dev", "--listen", "127.0.0.1:0", "--shop", "shop.example", "--root-jkt", &root]),
        Some(1)
    );
}

#[test]
fn nothing_thrown_away_is_kept_in_a_real_database() {
    let output = Command::new(env!("CARGO_BIN_EXE_passerby-relay"))
        .args(["dev", "--listen", "127.0.0.1:0"])
        .env("PASSERBY_RELAY_POSTGRES", "postgres://relay:geheim@127.0.0.1:1/real")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("PASSERBY_RELAY_POSTGRES") && !said.contains("geheim"), "{said}");
}
