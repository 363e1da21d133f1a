//! The wallet's part of the story, and everything that may go wrong on the way: nothing lost, nothing twice.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

mod world;

use passerby_protocol::claim::ClaimName;
use passerby_relay_api::problem::Problem;
use passerby_wallet::{ApproveError, GrantState, Refusal, RequestState, Sent, Trouble as _, What};
use world::{Ask, Lie, World, claim, yes};

fn find_claim(url: &url::Url) -> String {
    url.query_pairs().find(|(name, _)| name == "passerby_claim").map(|(_, value)| value.into_owned()).unwrap()
}

#[tokio::test]
async fn what_was_chosen_arrives_and_nothing_else() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let link = world.ask(&Ask { optional: vec!["email", "birthdate", "gender"], ..Ask::default() });
    let view = wallet.open_request(&link, &mut world.rng).await.unwrap();
    assert_eq!(view.number, 1);
    assert!(view.this_computer);
    assert_eq!(view.known_since, None);
    assert_eq!(view.dropped, [claim("gender")], "the Statement does not allow it");
    assert_eq!(view.missing().count(), 0);
    assert!(view.optional.iter().any(|detail| detail.claim == claim("birthdate") && detail.value.is_none()));

    let delivered = wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap();
    assert!(
        delivered
            .return_to
            .as_str()
            .starts_with(&format!("{}/back?response_code=", world.shop.sector.origin()))
    );
    let opened = world.shop.open(&world.relay, &link, &find_claim(&delivered.return_to), world.now());
    let names: Vec<_> = opened.keys().map(ClaimName::as_str).collect();
    assert_eq!(names, ["address.postal_code", "address.street_address", "name"], "the e-mail was not ticked");
    assert_eq!(opened[&claim("name")], "Ada Passerby");

    let shops = wallet.shops().await.unwrap();
    assert_eq!(shops[0].grants[0].state, GrantState::Sent);
    assert_eq!(shops[0].grants[0].grant_id.as_deref(), Some(delivered.grant_id.as_str()));
    let log: Vec<_> = wallet.activity().await.unwrap().into_iter().map(|line| line.what).collect();
    assert_eq!(log, [What::Asked, What::Approved, What::Sent]);
}

#[tokio::test]
async fn a_second_approval_sends_nothing() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let view = world.open(&wallet, &Ask::default()).await;
    let delivered = wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap();
    let again = wallet.approve(&view, &yes(&["email"]), &mut world.rng).await.unwrap_err();
    let ApproveError::Answered(answered) = again else { panic!("{again}") };
    assert_eq!(answered.state, RequestState::Sent);
    assert_eq!(answered.return_to.as_deref(), Some(delivered.return_to.as_str()), "the way back is not lost");
    assert_eq!(world.relay.arrived().len(), 1);
}

#[tokio::test]
async fn a_relay_that_is_down_gets_nothing_and_another_choice_may_follow() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let link = world.ask(&Ask::default());
    let view = wallet.open_request(&link, &mut world.rng).await.unwrap();

    // Down when its keys or the passport are asked for.
    world.relay.stop().await;
    let down = wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap_err();
    assert_eq!((down.code(), down.sent()), ("relay-down", Sent::Nothing), "{down}");
    world.relay.start_again().await;
    world.relay.lies(Lie::PassportBreaks);
    let broke = wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap_err();
    assert_eq!((broke.code(), broke.sent()), ("relay-broke-off", Sent::Nothing), "{broke}");

    world.relay.lies(Lie::None);
    let delivered = wallet.approve(&view, &yes(&["email"]), &mut world.rng).await.unwrap();
    let opened = world.shop.open(&world.relay, &link, &find_claim(&delivered.return_to), world.now());
    assert_eq!(opened.len(), 4);
    assert_eq!(world.relay.arrived().len(), 1);
}

