//! The relay's part of the story, once through.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod parts;

use parts::{Stage, TRANSACTION_ID, code_of};
use passerby_protocol::keys::RelayKeys;
use passerby_protocol::passport::{GrantClaim, Passport, PassportRequest, RelayReceipt};
use passerby_protocol::random_id::RequestId;
use passerby_protocol::time::Clock as _;
use passerby_protocol::verify::Attestation;
use passerby_testkit::scene::REQUEST_ID;
use serde_json::json;

#[tokio::test]
async fn from_the_question_to_the_opened_release() {
    let stage = Stage::empty().await;
    let scene = &stage.scene;

    let keys = stage.send(stage.http.get(format!("{}/.well-known/jwt-vc-issuer", stage.base))).await;
    let keys = RelayKeys::parse(keys.text.as_bytes(), &scene.issuer).unwrap();

    let attested = stage.attest(&stage.statement).await.json();
    let attestation = attested["attestation"].as_str().unwrap();
    let attestation = Attestation::parse(attestation, &keys, &scene.sector, stage.clock.now()).unwrap();
    assert_eq!(*attestation.root_jkt(), scene.root.public().jkt());
    assert_eq!(attestation.request_key(), scene.request_key.public());

    let parked = stage.park(&stage.request_body()).await;
    assert_eq!(parked.status, 201, "{parked:?}");
    assert_eq!(parked.json(), json!({ "request_uri": format!("https://relay.example/r/{REQUEST_ID}") }));
    assert_eq!(stage.transaction_state().await, "waiting");

    let fetched = stage.fetch(&stage.wallet).await;
    assert_eq!((fetched.status, fetched.media_type.as_str()), (200, "application/oauth-authz-req+jwt"));
    assert_eq!(fetched.text, stage.request);
    assert_eq!(stage.transaction_state().await, "fetched");

    let proof = PassportRequest::sign(
        &scene.issuer,
        &RequestId::parse(REQUEST_ID).unwrap(),
        &scene.pairwise(),
        stage.clock.now(),
    );
    let body = json!({ "request": REQUEST_ID, "proof": proof.unwrap() });
    let request = stage.http.post(format!("{}/v1/passports", stage.base));
    let request = request.header("dpop", stage.dpop("POST", "/v1/passports", &stage.wallet)).json(&body);
    let issued = stage.send(request).await.json();
    let passport =
        Passport::parse(issued["passport"].as_str().unwrap(), &keys, &scene.sector, stage.clock.now());
    assert_eq!(passport.unwrap().user_ref(), scene.pairwise().user_ref());

    let answer = &stage.sealed;
    let answered = stage.answer(&stage.answer_form(), &stage.wallet).await.json();
    let grant_id = answered["grant_id"].as_str().unwrap();
    RelayReceipt::check(
        answered["relay_receipt"].as_str().unwrap(),
        &keys,
        &format!("https://relay.example/v1/response/{REQUEST_ID}"),
        &answer.release_sha256(),
        &GrantClaim::hash(&answer.grant_claim),
        grant_id,
    )
    .unwrap();
    let redirect_uri = answered["redirect_uri"].as_str().unwrap();
    assert!(redirect_uri.starts_with("https://shoes.example/back?order=7&response_code="), "{redirect_uri}");
    assert_eq!(stage.transaction_state().await, "answered");

    let collected = stage.collect(&code_of(&answered)).await.json();
    let expected = json!({
        "outcome": "granted",
        "grant_id": grant_id,
        "grant_claim": answer.grant_claim,
        "consent_receipt": answer.consent_receipt,
        "relay_receipt": answered["relay_receipt"],
        "release_sha256": answer.release_sha256(),
    });
    assert_eq!(collected, expected);

    stage.clock.turn(3600);
    let opened = stage.open(grant_id, "packing order 7").await.json();
    assert_eq!(opened, json!({ "release": answer.jwe, "opened_at": stage.now() }));

    let path = format!("/v1/grants/{grant_id}/openings");
    let seen = stage.wallet_get(&path, scene.pairwise().signing_key()).await.json();
    assert_eq!(seen, json!({ "openings": [{ "opened_at": stage.now(), "reason": "packing order 7" }] }));
    stage.wallet_get(&path, &stage.wallet).await.says(404, "not-found");
}

