//! Wallets, browsers and bystanders that do what they should not. Each gets a clear no, and nothing is lost.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod parts;

use parts::{Stage, code_of};
use passerby_protocol::passport::PassportRequest;
use passerby_protocol::random_id::RequestId;
use passerby_protocol::time::Clock as _;
use passerby_testkit::forge;
use passerby_testkit::scene::REQUEST_ID;
use serde_json::{Value, json};

#[tokio::test]
async fn a_second_wallet_is_told_that_it_is_late() {
    let stage = Stage::fetched().await;
    let second = stage.make_key();
    stage.fetch(&second).await.says(409, "already-taken");
    stage.answer(&stage.answer_form(), &second).await.says(409, "already-taken");
    let without = stage.send(stage.http.get(format!("{}/r/{REQUEST_ID}", stage.base))).await;
    without.says(409, "already-taken");
    assert_eq!(stage.fetch(&stage.wallet).await.status, 200, "the first one still has it");
    assert_eq!(stage.answer(&stage.answer_form(), &stage.wallet).await.status, 200);
}

#[tokio::test]
async fn two_wallets_at_the_same_moment_have_one_winner() {
    let stage = Stage::parked().await;
    let second = stage.make_key();
    let (one, two) = tokio::join!(stage.fetch(&stage.wallet), stage.fetch(&second));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn a_retry_with_the_same_bytes_gets_the_same_answer() {
    let (stage, first) = Stage::answered().await;
    stage.clock.turn(100);
    let again = stage.answer(&stage.answer_form(), &stage.wallet).await;
    assert_eq!((again.status, again.json()), (200, first.clone()));
    stage.clock.turn(3 * 3600);
    let late = stage.answer(&stage.answer_form(), &stage.wallet).await;
    assert_eq!((late.status, late.json()), (200, first), "hours after the last moment for a first answer");
}

#[tokio::test]
async fn other_bytes_do_not_replace_an_answer() {
    let (stage, first) = Stage::answered().await;
    let other = stage.scene.answer(2).sealed;
    let form = stage.answer_form_with(|body| {
        body.response = Some(other.jwe);
        body.grant_claim = Some(other.grant_claim);
        body.consent_receipt = Some(other.consent_receipt);
    });
    stage.answer(&form, &stage.wallet).await.says(409, "already-answered");
    stage.answer("error=access_denied", &stage.wallet).await.says(409, "already-answered");
    let collected = stage.collect(&code_of(&first)).await.json();
    assert_eq!(collected["release_sha256"], stage.sealed.release_sha256());
}

#[tokio::test]
async fn a_browser_that_prefetches_binds_nothing() {
    let stage = Stage::parked().await;
    let browser = stage.http.get(format!("{}/r/{REQUEST_ID}", stage.base));
    let page = stage.send(browser.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")).await;
    assert_eq!((page.status, page.media_type.as_str()), (200, "text/html; charset=utf-8"));
    assert!(page.text.contains("wallet") && !page.text.contains("shoes.example"));
    let nothing =
        stage.http.get(format!("{}/r/{}", stage.base, "a".repeat(22))).header("accept", "text/html");
    assert_eq!(stage.send(nothing).await.text, page.text, "it does not even tell whether there is a request");
    assert_eq!(stage.transaction_state().await, "waiting");
    assert_eq!(stage.fetch(&stage.wallet).await.status, 200);
}

#[tokio::test]
async fn what_is_too_late_is_expired() {
    let stage = Stage::parked().await;
    stage.clock.turn(290 + 119);
    assert_eq!(stage.transaction_state().await, "waiting");
    stage.clock.turn(1);
    stage.fetch(&stage.wallet).await.says(410, "expired");
    assert_eq!(stage.transaction_state().await, "expired");

    let stage = Stage::fetched().await;
    stage.clock.turn(1_700 + 119);
    assert_eq!(stage.transaction_state().await, "fetched");
    assert_eq!(stage.fetch(&stage.wallet).await.status, 200);
    stage.clock.turn(1);
    stage.fetch(&stage.wallet).await.says(410, "expired");
    stage.answer(&stage.answer_form(), &stage.wallet).await.says(410, "expired");
    assert_eq!(stage.transaction_state().await, "expired");
}

#[tokio::test]
async fn a_proof_is_good_once_for_one_call() {
    let stage = Stage::parked().await;
    let path = format!("/r/{REQUEST_ID}");
    let fetch = |proofs: Vec<String>| {
        let request = stage.http.get(format!("{}{path}", stage.base));
        stage.send(proofs.into_iter().fold(request, |request, proof| request.header("dpop", proof)))
    };
    let proof = stage.dpop("GET", &path, &stage.wallet);
    assert_eq!(fetch(vec![proof.clone()]).await.status, 200);
    fetch(vec![proof]).await.says(401, "wallet-proof");
    fetch(vec![stage.dpop("POST", &path, &stage.wallet)]).await.says(401, "wallet-proof");
    fetch(vec![stage.dpop("GET", "/r/another-request-of-22-chars", &stage.wallet)])
        .await
        .says(401, "wallet-proof");
    let twice = vec![stage.dpop("GET", &path, &stage.wallet), stage.dpop("GET", &path, &stage.wallet)];
    fetch(twice).await.says(401, "wallet-proof");
    fetch(vec!["nonsense".into()]).await.says(401, "wallet-proof");
    let named = |jti: String| {
        let header = json!({ "alg": "ES256", "typ": "dpop+jwt", "jwk": stage.wallet.public() });
        let htu = format!("{}{path}", stage.scene.issuer);
        let payload = json!({ "jti": jti, "htm": "GET", "htu": htu, "iat": stage.clock.now() });
        forge::jws(&header, &payload, &stage.wallet)
    };
    assert_eq!(fetch(vec![named("j".repeat(128))]).await.status, 200);
    fetch(vec![named("j".repeat(129))]).await.says(401, "wallet-proof");
    fetch(vec![named(String::new())]).await.says(401, "wallet-proof");
    let old = stage.dpop("GET", &path, &stage.wallet);
    stage.clock.turn(181);
    fetch(vec![old]).await.says(401, "wallet-proof");
    let response = format!("/v1/response/{REQUEST_ID}");
    stage.send(stage.answer_request("error=access_denied")).await.says(401, "wallet-proof");
    let foreign = stage
        .answer_request("error=access_denied")
        .header("dpop", stage.dpop("GET", &response, &stage.wallet));
    stage.send(foreign).await.says(401, "wallet-proof");
}

#[tokio::test]
async fn an_answer_must_hold_together() {
    let stage = Stage::fetched().await;
    let other = stage.scene.answer(2).sealed;
    let swapped = stage.answer_form_with(|body| body.response = Some(other.jwe.clone()));
    stage.answer(&swapped, &stage.wallet).await.refuses("claim-refused", "release-hash");
    let receipt = stage.answer_form_with(|body| body.consent_receipt = None);
    stage.answer(&receipt, &stage.wallet).await.refuses("claim-refused", "consent-receipt");
    let receipt = stage.answer_form_with(|body| body.consent_receipt = Some(stage.request.clone()));
    stage.answer(&receipt, &stage.wallet).await.refuses("claim-refused", "consent-receipt");
    let claim = stage.answer_form_with(|body| body.grant_claim = Some("a.b.c".into()));
    stage.answer(&claim, &stage.wallet).await.refuses("claim-refused", "claim-malformed");
    let broken = forge::with_broken_signature(&stage.sealed.grant_claim);
    let claim = stage.answer_form_with(|body| body.grant_claim = Some(broken));
    stage.answer(&claim, &stage.wallet).await.refuses("claim-refused", "claim-signature");
    for form in
        ["", "response=a", "response=a.b.c.d.%20", "response=a.b.c.d.e&response=a.b.c.d.e", "grant_claim=x"]
    {
        stage.answer(form, &stage.wallet).await.says(400, "malformed");
    }
    assert_eq!(stage.answer(&stage.answer_form(), &stage.wallet).await.status, 200, "nothing was spoilt");
}

#[tokio::test]
async fn bodies_have_a_size_and_a_type() {
    let stage = Stage::fetched().await;
    let path = format!("/v1/response/{REQUEST_ID}");
    let form = format!("response={}", "a".repeat(65_537 - 9));
    stage.answer(&form, &stage.wallet).await.says(413, "too-large");
    let json = stage.http.post(format!("{}{path}", stage.base)).json(&json!({ "error": "access_denied" }));
    let json = json.header("dpop", stage.dpop("POST", &path, &stage.wallet));
    stage.send(json).await.says(415, "media-type");
    let passports = stage.http.post(format!("{}/v1/passports", stage.base));
    let proof = stage.dpop("POST", "/v1/passports", &stage.wallet);
    let twice = format!(r#"{{"request":"{REQUEST_ID}","request":"x","proof":"x"}}"#);
    let twice = passports.header("dpop", proof).header("content-type", "application/json").body(twice);
    stage.send(twice).await.says(400, "malformed");
}

#[tokio::test]
async fn passports_are_issued_to_the_bound_wallet_only() {
    let stage = Stage::fetched().await;
    let ask = async |body: Value, key| {
        let request = stage.http.post(format!("{}/v1/passports", stage.base)).json(&body);
        stage.send(request.header("dpop", stage.dpop("POST", "/v1/passports", key))).await
    };
    let id = RequestId::parse(REQUEST_ID).unwrap();
    let scene = &stage.scene;
    let proof = PassportRequest::sign(&scene.issuer, &id, &scene.pairwise(), stage.clock.now()).unwrap();
    let good = json!({ "request": REQUEST_ID, "proof": proof });
    let second = stage.make_key();
    ask(good.clone(), &second).await.says(409, "already-taken");
    ask(json!({ "request": "a".repeat(22), "proof": proof }), &stage.wallet).await.says(404, "not-found");
    ask(json!({ "request": "../..", "proof": proof }), &stage.wallet).await.says(404, "not-found");
    ask(json!({ "request": REQUEST_ID, "proof": stage.request }), &stage.wallet)
        .await
        .says(422, "passport-refused");
    assert_eq!(ask(good.clone(), &stage.wallet).await.status, 200);
    stage.clock.turn(1_700 + 120);
    ask(good, &stage.wallet).await.says(410, "expired");
}

#[tokio::test]
async fn there_is_nothing_elsewhere() {
    let stage = Stage::parked().await;
    for path in ["/", "/r/", "/r/short", "/r/%2e%2e", "/v1", "/v1/grants/x/openings/y", "/problems/not-found"]
    {
        stage.send(stage.http.get(format!("{}{path}", stage.base))).await.says(404, "not-found");
    }
    stage
        .send(stage.http.delete(format!("{}/v1/passports", stage.base)))
        .await
        .says(405, "method-not-allowed");
    let unknown = "a".repeat(22);
    stage.wallet_get(&format!("/r/{unknown}"), &stage.wallet).await.says(404, "not-found");
}

#[tokio::test]
async fn every_answer_is_hardened() {
    let stage = Stage::parked().await;
    for path in ["/health", "/nowhere", &format!("/r/{REQUEST_ID}")] {
        let response = stage.http.get(format!("{}{path}", stage.base)).send().await.unwrap();
        let header = |name: &str| response.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cache-control"), "no-store");
        assert!(header("content-security-policy").starts_with("default-src 'none'"));
    }
}

#[tokio::test]
async fn a_grant_claim_needs_the_wallet_that_fetched() {
    let stage = Stage::parked().await;
    stage.send(stage.answer_request(&stage.answer_form())).await.says(401, "wallet-proof");
    stage.answer(&stage.answer_form(), &stage.wallet).await.says(409, "already-taken");
}

#[tokio::test]
async fn a_store_that_is_away_is_said_so_and_nothing_is_lost() {
    let stage = Stage::fetched().await;
    stage.store.close().await;
    stage.answer(&stage.answer_form(), &stage.wallet).await.says(503, "unavailable");
    stage.send(stage.http.get(format!("{}/health", stage.base))).await.says(503, "unavailable");
}
