//! Several values under a name, what they were before, and what leaves only with the passphrase.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

mod world;

use std::collections::BTreeMap;

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_wallet::{
    Answer, AttributeError, Group, Label, Marks, Optionals, RequestView, Sent, Trouble as _, VaultError,
    Wallet, Which,
};
use secrecy::SecretString;
use world::{Ask, World, claim, label, passphrase, yes};

fn uses(pairs: &[(&str, &str)]) -> BTreeMap<Group, Label> {
    pairs.iter().map(|(group, text)| (Group::parse(group).unwrap(), label(text))).collect()
}

/// What the view says will go.
fn going(view: &RequestView, answer: &Answer) -> BTreeMap<ClaimName, String> {
    let going = view.going(answer).unwrap().into_iter();
    going.map(|going| (going.claim, going.value.expose().to_owned())).collect()
}

#[tokio::test]
async fn what_goes_is_what_was_shown_whichever_value_is_named() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    world.save(&wallet, "work", &[("email", "ada@work.example")]).await;
    let work = [("address.street_address", "Mill Yard 1"), ("address.postal_code", "99999")];
    world.save(&wallet, "work", &work).await;
    let cases = [
        (&[][..], "ada@home.example", "Long Lane 12"),
        (&[("email", "work")][..], "ada@work.example", "Long Lane 12"),
        (&[("address", "work")][..], "ada@home.example", "Mill Yard 1"),
        (&[("email", "work"), ("address", "work")][..], "ada@work.example", "Mill Yard 1"),
        (&[("email", ""), ("address", "")][..], "ada@home.example", "Long Lane 12"),
    ];
    for (named, email, street) in cases {
        let link = world.ask(&Ask::default());
        let view = wallet.open_request(&link, &mut world.rng).await.unwrap();
        assert_eq!(view.optional[0].others[0].label, label("work"), "offered beside the default");
        let answer = Answer { optional: Optionals::All, uses: uses(named), ..Answer::default() };
        let shown = going(&view, &answer);
        // Saved anew while the person was deciding: what was shown goes all the same.
        world.save(&wallet, "", &[("name", &format!("Ada {email} {street}"))]).await;
        let delivered = wallet.approve(&view, &answer, &mut world.rng).await.unwrap();
        let opened = world.opened(&link, &delivered);
        assert_eq!(opened, shown);
        assert_eq!(
            (opened[&claim("email")].as_str(), opened[&claim("address.street_address")].as_str()),
            (email, street)
        );
    }
}

#[tokio::test]
async fn two_addresses_are_never_mixed() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    world.save(&wallet, "work", &[("address.street_address", "Mill Yard 1")]).await;
    let link = world.ask(&Ask::default());
    let view = wallet.open_request(&link, &mut world.rng).await.unwrap();
    let answer = Answer { uses: uses(&[("address", "work")]), ..yes(&[]) };
    let shown = going(&view, &answer);
    assert!(!shown.contains_key(&claim("address.postal_code")), "that of the other address is not taken");
    let lacking = wallet.approve(&view, &answer, &mut world.rng).await.unwrap_err();
    assert_eq!((lacking.code(), lacking.sent()), ("value-missing", Sent::Nothing), "{lacking}");

    // Nor when the default has less than the other: its missing member is missing.
    wallet.remove_attributes(&Which::Detail(claim("address.postal_code")), Some(&label(""))).await.unwrap();
    world.save(&wallet, "work", &[("address.postal_code", "99999")]).await;
    let view = wallet.look(None, &mut world.rng).await.unwrap();
    let postal = view.needed.iter().find(|detail| detail.claim == claim("address.postal_code")).unwrap();
    assert!(postal.value.is_none() && postal.others[0].label == label("work"));
    assert_eq!(view.missing().collect::<Vec<_>>(), [&claim("address.postal_code")]);
    let delivered = wallet.approve(&view, &answer, &mut world.rng).await.unwrap();
    assert_eq!(world.opened(&link, &delivered)[&claim("address.postal_code")], "99999");
}

#[tokio::test]
async fn a_label_that_is_not_there_sends_nothing() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let view = world.open(&wallet, &Ask::default()).await;
    for (named, code) in [(("email", "work"), "no-such-label"), (("phone_number", "work"), "not-asked-for")] {
        let answer = Answer { uses: uses(&[named]), ..yes(&["email"]) };
        let refused = wallet.approve(&view, &answer, &mut world.rng).await.unwrap_err();
        assert_eq!((refused.code(), refused.sent()), (code, Sent::Nothing), "{refused}");
    }
    assert!(world.relay.arrived().is_empty());
}

