//! Shops, and those who pretend to be one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod parts;

use parts::{Stage, TRANSACTION_ID, code_of};
use passerby_protocol::sector::Sector;
use passerby_protocol::wire::b64u;
use passerby_testkit::scene::unaltered;
use serde_json::{Value, json};

#[tokio::test]
async fn three_wrong_codes_end_a_transaction() {
    let (stage, answered) = Stage::answered().await;
    stage.collect("d3Jvbmctb25lLW9mLXRocmVl").await.says(403, "code-wrong");
    stage.collect("").await.says(403, "code-wrong");
    stage.collect("d3Jvbmctb25lLW9mLXRocmVl").await.says(410, "burned");
    stage.collect(&code_of(&answered)).await.says(410, "burned");
    assert_eq!(stage.transaction_state().await, "expired");
    stage.open(answered["grant_id"].as_str().unwrap(), "packing").await.says(404, "not-found");
}

#[tokio::test]
async fn a_transaction_burned_before_the_answer_takes_none() {
    let stage = Stage::fetched().await;
    for _ in 0..3 {
        stage.collect("d3Jvbmctb25lLW9mLXRocmVl").await;
    }
    stage.answer(&stage.answer_form(), &stage.wallet).await.says(410, "burned");
    stage.fetch(&stage.wallet).await.says(410, "expired");
}

#[tokio::test]
async fn a_code_works_again_for_two_minutes() {
    let (stage, answered) = Stage::answered().await;
    let code = code_of(&answered);
    let first = stage.collect(&code).await;
    assert_eq!(first.status, 200);
    stage.clock.turn(120);
    assert_eq!(stage.collect(&code).await, first);
    stage.clock.turn(1);
    stage.collect(&code).await.says(410, "code-used");
}

#[tokio::test]
async fn a_release_is_not_opened_before_it_is_collected_nor_without_a_reason() {
    let (stage, answered) = Stage::answered().await;
    let grant_id = answered["grant_id"].as_str().unwrap();
    stage.open(grant_id, "packing").await.says(404, "not-found");
    stage.collect(&code_of(&answered)).await;
    for reason in ["", "  ", "two\nlines", &"x".repeat(121), "turned \u{202e}around"] {
        stage.open(grant_id, reason).await.says(400, "malformed");
    }
    assert_eq!(stage.open(grant_id, &"ß".repeat(120)).await.status, 200);
}

/// Adds `other.example` with its own keys and Statement.
async fn add_another_shop(stage: &Stage) -> (Sector, passerby_protocol::keys::SigningKey) {
    let (root, key) = (stage.make_key(), stage.make_key());
    let sector = Sector::parse("other.example").unwrap();
    stage.store.add_shop("other.example", root.public().jkt().as_str(), stage.now()).await.unwrap();
    let statement = stage.scene.statement_by(&root, |payload| {
        payload["iss"] = json!("other.example");
        payload["request_jkts"] = json!([key.public().jkt()]);
        payload["policy_uri"] = json!("https://other.example/privacy");
    });
    let body = json!({ "statement": statement });
    let attested = stage.shop_post_by("/v1/attestations", &body, &key, &sector).await;
    assert_eq!(attested.status, 200, "{attested:?}");
    (sector, key)
}

#[tokio::test]
async fn another_shop_gets_nothing() {
    let (stage, answered) = Stage::answered().await;
    let (sector, key) = add_another_shop(&stage).await;
    let collect = format!("/v1/transactions/{TRANSACTION_ID}/collect");
    let body = json!({ "response_code": code_of(&answered) });
    stage.shop_post_by(&collect, &body, &key, &sector).await.says(404, "not-found");
    assert_eq!(stage.collect(&code_of(&answered)).await.status, 200, "no try was counted");
    let openings = format!("/v1/grants/{}/openings", answered["grant_id"].as_str().unwrap());
    let body = json!({ "reason": "curious" });
    stage.shop_post_by(&openings, &body, &key, &sector).await.says(404, "not-found");
    // Its own key under the first shop's name, and the first shop's key under its name.
    stage.shop_post_by(&openings, &body, &key, &stage.scene.sector).await.says(401, "shop-proof");
    stage.shop_post_by(&openings, &body, &stage.scene.request_key, &sector).await.says(401, "shop-proof");
    let stranger = Sector::parse("stranger.example").unwrap();
    stage.shop_post_by(&openings, &body, &key, &stranger).await.says(403, "shop-unknown");
}

