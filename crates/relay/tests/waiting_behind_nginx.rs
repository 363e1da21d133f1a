//! Waiting behind nginx, which holds answers back unless it is told not to.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod nginx;
mod parts;

use nginx::Nginx;
use parts::{Stage, TRANSACTION_ID};
use tempfile::TempDir;

/// A relay with a parked request, behind nginx, which is reached in its place.
async fn stage_behind(further: &str) -> (TempDir, Nginx, Stage) {
    let (folder, mut stage) = (tempfile::tempdir().unwrap(), Stage::parked().await);
    let relay = stage.base.strip_prefix("http://").unwrap().parse().unwrap();
    let nginx = Nginx::start(folder.path(), relay, further);
    stage.base = format!("http://{}", nginx.address);
    (folder, nginx, stage)
}

async fn ask(stage: &Stage) -> reqwest::Response {
    let path = format!("/v1/transactions/{TRANSACTION_ID}/events");
    let proof = stage.shop_proof("GET", &path, b"", &stage.scene.request_key, &stage.scene.sector);
    stage.http.get(format!("{}{path}", stage.base)).bearer_auth(proof).send().await.unwrap()
}

async fn read_until(response: &mut reqwest::Response, read: &mut String, word: &str) {
    while !read.contains(&format!("id: {word}\n")) {
        read.push_str(std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap());
    }
}

#[tokio::test]
async fn it_passes_events_on_as_they_come_without_being_told_in_its_configuration() {
    // nginx as it is, and as docs/operate/proxy.md has it.
    for further in ["", "proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_buffering off;"] {
        let (_folder, _nginx, stage) = stage_behind(further).await;
        let (mut response, mut read) = (ask(&stage).await, String::new());
        read_until(&mut response, &mut read, "waiting").await;
        stage.fetch(&stage.wallet).await;
        read_until(&mut response, &mut read, "fetched").await;
        assert_eq!(stage.answer(&stage.answer_form(), &stage.wallet).await.status, 200);
        read_until(&mut response, &mut read, "answered").await;
        assert!(response.chunk().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn where_it_holds_events_back_asking_again_and_again_gets_there() {
    let (_folder, _nginx, stage) = stage_behind("proxy_ignore_headers X-Accel-Buffering;").await;
    // The whole answer comes when it is over: whoever waits for a byte of it before would wait for the wallet.
    let waiting = async {
        let (mut response, mut read) = (ask(&stage).await, String::new());
        let first = response.chunk().await.unwrap().unwrap();
        read.push_str(std::str::from_utf8(&first).unwrap());
        read_until(&mut response, &mut read, "answered").await;
        first
    };
    let story = async {
        assert_eq!(stage.transaction_state().await, "waiting");
        stage.fetch(&stage.wallet).await;
        assert_eq!(stage.transaction_state().await, "fetched");
        assert_eq!(stage.answer(&stage.answer_form(), &stage.wallet).await.status, 200);
        assert_eq!(stage.transaction_state().await, "answered");
    };
    let (first, ()) = tokio::join!(biased; waiting, story);
    assert!(std::str::from_utf8(&first).unwrap().contains("id: answered\n"), "it came at once: {first:?}");
}