#[tokio::test]
async fn the_default_changes_only_when_it_is_told_to() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let defaults = async |wallet: &Wallet| {
        let views = wallet.attributes().await.unwrap().into_iter();
        let views = views.filter(|view| view.default && view.claim != claim("name"));
        views.map(|view| view.value.expose().to_owned()).collect::<Vec<_>>()
    };
    wallet.remove_attributes(&Which::Detail(claim("email")), None).await.unwrap();
    world.save(&wallet, "home", &[("email", "1@home.example")]).await;
    world.save(&wallet, "", &[("email", "2@plain.example")]).await;
    world.save(&wallet, "mum", &[("address.street_address", "Mum's Road 3")]).await;
    assert_eq!(defaults(&wallet).await, ["01234", "Long Lane 12", "1@home.example"], "the first ones");

    let default = Marks { default: true, sensitive: None };
    wallet.mark_attributes(&Which::Address, Some(&label("mum")), default, &mut world.rng).await.unwrap();
    wallet
        .mark_attributes(&Which::Detail(claim("email")), Some(&label("")), default, &mut world.rng)
        .await
        .unwrap();
    assert_eq!(defaults(&wallet).await, ["Mum's Road 3", "2@plain.example"], "an address as a whole");
    let removed = wallet.remove_attributes(&Which::Address, Some(&label("mum"))).await.unwrap();
    assert_eq!(removed.names().count(), 1);
    assert_eq!(defaults(&wallet).await, ["01234", "Long Lane 12", "2@plain.example"]);

    let unclear = wallet.remove_attributes(&Which::Detail(claim("email")), None).await.unwrap_err();
    assert!(matches!(unclear, AttributeError::Several { ref labels, .. } if labels.len() == 2), "{unclear}");
    assert_eq!(wallet.attributes().await.unwrap().len(), 5);
}

#[tokio::test]
async fn a_former_value_is_kept_comes_back_and_goes_with_its_detail() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    world.clock.turn(60);
    world.save(&wallet, "", &[("email", "ada@new.example")]).await;
    let email = async |wallet: &Wallet| {
        let view = wallet.attributes().await.unwrap().into_iter().find(|view| view.claim == claim("email"));
        view.map(|view| {
            let history = view.history.iter().map(|former| former.value.expose().to_owned());
            (view.value.expose().to_owned(), history.collect::<Vec<_>>())
        })
    };
    let changed = ("ada@new.example".to_owned(), vec!["ada@home.example".to_owned()]);
    assert_eq!(email(&wallet).await.unwrap(), changed);
    wallet.undo_attribute(&claim("email"), None, &mut world.rng).await.unwrap();
    assert_eq!(email(&wallet).await.unwrap().0, "ada@home.example");
    wallet.lock().await.unwrap();
    let wallet = world.reopen_wallet().await;
    wallet.undo_attribute(&claim("email"), None, &mut world.rng).await.unwrap();
    assert_eq!(email(&wallet).await.unwrap(), changed, "a second time takes it back, in another run too");

    let never = wallet.undo_attribute(&claim("name"), None, &mut world.rng).await.unwrap_err();
    assert_eq!(never.code(), "no-former-value");
    wallet.remove_attributes(&Which::Detail(claim("email")), None).await.unwrap();
    world.save(&wallet, "", &[("email", "ada@third.example")]).await;
    assert_eq!(email(&wallet).await.unwrap().1, Vec::<String>::new(), "its history went with it");
}

#[tokio::test]
async fn something_sensitive_goes_only_with_the_passphrase_for_this_request() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    world.save(&wallet, "", &[("birthdate", "1815-12-10")]).await;
    let link = world.ask(&Ask { required: vec!["name"], optional: vec!["birthdate"], ..Ask::default() });
    let view = wallet.open_request(&link, &mut world.rng).await.unwrap();
    let answer = yes(&["birthdate"]);
    let unconfirmed = wallet.approve(&view, &answer, &mut world.rng).await.unwrap_err();
    assert_eq!((unconfirmed.code(), unconfirmed.sent()), ("passphrase-needed", Sent::Nothing));

    let wrong = wallet.confirm_passphrase(view.number, &SecretString::from("another horse")).await;
    assert!(matches!(wrong, Err(VaultError::WrongPassphrase)));
    // For another request, of another wallet, from too long ago, or by a clock that was set back.
    let of_another_request = wallet.confirm_passphrase(view.number + 1, &passphrase()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let other = world::new_wallet(folder.path(), world.clock.clone(), &mut world.rng).await;
    let of_another_wallet = other.confirm_passphrase(view.number, &passphrase()).await.unwrap();
    let old = wallet.confirm_passphrase(view.number, &passphrase()).await.unwrap();
    world.clock.turn(301);
    let future = wallet.confirm_passphrase(view.number, &passphrase()).await.unwrap();
    for (confirmed, turn) in [(of_another_request, 0), (of_another_wallet, 0), (old, 0), (future, -1)] {
        world.clock.turn(turn);
        let answer = Answer { confirmed: Some(confirmed), ..answer.clone() };
        let refused = wallet.approve(&view, &answer, &mut world.rng).await.unwrap_err();
        assert_eq!(refused.code(), "passphrase-needed");
    }
    // A view that hides what is sensitive, or a value that became so meanwhile.
    let mut altered = view.clone();
    altered.optional[0].value.as_mut().unwrap().sensitive = false;
    assert_eq!(
        wallet.approve(&altered, &answer, &mut world.rng).await.unwrap_err().code(),
        "passphrase-needed"
    );
    assert!(world.relay.arrived().is_empty());

    let confirmed = wallet.confirm_passphrase(view.number, &passphrase()).await.unwrap();
    let answer = Answer { confirmed: Some(confirmed), ..answer };
    let delivered = wallet.approve(&view, &answer, &mut world.rng).await.unwrap();
    assert_eq!(world.opened(&link, &delivered)[&claim("birthdate")], "1815-12-10");
}