#[tokio::test]
async fn a_shop_proof_is_good_once_for_one_call() {
    let stage = Stage::parked().await;
    let path = format!("/v1/transactions/{TRANSACTION_ID}");
    let (key, sector) = (&stage.scene.request_key, &stage.scene.sector);
    let get = |proof: String| stage.send(stage.http.get(format!("{}{path}", stage.base)).bearer_auth(proof));
    let proof = stage.shop_proof("GET", &path, b"", key, sector);
    assert_eq!(get(proof.clone()).await.status, 200);
    get(proof).await.says(401, "shop-proof");
    get(stage.shop_proof("POST", &path, b"", key, sector)).await.says(401, "shop-proof");
    get(stage.shop_proof("GET", &format!("{path}/x"), b"", key, sector)).await.says(401, "shop-proof");
    get(stage.shop_proof("GET", &path, b"x", key, sector)).await.says(401, "shop-proof");
    let old = stage.shop_proof("GET", &path, b"", key, sector);
    stage.clock.turn(181);
    get(old).await.says(401, "shop-proof");
    stage.send(stage.http.get(format!("{}{path}", stage.base))).await.says(401, "shop-proof");
}

#[tokio::test]
async fn a_shop_without_statement_cannot_ask() {
    let stage = Stage::empty().await;
    stage.park(&stage.request_body()).await.refuses("statement-refused", "statement-missing");
}

#[tokio::test]
async fn statements_go_forward_only() {
    let stage = Stage::ready().await;
    let scene = &stage.scene;
    let next = |seq: u64, prev: &str| {
        let prev = b64u::sha256(prev);
        scene.statement(|payload| {
            payload["seq"] = json!(seq);
            payload["prev"] = json!(prev);
        })
    };
    assert_eq!(stage.attest(&stage.statement).await.status, 200, "the same again is fine");
    stage.attest(&scene.statement(unaltered)).await.refuses("statement-refused", "statement-equivocation");
    stage.attest(&next(2, "another one")).await.refuses("statement-refused", "statement-chain");
    assert_eq!(stage.attest(&next(2, &stage.statement)).await.status, 200);
    stage.attest(&stage.statement).await.refuses("statement-refused", "statement-rollback");
    let other_root = scene.statement_by(&scene.stranger, |payload| {
        payload["seq"] = json!(3);
        payload["prev"] = json!(b64u::sha256("x"));
    });
    stage.attest(&other_root).await.refuses("statement-refused", "root-mismatch");
    stage.attest("nonsense").await.refuses("statement-refused", "statement-malformed");
}

#[tokio::test]
async fn an_announced_root_takes_over() {
    let stage = Stage::ready().await;
    let scene = &stage.scene;
    let by_next = scene.statement_by(&scene.next_root, |payload| {
        payload["seq"] = json!(2);
        payload["prev"] = json!(b64u::sha256(&stage.statement));
    });
    assert_eq!(stage.attest(&by_next).await.status, 200);
    let recorded = stage.store.find_shop("shoes.example").await.unwrap().unwrap().root_jkt;
    assert_eq!(recorded, scene.next_root.public().jkt().as_str());
    let back = scene.statement(|payload| {
        payload["seq"] = json!(3);
        payload["prev"] = json!(b64u::sha256(&by_next));
    });
    stage.attest(&back).await.refuses("statement-refused", "root-mismatch");
}

