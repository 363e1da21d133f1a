//! What the relay writes into its log: one line a request, and nothing that tells who or what.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod parts;

use parts::{Stage, TRANSACTION_ID, code_of};
use passerby_testkit::log_lines::LogLines;
use passerby_testkit::scene::REQUEST_ID;

/// Everything runs on one thread, so that its subscriber sees the server too.
#[tokio::test(flavor = "current_thread")]
async fn a_line_names_the_route_and_never_the_thing() {
    let lines = LogLines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_target(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let (stage, answered) = Stage::answered().await;
    let code = code_of(&answered);
    stage.collect("d3Jvbmctb25lLW9mLXRocmVl").await;
    stage.collect(&code).await;
    let grant_id = answered["grant_id"].as_str().unwrap();
    stage.open(grant_id, "packing for Anna").await;
    stage.send(stage.http.get(format!("{}/nowhere/Anna?code=secret", stage.base))).await;
    drop(guard);

    let text = lines.to_text();
    let planted = [
        REQUEST_ID,
        TRANSACTION_ID,
        code.as_str(),
        grant_id,
        stage.base.strip_prefix("http://127.0.0.1:").unwrap(),
        "shoes.example",
        "Anna",
        "secret",
        stage.scene.request_key.public().jkt().as_str(),
        stage.wallet.public().jkt().as_str(),
        stage.scene.pairwise().user_ref().as_str(),
        "eyJ",
    ]
    .map(str::to_owned);
    let ours: Vec<&str> = text.lines().filter(|line| line.contains("\"message\":\"request\"")).collect();
    assert_eq!(ours.len(), 8, "{text}");
    for line in &ours {
        for planted in &planted {
            assert!(!line.contains(planted), "{planted} stands in {line}");
        }
    }
    let shown: Vec<serde_json::Value> = ours
        .iter()
        .map(|line| {
            let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["timestamp"] = "..".into();
            line["ms"] = "..".into();
            line
        })
        .collect();
    insta::assert_json_snapshot!(shown);
}