#[tokio::test]
async fn a_broken_connection_is_retried_with_the_same_bytes() {
    for lie in [Lie::BreaksBeforeKeeping, Lie::BreaksAfterKeeping, Lie::Page] {
        let mut world = World::new().await;
        let wallet = world.new_wallet().await;
        let link = world.ask(&Ask::default());
        let view = wallet.open_request(&link, &mut world.rng).await.unwrap();
        world.relay.lies(lie);
        let unsure = wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap_err();
        assert_eq!(unsure.sent(), Sent::Maybe, "{lie:?}: {unsure}");
        let refused = wallet.approve(&view, &yes(&["email"]), &mut world.rng).await.unwrap_err();
        assert_eq!(
            (refused.code(), refused.sent()),
            ("not-confirmed", Sent::Maybe),
            "other bytes must not follow"
        );
        assert!(
            wallet.decline(Some(1), Refusal::ThisTime, &mut world.rng).await.is_err(),
            "it may have arrived: too late to refuse"
        );

        // Down for a while, and another run of the program.
        world.relay.stop().await;
        let down = wallet.retry(&mut world.rng).await.unwrap().remove(0).result.unwrap_err();
        assert_eq!(
            (down.code(), down.sent()),
            ("relay-down", Sent::Maybe),
            "the first attempt may have arrived"
        );
        wallet.lock().await.unwrap();
        world.relay.start_again().await;
        world.relay.lies(Lie::None);
        let wallet = world.reopen_wallet().await;
        let retried = wallet.retry(&mut world.rng).await.unwrap().remove(0).result.unwrap();

        let arrived = world.relay.arrived();
        assert!(
            arrived.len() > 1 && arrived.iter().all(|body| *body == arrived[0]),
            "the same bytes each time"
        );
        world.shop.open(&world.relay, &link, &find_claim(&retried.return_to), world.now());
        assert!(wallet.retry(&mut world.rng).await.unwrap().is_empty(), "settled");
        assert_eq!(wallet.shops().await.unwrap()[0].grants.len(), 1);
    }
}

#[tokio::test]
async fn what_certainly_did_not_leave_can_still_be_refused_or_chosen_anew() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let link = world.ask(&Ask::default());
    let view = wallet.open_request(&link, &mut world.rng).await.unwrap();
    world.relay.lies(Lie::StopsAfterPassport);
    let down = wallet.approve(&view, &yes(&["email"]), &mut world.rng).await.unwrap_err();
    assert_eq!((down.code(), down.sent()), ("relay-down", Sent::Nothing), "{down}");
    assert!(world.relay.arrived().is_empty());

    world.relay.lies(Lie::None);
    world.relay.start_again().await;
    let view = wallet.look(None, &mut world.rng).await.unwrap();
    assert_eq!(view.news.times_sent, 0, "nothing was sent yet");
    let delivered = wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap();
    let opened = world.shop.open(&world.relay, &link, &find_claim(&delivered.return_to), world.now());
    assert!(!opened.contains_key(&claim("email")), "the second choice counts");
    assert_eq!(wallet.shops().await.unwrap()[0].grants.len(), 1, "the first grant never came about");

    let view = world.open(&wallet, &Ask::default()).await;
    world.relay.lies(Lie::StopsAfterPassport);
    wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap_err();
    let declined = wallet.decline(Some(view.number), Refusal::ThisTime, &mut world.rng).await.unwrap();
    assert!(!declined.told, "the relay is down");
    assert!(wallet.retry(&mut world.rng).await.unwrap().is_empty(), "what was refused is never sent");
    assert_eq!(world.relay.arrived().len(), 1);
}

#[tokio::test]
async fn a_no_of_the_relay_is_written_down_and_not_believed() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let view = world.open(&wallet, &Ask::default()).await;
    world.relay.lies(Lie::Refuses(Problem::WalletProof));
    let refused = wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap_err();
    assert_eq!((refused.code(), refused.sent()), ("wallet-proof", Sent::NotTaken));
    assert!(wallet.retry(&mut world.rng).await.unwrap().is_empty());
    world.relay.lies(Lie::Refuses(Problem::Unavailable));
    let unsure = wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap_err();
    assert_eq!((unsure.code(), unsure.sent()), ("unavailable", Sent::Maybe));
    world.relay.lies(Lie::Refuses(Problem::Expired));
    let over = wallet.retry(&mut world.rng).await.unwrap().remove(0).result.unwrap_err();
    assert_eq!(
        (over.code(), over.sent()),
        ("expired", Sent::NotTaken),
        "the same bytes would have got their answer"
    );
    let shops = wallet.shops().await.unwrap();
    let states: Vec<_> = shops[0].grants.iter().map(|grant| grant.state).collect();
    assert_eq!(states, [GrantState::NotTaken; 2], "both were in the relay's hands");
}

