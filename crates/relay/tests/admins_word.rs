//! What the admin says of a shop counts from the shop's next call on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod parts;

use parts::{Stage, code_of};
use passerby_relay::state::ShopLimits;
use passerby_relay_store::Suspension;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::{Value, json};

async fn suspend(stage: &Stage) {
    let suspension = Suspension { since: stage.now(), reason: "customers complained".into() };
    assert!(stage.store.suspend_shop("shoes.example", &suspension).await.unwrap());
}

/// The same request under another id.
fn another(stage: &Stage, id: &str, transaction_id: &str) -> Value {
    let issuer = &stage.scene.issuer;
    let request = stage
        .scene
        .request(|payload| payload["response_uri"] = json!(format!("{}{id}", issuer.response_prefix())));
    let mut body = stage.request_body();
    (body["id"], body["transaction_id"], body["request"]) =
        (json!(id), json!(transaction_id), json!(request));
    body
}

#[tokio::test]
async fn a_suspended_shop_asks_nothing_and_keeps_what_it_was_sent() {
    let (stage, answered) = Stage::answered().await;
    suspend(&stage).await;
    let next = another(&stage, "cmVxdWVzdC1udW1iZXItMDAwMg", "dHJhbnNhY3Rpb24tMDAwMg");
    stage.park(&next).await.says(403, "shop-suspended");
    stage.attest(&stage.statement).await.says(403, "shop-suspended");

    assert_eq!(stage.transaction_state().await, "answered");
    assert_eq!(stage.collect(&code_of(&answered)).await.status, 200);
    assert_eq!(stage.open(answered["grant_id"].as_str().unwrap(), "packing").await.status, 200);

    assert!(stage.store.resume_shop("shoes.example").await.unwrap());
    assert_eq!(stage.park(&next).await.status, 201);
    assert_eq!(stage.attest(&stage.statement).await.status, 200);
}

#[tokio::test]
async fn a_stranger_does_not_learn_who_is_suspended() {
    let stage = Stage::ready().await;
    suspend(&stage).await;
    let (stranger, sector) = (stage.make_key(), &stage.scene.sector);
    let body = json!({ "statement": stage.statement });
    stage.shop_post_by("/v1/attestations", &body, &stranger, sector).await.says(401, "shop-proof");
    stage
        .shop_post_by("/v1/requests", &stage.request_body(), &stranger, sector)
        .await
        .says(401, "shop-proof");
}

#[tokio::test]
async fn a_request_for_more_than_the_admin_allowed_is_not_parked() {
    let stage = Stage::ready().await;
    let asked = [
        "name",
        "email",
        "phone_number",
        "address.street_address",
        "address.locality",
        "address.postal_code",
    ];
    let mut allowed: Vec<String> = asked.iter().map(|name| (*name).to_owned()).collect();
    allowed.push("address.country".into());
    assert!(stage.store.allow_claims("shoes.example", Some(&allowed[1..])).await.unwrap());
    stage.park(&stage.request_body()).await.refuses("request-refused", "claim-not-allowed");
    assert!(stage.store.find_shop("shoes.example").await.unwrap().is_some());
    assert!(stage.store.allow_claims("shoes.example", Some(&allowed)).await.unwrap());
    assert_eq!(stage.park(&stage.request_body()).await.status, 201);
}

#[tokio::test]
async fn a_request_to_keep_for_longer_than_the_admin_allows_is_not_parked() {
    let mut stage = Stage::ready().await;
    // Its Statement says 60 days, and this request 30.
    stage
        .serve_with(|state| state.with_shop_limits(ShopLimits { retention_days: 29, ..Default::default() }))
        .await;
    stage.park(&stage.request_body()).await.refuses("request-refused", "retention-too-long");
    stage
        .serve_with(|state| state.with_shop_limits(ShopLimits { retention_days: 30, ..Default::default() }))
        .await;
    assert_eq!(stage.park(&stage.request_body()).await.status, 201);
}

#[tokio::test]
async fn a_shop_that_asked_enough_today_is_told_when_to_come_back() {
    let stage = Stage::ready().await;
    assert!(stage.store.limit_shop("shoes.example", Some(1)).await.unwrap());
    assert_eq!(stage.park(&stage.request_body()).await.status, 201);
    let next = another(&stage, "cmVxdWVzdC1udW1iZXItMDAwMg", "dHJhbnNhY3Rpb24tMDAwMg");
    stage.park(&next).await.says(429, "over-quota");
    assert_eq!(stage.park(&stage.request_body()).await.status, 201, "what is parked is answered again");

    let body = serde_json::to_vec(&next).unwrap();
    let proof =
        stage.shop_proof("POST", "/v1/requests", &body, &stage.scene.request_key, &stage.scene.sector);
    let call = stage.http.post(format!("{}/v1/requests", stage.base)).bearer_auth(proof);
    let refused = call.header(CONTENT_TYPE, "application/json").body(body).send().await.unwrap();
    let seconds: i64 = refused.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert_eq!((stage.now() + seconds) % 86_400, 0, "at the next midnight: in {seconds} s");
    assert!((1..=86_400).contains(&seconds));

    // What was sent for the first is nobody's quota.
    assert_eq!(stage.fetch(&stage.wallet).await.status, 200);
    assert_eq!(stage.answer(&stage.answer_form(), &stage.wallet).await.status, 200);
    assert!(stage.store.limit_shop("shoes.example", None).await.unwrap());
    assert_eq!(stage.park(&next).await.status, 201);
}
