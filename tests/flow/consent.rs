//! Step 3: the person decides.

use passerby_wallet::{Answer, Refusal, Trouble as _};

use crate::street::{Street, claim, yes_and};

#[tokio::test]
async fn no_is_an_answer_and_the_shop_is_not_told_why() {
    let mut street = Street::new().await;
    let anna = street.anna().await;
    let asking = street.ask().await;
    let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    let declined = anna.decline(Some(request.number), Refusal::ThisTime, &mut street.rng).await.unwrap();
    let back = declined.return_to.expect("the browser goes back to the shop's own form");
    let code = back.query_pairs().find(|(name, _)| name == "response_code").unwrap().1.into_owned();
    let path = format!("/v1/transactions/{}/collect", asking.transaction_id.as_str());
    let body = serde_json::json!({ "response_code": code });
    let collected = street.shop.try_post(&path, &body, &mut street.rng).await;
    assert_eq!(collected, (200, serde_json::json!({ "outcome": "declined" })));
    let refused = anna.approve(&request, &Answer::default(), &mut street.rng).await.unwrap_err();
    assert_eq!(refused.sent().word(), "nothing", "a no stays a no");
}

#[tokio::test]
async fn something_needed_that_is_missing_costs_nothing() {
    let mut street = Street::new().await;
    let other = street.somebody_else().await;
    let asking = street.ask().await;
    let request = other.open_request(&asking.link, &mut street.rng).await.unwrap();
    assert_eq!(request.missing().count(), 4);
    let refused = other.approve(&request, &Answer::default(), &mut street.rng).await.unwrap_err();
    assert_eq!(refused.sent().word(), "nothing");

    // Typed on the spot, for this order only.
    let mut answer = Answer::default();
    for (name, value) in crate::street::details() {
        if request.missing().any(|missing| *missing == name) {
            answer.typed.insert(name, value);
        }
    }
    other.approve(&request, &answer, &mut street.rng).await.unwrap();
}

#[tokio::test]
async fn what_the_shop_never_announced_cannot_be_sent() {
    let mut street = Street::new().await;
    let anna = street.anna().await;
    let asking = street.ask().await;
    let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    assert!(request.optional.iter().all(|detail| detail.claim != claim("birthdate")));
    let refused = anna.approve(&request, &yes_and(&["birthdate"]), &mut street.rng).await.unwrap_err();
    assert_eq!(refused.sent().word(), "nothing");
}