#[tokio::test]
async fn a_relay_may_change_its_keys_between_two_attempts() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let view = world.open(&wallet, &Ask::default()).await;
    world.relay.lies(Lie::BreaksBeforeKeeping);
    wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap_err();
    world.relay.lies(Lie::None);
    world.relay.changes_key(&mut world.rng);
    let retried = wallet.retry(&mut world.rng).await.unwrap().remove(0);
    assert_eq!(retried.result.unwrap().sector, world.shop.sector);
}

#[tokio::test]
async fn an_answer_that_nobody_can_find_again_is_called_unclear() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let view = world.open(&wallet, &Ask::default()).await;
    world.relay.lies(Lie::BreaksAfterKeeping);
    wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap_err();
    world.relay.purge();
    world.clock.turn(3 * 86_400);
    let lost = wallet.retry(&mut world.rng).await.unwrap().remove(0).result.unwrap_err();
    assert_eq!((lost.code(), lost.sent()), ("unclear", Sent::Maybe));
    assert_eq!(wallet.shops().await.unwrap()[0].grants[0].state, GrantState::Unclear);
    assert!(wallet.retry(&mut world.rng).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_relay_that_lies_about_the_passport_gets_nothing() {
    for (lie, code) in
        [(Lie::PassportOfAnother, "passport-key"), (Lie::PassportWithOtherUserRef, "user-ref-mismatch")]
    {
        let mut world = World::new().await;
        let wallet = world.new_wallet().await;
        let view = world.open(&wallet, &Ask::default()).await;
        world.relay.lies(lie);
        let stopped = wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap_err();
        assert_eq!((stopped.code(), stopped.sent()), (code, Sent::Nothing), "{stopped}");
        assert!(world.relay.arrived().is_empty());
    }
}

#[tokio::test]
async fn a_relay_that_lies_about_what_it_got_opens_nothing() {
    let lies = [
        (Lie::ReceiptOfAnother, "relay-receipt"),
        (Lie::NoReceipt, "relay-receipt"),
        (Lie::RedirectsAbroad, "redirect-foreign"),
    ];
    for (lie, code) in lies {
        let mut world = World::new().await;
        let wallet = world.new_wallet().await;
        let view = world.open(&wallet, &Ask::default()).await;
        world.relay.lies(lie);
        let stopped = wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap_err();
        assert_eq!((stopped.code(), stopped.sent()), (code, Sent::Maybe), "{stopped}");
        assert_eq!(wallet.shops().await.unwrap()[0].grants[0].state, GrantState::Sending);
        let again = wallet.retry(&mut world.rng).await.unwrap().remove(0).result.unwrap_err();
        assert_eq!(again.code(), code, "it kept its lie");
    }
}

#[tokio::test]
async fn a_refusal_is_told_and_leads_back() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    world.open(&wallet, &Ask::default()).await;
    let declined = wallet.decline(None, Refusal::ThisTime, &mut world.rng).await.unwrap();
    assert!(declined.told);
    assert!(declined.return_to.unwrap().as_str().starts_with(&world.shop.sector.origin()));
    assert_eq!(world.relay.arrived(), [axum::body::Bytes::from_static(b"error=access_denied")]);
    let refused = wallet.look(Some(1), &mut world.rng).await.unwrap_err();
    assert_eq!(refused.code(), "declined-before");
    assert_eq!(wallet.look(None, &mut world.rng).await.unwrap_err().code(), "none-waiting");
}

#[tokio::test]
async fn two_clicks_at_once_are_one_answer() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let view = world.open(&wallet, &Ask::default()).await;
    let mut other = world.rng.clone();
    let answer = yes(&[]);
    let (one, two) = tokio::join!(
        wallet.approve(&view, &answer, &mut world.rng),
        wallet.approve(&view, &answer, &mut other)
    );
    assert!(one.is_ok() != two.is_ok());
    assert_eq!(world.relay.arrived().len(), 1);
}
