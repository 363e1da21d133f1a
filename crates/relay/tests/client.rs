//! The wallet's client and a real relay, in development mode, understand each other.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod parts;

use std::cell::Cell;

use parts::{Stage, code_of};
use passerby_protocol::keys::SigningKey;
use passerby_protocol::passport::{Passport, PassportRequest};
use passerby_protocol::proof::DpopProof;
use passerby_protocol::random_id::RequestId;
use passerby_protocol::request::RequestUri;
use passerby_protocol::time::Clock as _;
use passerby_protocol::wire::jws::JwsError;
use passerby_relay_api::passport::PassportRequestBody;
use passerby_relay_api::{Connection, Problem, RelayClient, Sent};
use passerby_testkit::rng;
use passerby_testkit::scene::REQUEST_ID;

#[tokio::test]
async fn the_wallets_side_through_its_own_client() {
    let stage = Stage::development().await;
    let scene = &stage.scene;
    assert_eq!(stage.attest(&stage.statement).await.status, 200);
    assert_eq!(stage.park(&stage.request_body()).await.status, 201);

    let relay = RelayClient::new(scene.issuer.clone(), Connection::open().unwrap());
    let seed = Cell::new(10);
    let prove = |key: &SigningKey| {
        let (key, now) = (key.clone(), stage.clock.now());
        let mut rng = rng::seeded(seed.replace(seed.get() + 1));
        move |method: &str, url: &str| -> Result<String, JwsError> {
            DpopProof::make(method, url, &key, now, &mut rng)
        }
    };

    let keys = relay.fetch_keys().await.unwrap();
    assert_eq!(keys, scene.relay_keys());
    let id = RequestId::parse(REQUEST_ID).unwrap();
    let uri = RequestUri::new(scene.issuer.clone(), id.clone());
    let fetched = relay.fetch_request(&uri, prove(&stage.wallet)).await.unwrap();
    assert_eq!(fetched, stage.request);
    let late = relay.fetch_request(&uri, prove(&stage.make_key())).await.unwrap_err();
    assert_eq!((late.problem(), late.sent()), (Some(Problem::AlreadyTaken), Sent::Yes));

    let proof = PassportRequest::sign(&scene.issuer, &id, &scene.pairwise(), stage.clock.now()).unwrap();
    let body = PassportRequestBody { request: REQUEST_ID.into(), proof };
    let passport = relay.request_passport(&body, prove(&stage.wallet)).await.unwrap();
    Passport::parse(&passport, &keys, &scene.sector, stage.clock.now()).unwrap();

    let (response_uri, form) =
        (format!("{}{REQUEST_ID}", scene.issuer.response_prefix()), stage.answer_form());
    let first = relay.answer(&response_uri, form.as_bytes(), prove(&stage.wallet)).await.unwrap();
    let again = relay.answer(&response_uri, form.as_bytes(), prove(&stage.wallet)).await.unwrap();
    assert_eq!(first, again);

    stage.collect(&code_of(&serde_json::to_value(&first).unwrap())).await;
    let grant_id = first.grant_id.unwrap();
    assert_eq!(stage.open(&grant_id, "packing").await.status, 200);
    let pairwise = scene.pairwise();
    let shown = relay.fetch_openings(&grant_id, prove(pairwise.signing_key())).await.unwrap();
    assert_eq!(shown.openings.len(), 1);
}
