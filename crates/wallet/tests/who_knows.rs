//! Who was sent a value, and who still has an old one: told from names and times, for no grant holds a value.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

mod world;

use std::collections::BTreeMap;

use passerby_protocol::claim::AttributeValue;
use passerby_wallet::{Answer, Group, Label, Wallet, Which};
use world::{Ask, Lie, Shop, World, claim, label, yes};

/// Whether this shop was sent the present value, and whether it has a former one.
async fn known(world: &World, wallet: &Wallet, name: &str, at: &str) -> (bool, bool) {
    let views = wallet.attributes().await.unwrap();
    let view = views.iter().find(|view| view.claim == claim(name) && view.label == label(at)).unwrap();
    let shop = &world.shop.sector;
    (view.known_to.contains(shop), view.outdated_at.contains(shop))
}

async fn outdated(wallet: &Wallet) -> Vec<String> {
    wallet.shops().await.unwrap()[0].outdated.iter().map(ToString::to_string).collect()
}

async fn send(world: &mut World, wallet: &Wallet, answer: &Answer) {
    let view = world.open(wallet, &Ask::default()).await;
    wallet.approve(&view, answer, &mut world.rng).await.unwrap();
}

#[tokio::test]
async fn a_value_that_changes_is_old_where_it_was_sent() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    assert_eq!(known(&world, &wallet, "name", "").await, (false, false));
    send(&mut world, &wallet, &yes(&[])).await;
    assert_eq!(known(&world, &wallet, "name", "").await, (true, false));
    assert_eq!(known(&world, &wallet, "email", "").await, (false, false), "it was not ticked");

    world.clock.turn(60);
    world.save(&wallet, "", &[("name", "Ada Byron"), ("email", "ada@new.example")]).await;
    assert_eq!(known(&world, &wallet, "name", "").await, (false, true));
    assert_eq!(known(&world, &wallet, "email", "").await, (false, false));
    assert_eq!(outdated(&wallet).await, ["name"]);
    // The former value is what it has.
    world.clock.turn(60);
    wallet.undo_attribute(&claim("name"), None, &mut world.rng).await.unwrap();
    assert_eq!(known(&world, &wallet, "name", "").await, (true, false));
    world.clock.turn(60);
    wallet.undo_attribute(&claim("name"), None, &mut world.rng).await.unwrap();
    assert_eq!(known(&world, &wallet, "name", "").await, (false, true));

    // In another run, and until the new value is there or the shop promised to have deleted the old one.
    wallet.lock().await.unwrap();
    let wallet = world.reopen_wallet().await;
    assert_eq!(outdated(&wallet).await, ["name"]);
    send(&mut world, &wallet, &yes(&[])).await;
    assert_eq!(known(&world, &wallet, "name", "").await, (true, false));
    world.clock.turn(60);
    world.save(&wallet, "", &[("name", "Ada King")]).await;
    assert_eq!(outdated(&wallet).await, ["name"]);
    world.clock.turn(15 * 86_400);
    assert!(outdated(&wallet).await.is_empty());
}

#[tokio::test]
async fn what_was_typed_or_not_taken_is_known_to_nobody_and_what_was_kept_is() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let typed = BTreeMap::from([(claim("email"), AttributeValue::new("ada@home.example".to_owned()))]);
    let once = Answer { typed: typed.clone(), ..yes(&["email"]) };
    send(&mut world, &wallet, &once).await;
    assert_eq!(known(&world, &wallet, "email", "").await, (false, false));
    world.clock.turn(60);
    let kept = Answer { keep: BTreeMap::from([(claim("email"), label("work"))]), ..once };
    send(&mut world, &wallet, &kept).await;
    assert_eq!(known(&world, &wallet, "email", "work").await, (true, false));
    // Kept as what it was before.
    let same = Answer { keep: BTreeMap::from([(claim("email"), Label::PLAIN)]), ..kept };
    send(&mut world, &wallet, &same).await;
    assert_eq!(known(&world, &wallet, "email", "").await, (true, false));

    world.shop = Shop::start(world.now(), &mut world.rng).await;
    world.relay.lies(Lie::Refuses(passerby_relay_api::problem::Problem::WalletProof));
    let view = world.open(&wallet, &Ask::default()).await;
    wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap_err();
    assert_eq!(known(&world, &wallet, "name", "").await, (false, false), "the relay did not take it");
}

#[tokio::test]
async fn what_goes_to_another_place_than_before_is_news() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let work = [("address.street_address", "Mill Yard 1"), ("address.postal_code", "99999")];
    world.save(&wallet, "work", &work).await;
    let address = Group::parse("address").unwrap();
    let to_work = Answer { uses: BTreeMap::from([(address.clone(), label("work"))]), ..yes(&[]) };
    send(&mut world, &wallet, &to_work).await;
    let view = world.open(&wallet, &Ask::default()).await;
    let [moved] = view.news.moved.as_slice() else { panic!("{:?}", view.news.moved) };
    assert_eq!((&moved.group, &moved.sends, &moved.had), (&address, &Label::PLAIN, &label("work")));
    assert!(!view.news.is_nothing_new());

    wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap();
    let view = world.open(&wallet, &Ask::default()).await;
    assert_eq!(view.news.moved, [], "the last one counts");
    assert!(view.news.is_nothing_new());
    world.clock.turn(60);
    world.save(&wallet, "", &[("address.street_address", "Long Lane 99")]).await;
    let view = world.open(&wallet, &Ask::default()).await;
    let [moved] = view.news.moved.as_slice() else { panic!("{:?}", view.news.moved) };
    assert_eq!((&moved.sends, &moved.had), (&Label::PLAIN, &Label::PLAIN), "the shop has an older one");
    // What would not go is no news.
    wallet.remove_attributes(&Which::Address, Some(&Label::PLAIN)).await.unwrap();
    wallet.remove_attributes(&Which::Address, Some(&label("work"))).await.unwrap();
    assert_eq!(wallet.look(Some(view.number), &mut world.rng).await.unwrap().news.moved, []);
}
