//! A host that the person wants nothing from: nothing is fetched for it, and nothing of it is in the way.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

mod world;

use passerby_protocol::sector::Sector;
use passerby_wallet::{Refusal, Sent, Trouble as _};
use world::{Ask, World, yes};

#[tokio::test]
async fn nothing_is_fetched_for_a_blocked_host() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let shop = world.shop.sector.clone();
    wallet.block(&shop, true, &mut world.rng).await.unwrap();
    let link = world.ask(&Ask::default());
    // Would be told apart from a host that is blocked: there is nobody to ask.
    world.relay.stop().await;
    let blocked = wallet.open_request(&link, &mut world.rng).await.unwrap_err();
    assert_eq!((blocked.code(), blocked.sent()), ("blocked", Sent::Nothing), "{blocked}");
    assert!(blocked.next_step().contains("--unblock"), "{}", blocked.next_step());
    assert_eq!(world.shop.looked(), 0);
    assert!(wallet.requests().await.unwrap().is_empty());

    world.relay.start_again().await;
    wallet.lock().await.unwrap();
    let wallet = world.reopen_wallet().await;
    assert_eq!(wallet.blocked().await.unwrap()[0].sector, shop, "in another run too");
    wallet.block(&Sector::parse("books.example").unwrap(), false, &mut world.rng).await.unwrap();
    assert_eq!(wallet.open_request(&link, &mut world.rng).await.unwrap_err().code(), "blocked");
    wallet.block(&shop, false, &mut world.rng).await.unwrap();
    wallet.open_request(&link, &mut world.rng).await.unwrap();
    assert!(wallet.blocked().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_refusal_for_good_refuses_what_comes_later() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let waiting = world.open(&wallet, &Ask::default()).await;
    let view = world.open(&wallet, &Ask::default()).await;
    let declined = wallet.decline(Some(view.number), Refusal::Always, &mut world.rng).await.unwrap();
    assert!(declined.told && declined.blocked);
    let link = world.ask(&Ask::default());
    assert_eq!(wallet.open_request(&link, &mut world.rng).await.unwrap_err().code(), "blocked");
    // What was opened before waits no longer, and is not answered by a slip.
    assert!(wallet.requests().await.unwrap().is_empty());
    let refused = wallet.approve(&waiting, &yes(&[]), &mut world.rng).await.unwrap_err();
    assert_eq!((refused.code(), refused.sent()), ("blocked", Sent::Nothing));
    assert_eq!(wallet.look(Some(waiting.number), &mut world.rng).await.unwrap_err().code(), "blocked");
    assert!(wallet.shops().await.unwrap()[0].blocked);
    assert_eq!(world.relay.arrived().len(), 1, "the refusal");
}

#[tokio::test]
async fn whoever_claims_a_name_does_not_have_it_blocked() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let attested_root = Some(world.relay.key().public().jkt());
    let link = world.ask(&Ask { attested_root, ..Ask::default() });
    assert_eq!(wallet.open_request(&link, &mut world.rng).await.unwrap_err().code(), "root-mismatch");
    let declined = wallet.decline(Some(1), Refusal::Always, &mut world.rng).await.unwrap();
    assert!(!declined.blocked, "this was not {}", declined.sector);
    world.open(&wallet, &Ask::default()).await;
}
