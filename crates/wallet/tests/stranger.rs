//! As a stranger, just this once: another name, from the first moment, at each attempt, and in nobody else's sight.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

mod world;

use std::sync::Arc;

use passerby_wallet::{Answer, Names, Sent, Trouble as _};
use world::{Ask, Lie, World, yes};

fn stranger() -> Answer {
    Answer { as_stranger: true, ..yes(&[]) }
}

#[tokio::test]
async fn a_stranger_has_a_name_of_their_own_each_time() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    for answer in [yes(&[]), stranger(), stranger(), yes(&[])] {
        let link = world.ask(&Ask::default());
        let view = wallet.open_request(&link, &mut world.rng).await.unwrap();
        assert_eq!(view.names, Names::Either);
        let delivered = wallet.approve(&view, &answer, &mut world.rng).await.unwrap();
        // With all of the shop's checks: passport, receipts, profile and key binding are by that one key.
        assert_eq!(world.opened(&link, &delivered).len(), 3);
    }
    let grants = wallet.shops().await.unwrap().remove(0).grants;
    let names: Vec<_> = grants.iter().map(|grant| (grant.user_ref.as_str(), grant.as_stranger)).collect();
    let [regular, one, other, again] = names.as_slice() else { panic!("{names:?}") };
    assert_eq!((regular, regular.1, one.1, other.1), (again, false, true, true));
    assert!(one.0 != other.0 && one.0 != regular.0 && other.0 != regular.0);
    let view = world.open(&wallet, &Ask::default()).await;
    assert_eq!(view.known_as.as_deref(), Some(regular.0), "the name that the shop would see");
    assert_eq!(
        (view.times_known, view.news.times_sent),
        (2, 4),
        "the person knows all of it, the shop does not"
    );
}

#[tokio::test]
async fn the_relay_never_sees_two_keys_for_one_request() {
    for (first, second) in [(yes(&[]), stranger()), (stranger(), yes(&[]))] {
        let mut world = World::new().await;
        let wallet = world.new_wallet().await;
        let view = world.open(&wallet, &Ask::default()).await;
        world.relay.lies(Lie::PassportBreaks);
        wallet.approve(&view, &first, &mut world.rng).await.unwrap_err();
        world.relay.lies(Lie::StopsAfterPassport);
        let down = wallet.approve(&view, &first, &mut world.rng).await.unwrap_err();
        assert_eq!(down.sent(), Sent::Nothing);
        world.relay.lies(Lie::None);
        world.relay.start_again().await;
        // In another run, from whatever view.
        wallet.lock().await.unwrap();
        let wallet = world.reopen_wallet().await;
        let refused = wallet.approve(&view, &second, &mut world.rng).await.unwrap_err();
        assert_eq!((refused.code(), refused.sent()), ("begun-as-another", Sent::Nothing), "{refused}");
        let view = wallet.look(None, &mut world.rng).await.unwrap();
        assert_eq!(view.names, if first.as_stranger { Names::Stranger } else { Names::Regular });
        wallet.approve(&view, &first, &mut world.rng).await.unwrap();
        let holders = world.relay.holders();
        assert_eq!(holders.len(), 3);
        assert!(holders.iter().all(|holder| *holder == holders[0]), "{holders:?}");
        assert_eq!(wallet.shops().await.unwrap()[0].grants[0].as_stranger, first.as_stranger);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_ended_goes_on_as_the_same_stranger() {
    let scenario = fail::FailScenario::setup();
    let mut world = World::new().await;
    let wallet = Arc::new(world.new_wallet().await);
    let view = world.open(&wallet, &Ask::default()).await;
    fail::cfg("approve-sealed", "panic").unwrap();
    let (mut rng, shown) = (world.rng.clone(), view.clone());
    let killed = tokio::spawn(async move { wallet.approve(&shown, &stranger(), &mut rng).await.map(drop) });
    assert!(killed.await.unwrap_err().is_panic());
    scenario.teardown();
    let wallet = world.reopen_wallet().await;
    wallet.approve(&view, &stranger(), &mut world.rng).await.unwrap();
    let holders = world.relay.holders();
    assert_eq!((holders.len(), &holders[0]), (2, &holders[1]));
}

#[tokio::test]
async fn what_a_stranger_gave_is_in_no_self_copy() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let view = world.open(&wallet, &Ask::default()).await;
    wallet.approve(&view, &stranger(), &mut world.rng).await.unwrap();
    assert_eq!(wallet.count_due_copies().await.unwrap(), 0);
    let view = world.open(&wallet, &Ask::default()).await;
    wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap();
    assert_eq!(wallet.count_due_copies().await.unwrap(), 1);
}
