//! Which certificates are believed: by the wallet's own clock, and for the host the answer goes to.

use std::time::Duration;

use passerby_protocol::keys::SigningKey;
use passerby_testkit::verifier::make_authority;
use passerby_wallet::foreign::Trust;
use passerby_wallet::{Refusal, Sent, What};
use rcgen::date_time_ymd;

use crate::verifier::{By, HOST, Question, SIDE_HOST};
use crate::world::yes;
use crate::{Desk, told};

/// Ten minutes after the scene begins, which is at noon.
const SOON: i64 = 600;
const SOON_OF_THE_DAY: Duration = Duration::from_mins(12 * 60 + 10);

#[tokio::test]
async fn a_certificate_ends_by_the_wallets_own_clock() {
    let mut desk = Desk::new().await;
    desk.verifier.certify(&[HOST], |params| {
        params.not_after = date_time_ymd(2026, 11, 22) + SOON_OF_THE_DAY;
    });
    let long =
        Question::altered(|payload| payload["exp"] = (payload["iat"].as_i64().unwrap() + 1_800).into());
    let view = desk.shown(long.clone()).await;
    desk.clock.turn(SOON + 1);
    let ended = desk.approve(&view, &yes(&[])).await.unwrap_err();
    assert_eq!(told(&ended), ("x509-chain", Sent::Nothing), "{ended}");
    let link = desk.ask(long);
    assert_eq!(told(&desk.open(&link).await.unwrap_err()), ("x509-chain", Sent::Nothing));
    assert!(desk.verifier.answers().is_empty());
    let stopped = What::Stopped { refusal: "x509-chain".to_owned() };
    assert_eq!(desk.log().await, [What::Asked, stopped.clone(), stopped]);
}

#[tokio::test]
async fn a_certificate_begins_by_the_wallets_own_clock() {
    let mut desk = Desk::new().await;
    desk.verifier.certify(&[HOST], |params| {
        params.not_before = date_time_ymd(2026, 11, 22) + SOON_OF_THE_DAY;
    });
    let link = desk.ask(Question::default());
    assert_eq!(told(&desk.open(&link).await.unwrap_err()), ("x509-chain", Sent::Nothing));
    desk.clock.turn(SOON);
    let view = desk.open(&link).await.unwrap();
    desk.approve(&view, &yes(&[])).await.unwrap();
    assert_eq!(desk.verifier.fetches().len(), 2, "what was stopped is fetched again");
}

#[tokio::test]
async fn an_authority_that_nobody_trusts_certifies_nothing() {
    let mut desk = Desk::new().await;
    desk.verifier.certify_by_a_stranger(&mut desk.rng);
    let link = desk.ask(Question::default());
    let refused = desk.open(&link).await.unwrap_err();
    assert_eq!(told(&refused), ("x509-chain", Sent::Nothing), "{refused}");
    assert!(desk.wallet.requests().await.unwrap().is_empty());
    // Nobody is told anything, not even that the person says no.
    let declined =
        desk.wallet.decline_foreign(1, Refusal::ThisTime, &desk.trust, &mut desk.rng).await.unwrap();
    assert!(!declined.told && desk.verifier.answers().is_empty());
    assert!(desk.verifier.looks().is_empty(), "a host that is not proven is not asked for a Statement");
}

#[tokio::test]
async fn a_web_server_of_an_authority_that_nobody_trusts_is_not_spoken_to() {
    let mut desk = Desk::new().await;
    let link = desk.ask(Question::default());
    let stranger = make_authority(&SigningKey::make(&mut desk.rng));
    for trust in [Trust::load(None).unwrap(), Trust::load(Some(stranger.pem().as_bytes())).unwrap()] {
        desk.trust = trust;
        let refused = desk.open(&link).await.unwrap_err();
        assert_eq!(told(&refused), ("host-down", Sent::Nothing), "{refused}");
    }
    assert!(desk.verifier.fetches().is_empty());
    desk.trust = desk.verifier.trust();
    desk.open(&link).await.unwrap();
}

#[tokio::test]
async fn what_stopped_being_trusted_before_the_answer_gets_none() {
    let mut desk = Desk::new().await;
    let view = desk.shown(Question::default()).await;
    desk.trust = Trust::load(None).unwrap();
    let refused = desk.approve(&view, &yes(&[])).await.unwrap_err();
    assert_eq!(told(&refused), ("x509-chain", Sent::Nothing), "{refused}");
    assert!(desk.verifier.answers().is_empty());
}

#[tokio::test]
async fn a_request_may_stand_at_another_host_and_its_answer_goes_to_the_certified_one() {
    for by in [By::Hash, By::Name] {
        let mut desk = Desk::new().await;
        let view = desk.shown(Question { by, asked_at: SIDE_HOST, ..Question::default() }).await;
        assert_eq!(view.host.to_string(), desk.verifier.host(), "not where it was fetched");
        desk.approve(&view, &yes(&[])).await.unwrap();
        let looks = desk.verifier.looks();
        assert!(!looks.is_empty() && looks.iter().all(|host| *host == desk.verifier.host()), "{looks:?}");
        assert_eq!(desk.verifier.answers().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_never_goes_where_the_certificate_does_not_reach() {
    let mut desk = Desk::new().await;
    let aside = |payload: &mut serde_json::Value| {
        let there = payload["response_uri"].as_str().unwrap().replace(HOST, SIDE_HOST);
        payload["response_uri"] = there.into();
    };
    for (by, asked_at) in [(By::Hash, SIDE_HOST), (By::Name, HOST), (By::Hash, HOST)] {
        let link = desk.ask(Question { by, asked_at, ..Question::altered(aside) });
        let refused = desk.open(&link).await.unwrap_err();
        assert_eq!(told(&refused), ("x509-name", Sent::Nothing), "{refused}");
    }
    // A certificate for both: by its name it speaks for one of them, by its hash for each.
    desk.verifier.certify(&[HOST, SIDE_HOST], |_| {});
    let link = desk.ask(Question { by: By::Name, ..Question::altered(aside) });
    assert_eq!(told(&desk.open(&link).await.unwrap_err()), ("x509-name", Sent::Nothing));
    let view = desk.shown(Question::altered(aside)).await;
    assert_eq!(view.host.to_string(), desk.verifier.host().replace(HOST, SIDE_HOST));
    assert!(desk.verifier.answers().is_empty());
}
