//! The self-copy over the wire: only a holder leaves one, only the holder gets it back, and never an older one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod parts;

use parts::{Reply, Stage, code_of};
use passerby_protocol::keys::SigningKey;
use passerby_protocol::wire::b64u;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

const PATH: &str = "/v1/self-copy";

/// A body of the right length; what is inside is none of the relay's business.
fn body(seq: u64, mark: u8) -> Value {
    json!({ "seq": seq, "copy": b64u::encode(vec![mark; 24 + 4_096 + 16]) })
}

async fn leave(stage: &Stage, body: &Value, key: &SigningKey) -> Reply {
    let request =
        stage.http.put(format!("{}{PATH}", stage.base)).header("dpop", stage.dpop("PUT", PATH, key));
    stage.send(request.header(CONTENT_TYPE, "application/json").body(body.to_string())).await
}

#[tokio::test]
async fn a_holder_leaves_a_copy_and_gets_it_back() {
    let (mut stage, _) = Stage::answered().await;
    let key = stage.scene.pairwise().signing_key().clone();
    stage.wallet_get(PATH, &key).await.says(404, "not-found");
    let left = leave(&stage, &body(1, 7), &key).await;
    assert_eq!((left.status, left.json()), (200, json!({ "seq": 1 })));
    assert_eq!(leave(&stage, &body(1, 7), &key).await.status, 200, "the same again");
    stage.restart().await;
    assert_eq!(stage.wallet_get(PATH, &key).await.json(), body(1, 7));
    assert_eq!(leave(&stage, &body(3, 8), &key).await.status, 200);
    for older in [body(1, 7), body(2, 9), body(3, 9)] {
        leave(&stage, &older, &key).await.says(409, "self-copy-behind");
    }
    assert_eq!(stage.wallet_get(PATH, &key).await.json(), body(3, 8));
}

#[tokio::test]
async fn nobody_else_leaves_or_gets_one() {
    let (stage, _) = Stage::answered().await;
    let key = stage.scene.pairwise().signing_key().clone();
    assert_eq!(leave(&stage, &body(1, 7), &key).await.status, 200);
    // The wallet's key of this request is known here, and is not the person's key.
    for stranger in [stage.make_key(), stage.wallet.clone()] {
        leave(&stage, &body(2, 8), &stranger).await.says(404, "not-found");
        stage.wallet_get(PATH, &stranger).await.says(404, "not-found");
    }
    let bare = stage.send(stage.http.get(format!("{}{PATH}", stage.base))).await;
    bare.says(401, "wallet-proof");
    let request =
        stage.http.put(format!("{}{PATH}", stage.base)).header("dpop", stage.dpop("GET", PATH, &key));
    let wrong = stage.send(request.json(&body(2, 8))).await;
    wrong.says(401, "wallet-proof");
    assert_eq!(stage.wallet_get(PATH, &key).await.json(), body(1, 7));
}

#[tokio::test]
async fn a_copy_has_one_of_three_lengths_and_a_number() {
    let (stage, _) = Stage::answered().await;
    let key = stage.scene.pairwise().signing_key().clone();
    let of_length = |length: usize| json!({ "seq": 1, "copy": b64u::encode(vec![1; length]) });
    for wrong in [
        of_length(0),
        of_length(4_096),
        of_length(24 + 16_385 + 16),
        of_length(24 + 32_768 + 16),
        body(0, 1),
        body(1 << 53, 1),
        json!({ "seq": -1, "copy": "" }),
        json!({ "seq": 1, "copy": "===" }),
        json!({ "seq": 1 }),
    ] {
        leave(&stage, &wrong, &key).await.says(400, "malformed");
    }
    for (seq, length) in [(1, 4_096), (2, 8_192), (3, 16_384)] {
        let mut right = of_length(24 + length + 16);
        right["seq"] = seq.into();
        assert_eq!(leave(&stage, &right, &key).await.status, 200, "{length}");
    }
}

#[tokio::test]
async fn a_copy_goes_with_the_last_grant() {
    let (stage, reply) = Stage::answered().await;
    let key = stage.scene.pairwise().signing_key().clone();
    assert_eq!(leave(&stage, &body(1, 7), &key).await.status, 200);
    assert_eq!(stage.collect(&code_of(&reply)).await.status, 200);
    stage.clock.turn(29 * 86_400);
    passerby_relay::sweep::sweep(&stage.state).await;
    assert_eq!(stage.wallet_get(PATH, &key).await.status, 200);
    stage.clock.turn(3_650 * 86_400);
    passerby_relay::sweep::sweep(&stage.state).await;
    stage.wallet_get(PATH, &key).await.says(404, "not-found");
}