#[tokio::test]
async fn a_refusal_looks_like_any_other() {
    let stage = Stage::fetched().await;
    let answered = stage.answer("error=access_denied", &stage.wallet).await.json();
    assert!(answered.get("grant_id").is_none() && answered.get("relay_receipt").is_none());
    assert_eq!(stage.transaction_state().await, "answered");
    let collected = stage.collect(&code_of(&answered)).await;
    assert_eq!(collected.json(), json!({ "outcome": "declined" }));
}

#[tokio::test]
async fn a_wallet_that_knows_openid4vp_only_gives_a_grant_without_claim() {
    let stage = Stage::parked().await;
    let address = format!("{}/r/{REQUEST_ID}", stage.base);
    let fetched =
        stage.send(stage.http.get(address).header("accept", "application/oauth-authz-req+jwt")).await;
    assert_eq!(fetched.text, stage.request);
    assert_eq!(stage.transaction_state().await, "waiting", "nothing is bound");
    let form = stage.answer_form_with(|body| {
        body.grant_claim = None;
        body.consent_receipt = None;
    });
    let answered = stage.send(stage.answer_request(&form)).await.json();
    let collected = stage.collect(&code_of(&answered)).await.json();
    assert_eq!(collected["outcome"], "granted");
    assert!(collected["grant_claim"].is_null() && collected["consent_receipt"].is_null());
}

#[tokio::test]
async fn retention_ends_a_grant() {
    let (stage, answered) = Stage::answered().await;
    stage.collect(&code_of(&answered)).await;
    let grant_id = answered["grant_id"].as_str().unwrap();
    stage.clock.turn(30 * 86_400 - 1);
    assert_eq!(stage.open(grant_id, "a late parcel").await.status, 200);
    stage.clock.turn(1);
    stage.open(grant_id, "too late").await.says(404, "not-found");
    passerby_relay::sweep::sweep(&stage.state).await;
    let path = format!("/v1/grants/{grant_id}/openings");
    stage.wallet_get(&path, stage.scene.pairwise().signing_key()).await.says(404, "not-found");
}

#[tokio::test]
async fn a_relay_tells_how_it_is() {
    let stage = Stage::answered().await.0;
    let health = stage.send(stage.http.get(format!("{}/health", stage.base))).await;
    assert_eq!((health.status, health.json()), (200, json!({ "status": "ok" })));
    let metrics = stage.send(stage.http.get(format!("{}/metrics", stage.base))).await.text;
    assert!(metrics.contains("/v1/response/{id}"), "routes are counted by template");
    assert!(!metrics.contains(REQUEST_ID) && !metrics.contains(TRANSACTION_ID), "and never by id");
    let openapi = stage.send(stage.http.get(format!("{}/openapi.json", stage.base))).await.json();
    assert!(openapi["openapi"].as_str().unwrap().starts_with("3.1"));
}

#[tokio::test]
async fn a_restart_at_any_step_loses_nothing() {
    let mut stage = Stage::parked().await;
    stage.restart().await;
    assert_eq!(stage.fetch(&stage.wallet).await.text, stage.request);
    stage.restart().await;
    stage.fetch(&stage.make_key()).await.says(409, "already-taken");
    let first = stage.answer(&stage.answer_form(), &stage.wallet).await;
    assert_eq!(first.status, 200);
    stage.restart().await;
    assert_eq!(
        stage.answer(&stage.answer_form(), &stage.wallet).await,
        first,
        "the retry gets the same bytes"
    );
    let code = code_of(&first.json());
    let collected = stage.collect(&code).await;
    stage.restart().await;
    assert_eq!(stage.collect(&code).await, collected);
    let grant_id = collected.json()["grant_id"].as_str().unwrap().to_owned();
    assert_eq!(stage.open(&grant_id, "packing").await.json()["release"], stage.sealed.jwe);
}
