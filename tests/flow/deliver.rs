//! Step 5: what arrives, arrives once, and at the right shop.

use passerby_wallet::{Answer, Trouble as _};
use serde_json::json;

use crate::street::Street;

#[tokio::test]
async fn a_second_yes_sends_nothing() {
    let mut street = Street::new().await;
    let anna = street.anna().await;
    let asking = street.ask().await;
    let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    anna.approve(&request, &Answer::default(), &mut street.rng).await.unwrap();
    let refused = anna.approve(&request, &Answer::default(), &mut street.rng).await.unwrap_err();
    assert_eq!(refused.code(), "answered-before");
    assert_eq!(anna.shops().await.unwrap()[0].grants.len(), 1);
}

#[tokio::test]
async fn a_code_that_was_guessed_three_times_is_burnt() {
    let mut street = Street::new().await;
    let anna = street.anna().await;
    let asking = street.ask().await;
    let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    let delivered = anna.approve(&request, &Answer::default(), &mut street.rng).await.unwrap();
    let code =
        delivered.return_to.query_pairs().find(|(name, _)| name == "response_code").unwrap().1.into_owned();
    let path = format!("/v1/transactions/{}/collect", asking.transaction_id.as_str());
    for _ in 0..3 {
        let wrong = json!({ "response_code": "YS1jb2RlLWEtY29kZS1hLWNvZGU" });
        let (status, _) = street.shop.try_post(&path, &wrong, &mut street.rng).await;
        assert!(status >= 400);
    }
    let (status, _) = street.shop.try_post(&path, &json!({ "response_code": code }), &mut street.rng).await;
    assert!(status >= 400, "even the right one, now");
}

#[tokio::test]
async fn a_grant_that_no_order_claims_deletes_itself() {
    let mut street = Street::new().await;
    let anna = street.anna().await;
    let asking = street.ask().await;
    let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    let delivered = anna.approve(&request, &Answer::default(), &mut street.rng).await.unwrap();
    street.clock.turn(86_400 + 1);
    let code =
        delivered.return_to.query_pairs().find(|(name, _)| name == "response_code").unwrap().1.into_owned();
    let path = format!("/v1/transactions/{}/collect", asking.transaction_id.as_str());
    let (status, _) = street.shop.try_post(&path, &json!({ "response_code": code }), &mut street.rng).await;
    assert!(status >= 400, "it could still be collected after a day");
}