#[tokio::test]
async fn a_key_taken_back_speaks_for_nobody() {
    let stage = Stage::parked().await;
    let scene = &stage.scene;
    let (fresh, old) = (stage.make_key(), &scene.request_key);
    let revoking = scene.statement(|payload| {
        payload["seq"] = json!(2);
        payload["prev"] = json!(b64u::sha256(&stage.statement));
        payload["request_jkts"] = json!([old.public().jkt(), fresh.public().jkt()]);
        payload["revoked_jkts"] = json!([old.public().jkt()]);
    });
    stage.attest(&revoking).await.says(401, "shop-proof");
    let body = json!({ "statement": revoking });
    assert_eq!(stage.shop_post_by("/v1/attestations", &body, &fresh, &scene.sector).await.status, 200);
    stage.collect("x").await.says(401, "shop-proof");
}

#[tokio::test]
async fn a_request_is_looked_at_before_it_is_parked() {
    let stage = Stage::ready().await;
    let altered = |name: &str, value: Value| {
        let mut body = stage.request_body();
        body[name] = value;
        body
    };
    for (member, value, refusal) in [
        ("client_id", json!("verifier_attestation:other.example"), "request-client-id"),
        ("response_uri", json!("https://elsewhere.example/v1/response/x"), "request-response-uri"),
        ("response_mode", json!("direct_post"), "request-response-mode"),
        ("exp", json!(stage.now() - 130), "request-expired"),
        ("exp", json!(stage.now() + 400), "request-lifetime"),
        ("nonce", json!("short"), "request-nonce"),
    ] {
        let request = stage.scene.request(|payload| payload[member] = value);
        stage.park(&altered("request", json!(request))).await.refuses("request-refused", refusal);
    }
    let broken = passerby_testkit::forge::with_broken_signature(&stage.request);
    stage.park(&altered("request", json!(broken))).await.refuses("request-refused", "request-signature");
    for address in [
        "https://elsewhere.example/back",
        "http://shoes.example/back",
        "https://shoes.example.evil.example/",
        "https://user@shoes.example/",
        "https://shoes.example/#x",
        "https://shoes.example/?response_code=x",
        "javascript:alert(1)",
        "/back",
    ] {
        stage
            .park(&altered("redirect_uri", json!(address)))
            .await
            .refuses("request-refused", "redirect-foreign");
    }
    stage.park(&altered("id", json!("short"))).await.says(400, "malformed");
    stage.park(&altered("transaction_id", json!("with space in it, 22 long"))).await.says(400, "malformed");
    stage.park(&json!({ "id": "x" })).await.says(400, "malformed");
    assert_eq!(stage.park(&stage.request_body()).await.status, 201);
    assert_eq!(stage.park(&stage.request_body()).await.status, 201, "the same again is fine");
    let other = altered("redirect_uri", json!("https://shoes.example/elsewhere"));
    stage.park(&other).await.says(409, "already-parked");
}

#[tokio::test]
async fn a_large_body_is_not_read() {
    let stage = Stage::ready().await;
    let mut body = stage.request_body();
    body["request"] = json!("x".repeat(70_000));
    stage.park(&body).await.says(413, "too-large");
}

#[tokio::test]
async fn a_statement_that_ran_out_speaks_for_nobody() {
    let stage = Stage::parked().await;
    stage.clock.turn(90 * 86_400 + 120);
    stage.collect("x").await.refuses("statement-refused", "statement-expired");
    stage.attest(&stage.statement).await.refuses("statement-refused", "statement-expired");
    let renewed = stage.scene.statement(|payload| {
        payload["seq"] = json!(2);
        payload["prev"] = json!(b64u::sha256(&stage.statement));
        payload["iat"] = json!(stage.now());
        payload["exp"] = json!(stage.now() + 86_400);
    });
    assert_eq!(stage.attest(&renewed).await.status, 200);
    stage.collect("x").await.says(403, "code-wrong");
}