#[tokio::test]
async fn sensitive_is_what_the_person_says() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    world.save(&wallet, "", &[("birthdate", "1815-12-10")]).await;
    let mark = |sensitive| Marks { default: false, sensitive: Some(sensitive) };
    let (name, birthdate) = (Which::Detail(claim("name")), Which::Detail(claim("birthdate")));
    wallet.mark_attributes(&birthdate, None, mark(false), &mut world.rng).await.unwrap();
    wallet.mark_attributes(&name, None, mark(true), &mut world.rng).await.unwrap();
    // A new value keeps the mark.
    world.save(&wallet, "", &[("name", "Ada")]).await;
    let ask = Ask { required: vec!["birthdate"], optional: vec!["name"], ..Ask::default() };
    let view = world.open(&wallet, &ask).await;
    let refused = wallet.approve(&view, &yes(&["name"]), &mut world.rng).await.unwrap_err();
    assert_eq!(refused.code(), "passphrase-needed");
    // Typed on the spot, it comes from the person and not from the vault.
    let typed = BTreeMap::from([(claim("name"), AttributeValue::new("A. P.".to_owned()))]);
    wallet.approve(&view, &Answer { typed, ..yes(&["name"]) }, &mut world.rng).await.unwrap();
}

#[tokio::test]
async fn what_was_taken_away_comes_back_with_its_history_and_its_place() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    world.save(&wallet, "", &[("email", "ada@new.example")]).await;
    world.save(&wallet, "work", &[("email", "ada@work.example")]).await;
    let (email, plain) = (Which::Detail(claim("email")), label(""));
    let emails = async |wallet: &Wallet| {
        let views =
            wallet.attributes().await.unwrap().into_iter().filter(|view| view.claim == claim("email"));
        views.map(|view| (view.label, view.default, view.history.len())).collect::<Vec<_>>()
    };
    let before = emails(&wallet).await;
    assert_eq!(before, [(plain.clone(), true, 1), (label("work"), false, 0)]);

    let removed = wallet.remove_attributes(&email, Some(&plain)).await.unwrap();
    assert_eq!(format!("{removed:?}"), "Removed { details: 1 }", "no value and no label");
    assert_eq!(emails(&wallet).await, [(label("work"), true, 0)]);
    wallet.bring_back_attributes(&removed, &mut world.rng).await.unwrap();
    assert_eq!(emails(&wallet).await, before);
    let twice = wallet.bring_back_attributes(&removed, &mut world.rng).await.unwrap_err();
    assert_eq!(twice.code(), "saved-since");
    assert_eq!(emails(&wallet).await, before);

    // What the person made the default meanwhile stays that.
    let removed = wallet.remove_attributes(&email, Some(&plain)).await.unwrap();
    let default = Marks { default: true, sensitive: None };
    wallet.mark_attributes(&email, Some(&label("work")), default, &mut world.rng).await.unwrap();
    wallet.bring_back_attributes(&removed, &mut world.rng).await.unwrap();
    assert_eq!(emails(&wallet).await, [(label("work"), true, 0), (plain, false, 1)]);

    // An address as a whole, or none of it.
    let removed = wallet.remove_attributes(&Which::Address, None).await.unwrap();
    world.save(&wallet, "", &[("address.postal_code", "99999")]).await;
    wallet.bring_back_attributes(&removed, &mut world.rng).await.unwrap_err();
    assert_eq!(
        wallet.attributes().await.unwrap().iter().filter(|view| Which::Address.holds(&view.claim)).count(),
        1
    );
}
