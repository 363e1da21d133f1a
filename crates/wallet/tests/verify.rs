//! Who may ask, and what a person is told: first sight, known shops, shops that changed, requests that ran out.

mod world;

use passerby_protocol::keys::SigningKey;
use passerby_protocol::time::DAY;
use passerby_wallet::{ApproveError, Lookalike, OpenError, Refusal, Sent, Trouble as _, What};
use world::{Ask, Shop, World, claim, yes};

#[tokio::test]
async fn what_is_new_is_told() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let first = world.open(&wallet, &Ask::default()).await;
    assert_eq!(first.news.times_sent, 0);
    wallet.approve(&first, &yes(&[]), &mut world.rng).await.unwrap();

    world.clock.turn(60);
    let same = world.open(&wallet, &Ask { optional: vec![], ..Ask::default() }).await;
    assert_eq!(same.known_since, Some(world.now() + -60));
    assert!(same.news.is_nothing_new());
    assert_eq!(same.number, 2);

    let more = Ask {
        optional: vec!["email", "birthdate"],
        retention: 30,
        purpose: "Know you better",
        ..Ask::default()
    };
    let more = world.open(&wallet, &more).await;
    assert_eq!(more.news.new_claims, [claim("birthdate")], "the e-mail was asked for before, and not sent");
    assert_eq!(more.news.shorter_before, Some(14));
    assert_eq!(more.news.purpose_before.as_deref(), Some("Deliver your shoes"));
    assert_eq!(more.kept_until, world.now() + 30 * DAY);
    assert!(more.checked().contains("Not checked: whether the shop is honest."));
}

#[tokio::test]
async fn a_shop_whose_site_is_down_is_not_checked_and_gets_nothing_until_it_answers() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let link = world.ask(&Ask::default());
    world.shop.stop().await;
    let unchecked = wallet.open_request(&link, &mut world.rng).await.unwrap_err();
    assert_eq!((unchecked.code(), unchecked.sent()), ("statement-unreachable", Sent::Nothing), "{unchecked}");
    assert_eq!(wallet.requests().await.unwrap()[0].answer_by, None, "kept, and not checked");
    world.shop.start_again().await;
    world.clock.turn(400);
    let view = wallet.look(None, &mut world.rng).await.unwrap();
    wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap();
}

#[tokio::test]
async fn a_statement_serves_one_request_and_the_next_one_fetches_it_again() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let first = world.open(&wallet, &Ask::default()).await;
    assert_eq!(world.shop.looked(), 1);
    // As late as a request can be answered.
    world.clock.turn(1_800);
    wallet.look(Some(first.number), &mut world.rng).await.unwrap();
    assert_eq!(world.shop.looked(), 1);

    world.shop.amend(|statement| statement.name = "Better shoes".to_owned());
    let second = world.open(&wallet, &Ask::default()).await;
    assert_eq!((world.shop.looked(), second.name.as_str()), (2, "Better shoes"));
    // Half an hour later nothing is left that could be answered by an old Statement.
    world.clock.turn(1_800 + 120);
    for number in [first.number, second.number] {
        let over = wallet.look(Some(number), &mut world.rng).await.unwrap_err();
        assert_eq!((over.code(), over.sent()), ("request-expired", Sent::Nothing), "{over}");
    }
    assert_eq!(world.shop.looked(), 2);
}

#[tokio::test]
async fn a_root_that_the_relay_does_not_confirm_is_stopped() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let other = SigningKey::make(&mut world.rng).public().jkt();
    let link = world.ask(&Ask { attested_root: Some(other), ..Ask::default() });
    let stopped = wallet.open_request(&link, &mut world.rng).await.unwrap_err();
    assert_eq!((stopped.code(), stopped.sent()), ("root-mismatch", Sent::Nothing));
    assert!(stopped.to_string().starts_with("Stopped. This is not shoes.localhost"), "{stopped}");
    assert!(wallet.shops().await.unwrap().is_empty(), "nothing is remembered of a shop that was not proven");
    let log = wallet.activity().await.unwrap();
    assert_eq!(log[0].what, What::Stopped { refusal: "root-mismatch".to_owned() });
    assert!(wallet.requests().await.unwrap().is_empty());
    assert_eq!(wallet.look(Some(1), &mut world.rng).await.unwrap_err().code(), "not-fetched");
    assert!(
        wallet.decline(Some(1), Refusal::ThisTime, &mut world.rng).await.unwrap().told,
        "the shop's page need not wait"
    );
}

#[tokio::test]
async fn a_known_shop_cannot_go_back_or_tell_two_stories() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let first = world.shop.statement.sign(&world.shop.root).unwrap();
    world.shop.amend(|statement| statement.name = "Better shoes".to_owned());
    world.open(&wallet, &Ask::default()).await;

    world.shop.publish(&first);
    let link = world.ask(&Ask::default());
    let back = wallet.open_request(&link, &mut world.rng).await.unwrap_err();
    assert_eq!(back.code(), "statement-rollback");

    world.shop.statement.name = "Two stories".to_owned();
    world.shop.publish(&world.shop.statement.sign(&world.shop.root).unwrap());
    let link = world.ask(&Ask::default());
    let two = wallet.open_request(&link, &mut world.rng).await.unwrap_err();
    assert_eq!(two.code(), "statement-equivocation");
}

