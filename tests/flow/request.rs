//! Step 1: a request reaches one wallet, once.

use crate::street::Street;
use passerby_wallet::Trouble as _;

#[tokio::test]
async fn the_first_wallet_wins_and_a_browser_that_looks_ahead_does_not_count() {
    let mut street = Street::new().await;
    let (anna, other) = (street.anna().await, street.somebody_else().await);
    let asking = street.ask().await;
    let request_uri = asking.link.split("request_uri=").nth(1).unwrap();
    let request_uri: String =
        url::form_urlencoded::parse(format!("u={request_uri}").as_bytes()).next().unwrap().1.into();
    let prefetched = reqwest::get(&request_uri).await.unwrap();
    assert_eq!(prefetched.status(), 200, "a page, which binds nothing");

    anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    anna.open_request(&asking.link, &mut street.rng).await.expect("the same wallet may look again");
    let refused = other.open_request(&asking.link, &mut street.rng).await.unwrap_err();
    assert_eq!(refused.code(), "already-taken");
}

#[tokio::test]
async fn a_request_that_was_not_fetched_in_time_is_gone() {
    let mut street = Street::new().await;
    let anna = street.anna().await;
    let asking = street.ask().await;
    street.clock.turn(300 + 121);
    let refused = anna.open_request(&asking.link, &mut street.rng).await.unwrap_err();
    assert!(["expired", "request-expired"].contains(&refused.code()), "{}", refused.code());
}