#[tokio::test]
async fn an_announced_new_root_is_taken_with_a_notice_that_stays() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let next = SigningKey::make(&mut world.rng);
    let commitment = next.public().jkt().commitment();
    world.shop.amend(|statement| statement.next_root_jkt_hash = Some(commitment));
    let view = world.open(&wallet, &Ask::default()).await;
    wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap();

    world.shop.root = next;
    world.shop.amend(|statement| statement.next_root_jkt_hash = None);
    let view = world.open(&wallet, &Ask::default()).await;
    assert!(view.new_main_keys && view.known_since.is_some());
    assert!(
        wallet.look(None, &mut world.rng).await.unwrap().new_main_keys,
        "a second look does not soften it"
    );

    world.shop.root = SigningKey::make(&mut world.rng);
    world.shop.amend(|_| {});
    let link = world.ask(&Ask::default());
    let stopped = wallet.open_request(&link, &mut world.rng).await.unwrap_err();
    assert_eq!(stopped.code(), "root-changed", "this one was not announced");
}

#[tokio::test]
async fn what_has_run_out_is_not_sent_and_leaves_the_list() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let view = world.open(&wallet, &Ask::default()).await;
    assert_eq!(wallet.requests().await.unwrap().len(), 1);
    world.clock.turn(1_800 + 120);
    let late = wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap_err();
    assert_eq!((late.code(), late.sent()), ("request-expired", Sent::Nothing));
    assert_eq!(late.to_string(), "This request has run out.");
    assert!(wallet.requests().await.unwrap().is_empty());
    world.clock.turn(DAY);
    wallet.requests().await.unwrap();
    assert_eq!(wallet.look(Some(1), &mut world.rng).await.unwrap_err().code(), "no-such-request");
    assert!(world.relay.arrived().is_empty());
}

#[tokio::test]
async fn a_request_for_another_screen_is_refused() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let link = world.ask(&Ask { flow: "cross_device", ..Ask::default() });
    let refused = wallet.open_request(&link, &mut world.rng).await.unwrap_err();
    assert_eq!((refused.code(), refused.sent()), ("cross-device", Sent::Nothing));
}

#[tokio::test]
async fn the_same_link_goes_on_where_it_ended_and_another_wallet_comes_too_late() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let link = world.ask(&Ask::default());
    let view = wallet.open_request(&link, &mut world.rng).await.unwrap();
    world.clock.turn(1_000);
    let again =
        wallet.open_request(&link.replace("passerby://", "openid4vp://"), &mut world.rng).await.unwrap();
    assert_eq!(view.number, again.number);
    wallet.lock().await.unwrap();

    std::fs::remove_file(world.folder.path().join("vault.db")).unwrap();
    let other = world.new_wallet().await;
    let taken = other.open_request(&link, &mut world.rng).await.unwrap_err();
    assert_eq!((taken.code(), taken.sent()), ("already-taken", Sent::Nothing));
}

#[tokio::test]
async fn only_what_was_offered_can_be_sent() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let view = world.open(&wallet, &Ask { required: vec!["name", "birthdate"], ..Ask::default() }).await;
    assert_eq!(view.missing().collect::<Vec<_>>(), [&claim("birthdate")]);
    let missing = wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap_err();
    assert!(matches!(missing, ApproveError::Consent(_)), "{missing}");
    assert_eq!((missing.code(), missing.sent()), ("value-missing", Sent::Nothing));
    let stranger = wallet.approve(&view, &yes(&["address.postal_code"]), &mut world.rng).await.unwrap_err();
    assert_eq!(stranger.code(), "not-asked-for");
    let nonsense = wallet.open_request("https://shop.example/", &mut world.rng).await.unwrap_err();
    assert!(matches!(nonsense, OpenError::Link(_)));
    assert!(world.relay.arrived().is_empty());
}

#[tokio::test]
async fn a_host_that_resembles_a_known_one_is_not_taken_for_it() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let first = world.open(&wallet, &Ask::default()).await;
    assert_eq!(first.lookalike, Lookalike::default());
    world.clock.turn(60);
    let (shoes, met) = (world.shop.sector.clone(), first.known_since);
    assert_eq!(met, None);
    // Another port is the same host; another name with one letter more is not.
    world.shop = Shop::start(world.now(), &mut world.rng).await;
    assert_eq!(world.open(&wallet, &Ask::default()).await.lookalike.resembles, None);
    world.shop = Shop::start_as("shooes.localhost", world.now(), &mut world.rng).await;
    let view = world.open(&wallet, &Ask::default()).await;
    let resembled = view.lookalike.resembles.clone().unwrap();
    assert_eq!((resembled.sector, resembled.since), (shoes, world.now() + -60));
    // Nothing is refused for it, and it is told at each look.
    let again = wallet.look(Some(view.number), &mut world.rng).await.unwrap();
    assert_eq!(again.lookalike, view.lookalike);
    wallet.approve(&again, &yes(&[]), &mut world.rng).await.unwrap();
}
