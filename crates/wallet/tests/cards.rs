//! The consent screen's cards: what stands together, whose values go, and what is kept of what was typed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

mod world;

use std::collections::{BTreeMap, BTreeSet};

use passerby_protocol::claim::AttributeValue;
use passerby_wallet::{
    Card, CardKind, Label, Line, Mark, Need, Picked, RequestKind, RequestView, Sensitive, Sent, Trouble as _,
    Typed, Wallet,
};
use world::{Ask, World, claim, label};

/// A card as a person reads it: its kind, and its lines.
fn read<'a>(cards: &'a [Card]) -> Vec<(&'static str, Vec<(&'a str, Need)>)> {
    let line = |line: &'a Line| (line.id.as_str(), line.need);
    cards.iter().map(|card| (card.kind.word(), card.lines.iter().map(line).collect())).collect()
}

fn labels(card: &Card) -> Vec<&str> {
    card.recipients.iter().map(|recipient| recipient.label.as_str()).collect()
}

fn line<'a>(cards: &'a [Card], id: &str) -> &'a Line {
    cards.iter().flat_map(|card| &card.lines).find(|line| line.id == id).unwrap()
}

fn typed(text: &str, keep: bool) -> Typed {
    Typed { value: AttributeValue::new(text.to_owned()), keep }
}

/// Delivered to whoever has this label.
fn to(label: &Label) -> Picked {
    Picked { recipients: BTreeMap::from([(CardKind::DeliverTo, label.clone())]), ..Picked::default() }
}

fn ticked(ids: &[&str]) -> Picked {
    Picked { ticked: ids.iter().map(|id| (*id).to_owned()).collect(), ..Picked::default() }
}

async fn find_saved(wallet: &Wallet, name: &str, label: &Label) -> Option<String> {
    let views = wallet.attributes().await.unwrap().into_iter();
    let mut views = views.filter(|view| view.claim == claim(name) && view.label == *label);
    views.next().map(|view| view.value.expose().to_owned())
}

#[tokio::test]
async fn what_belongs_together_stands_together() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let ask = Ask {
        required: vec!["email", "address.postal_code", "name"],
        optional: vec!["birthdate", "address.street_address", "phone_number", "company"],
        ..Ask::default()
    };
    let view = world.open(&wallet, &ask).await;
    let cards = view.cards();
    let (needed, choice) = (Need::Needed, Need::YourChoice);
    let deliver = [
        ("address", needed),
        ("name", needed),
        // Beside what is needed of the address, it is ticked by its own name.
        ("address.street_address", choice),
        ("phone_number", choice),
    ];
    let expected = [
        ("deliver-to", deliver.to_vec()),
        ("messages", vec![("email", needed)]),
        ("invoice", vec![("company", choice)]),
        ("age", vec![("birthdate", choice)]),
    ];
    assert_eq!(read(&cards), expected);
    assert_eq!(line(&cards, "birthdate").sensitive, Some(Sensitive::Birth));
    assert_eq!(line(&cards, "name").sensitive, None);
    assert_eq!(view.kind(), RequestKind::Delivery);
    assert_eq!(view.unusual().collect::<Vec<_>>(), [&claim("birthdate"), &claim("company")]);
    assert_eq!(line(&cards, "birthdate").marks, [Mark::NotUsual]);
    assert_eq!(line(&cards, "email").marks, [], "nothing is new to somebody who was never here");

    // Nothing is delivered: the telephone is for messages, and a name is no address.
    let ask = Ask { required: vec!["email"], optional: vec!["phone_number", "name"], ..Ask::default() };
    let view = world.open(&wallet, &ask).await;
    let messages = vec![("email", needed), ("phone_number", choice)];
    assert_eq!(read(&view.cards()), [("messages", messages), ("other", vec![("name", choice)])]);
    let ask = Ask { required: vec!["company", "name"], optional: Vec::new(), ..Ask::default() };
    let view = world.open(&wallet, &ask).await;
    assert_eq!(view.kind(), RequestKind::Invoice);
    assert_eq!(read(&view.cards()), [("invoice", vec![("company", needed), ("name", needed)])]);
    assert_eq!(labels(&view.cards()[0]), [""]);
}

#[tokio::test]
async fn what_is_new_and_what_is_kept_longer_is_marked() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let first = Ask { optional: Vec::new(), ..Ask::default() };
    let view = world.open(&wallet, &first).await;
    wallet.approve(&view, &view.answer(&Picked::default()).unwrap(), &mut world.rng).await.unwrap();
    let view = world.open(&wallet, &Ask { retention: 30, ..Ask::default() }).await;
    let cards = view.cards();
    assert_eq!(line(&cards, "email").marks, [Mark::NewThisTime]);
    assert_eq!(line(&cards, "address").marks, [Mark::KeptLonger]);
}

#[tokio::test]
async fn one_person_or_the_other_and_never_half_of_each() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let mum = label("mum");
    let address = [("address.street_address", "Mum's Road 3"), ("address.postal_code", "99999")];
    world.save(&wallet, "mum", &address).await;
    let link = world.ask(&Ask::default());
    let view = wallet.open_request(&link, &mut world.rng).await.unwrap();
    let deliver = &view.cards()[0];
    assert_eq!(labels(deliver), ["", "mum"], "the default first");
    assert_eq!(deliver.recipients[1].values[&claim("name")], None, "the name is another person's");

    let lacking = view.answer(&to(&mum)).unwrap_err();
    assert_eq!((lacking.code(), lacking.sent()), ("value-missing", Sent::Nothing), "{lacking}");
    let picked =
        Picked { typed: BTreeMap::from([(claim("name"), typed("Mary Passerby", false))]), ..to(&mum) };
    let answer = view.answer(&picked).unwrap();
    let delivered = wallet.approve(&view, &answer, &mut world.rng).await.unwrap();
    let opened = world.opened(&link, &delivered);
    let read = |name: &str| opened.get(&claim(name)).map(String::as_str);
    assert_eq!((read("name"), read("address.postal_code")), (Some("Mary Passerby"), Some("99999")));
    assert_eq!(read("email"), None, "nothing was ticked");
    assert_eq!(find_saved(&wallet, "name", &mum).await, None, "typed for this order only");
}

#[tokio::test]
async fn what_is_kept_is_saved_under_the_label_of_its_card() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let mum = label("mum");
    world.save(&wallet, "mum", &[("address.street_address", "Mum's Road 3")]).await;
    let view = world.open(&wallet, &Ask::default()).await;
    let mut picked = Picked { ticked: BTreeSet::from(["email".to_owned()]), ..to(&mum) };
    picked.typed.insert(claim("name"), typed("Mary Passerby", true));
    picked.typed.insert(claim("address.postal_code"), typed("99999", true));
    picked.typed.insert(claim("email"), typed("mary@home.example", true));
    let answer = view.answer(&picked).unwrap();
    wallet.approve(&view, &answer, &mut world.rng).await.unwrap();
    assert_eq!(find_saved(&wallet, "name", &mum).await.as_deref(), Some("Mary Passerby"));
    assert_eq!(find_saved(&wallet, "address.postal_code", &mum).await.as_deref(), Some("99999"));
    let plain = find_saved(&wallet, "email", &Label::PLAIN).await;
    assert_eq!(plain.as_deref(), Some("mary@home.example"), "another card, another label");
    assert_eq!(find_saved(&wallet, "name", &Label::PLAIN).await.as_deref(), Some("Ada Passerby"));
}

#[tokio::test]
async fn nothing_goes_that_was_not_ticked_and_nothing_passes_silently() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let ask = Ask {
        required: vec!["name"],
        optional: vec!["email", "address.street_address", "address.postal_code", "phone_number"],
        ..Ask::default()
    };
    let link = world.ask(&ask);
    let view = wallet.open_request(&link, &mut world.rng).await.unwrap();
    assert_eq!(view.answer(&ticked(&["phone_number"])).unwrap_err().code(), "value-missing");
    assert_eq!(view.answer(&ticked(&["birthdate"])).unwrap_err().code(), "not-on-cards");
    assert_eq!(view.answer(&ticked(&["address.street_address"])).unwrap_err().code(), "not-on-cards");
    assert_eq!(view.answer(&to(&label("work"))).unwrap_err().code(), "not-on-cards");
    let age = Picked { recipients: BTreeMap::from([(CardKind::Age, Label::PLAIN)]), ..Picked::default() };
    assert_eq!(view.answer(&age).unwrap_err().code(), "not-on-cards");
    let unasked =
        Picked { typed: BTreeMap::from([(claim("gender"), typed("x", false))]), ..Picked::default() };
    assert_eq!(view.answer(&unasked).unwrap_err().code(), "not-asked-for");

    // Typed and not ticked: neither sent nor kept. Of a ticked address goes what there is.
    let plain = Some(&Label::PLAIN);
    let postal = passerby_wallet::Which::Detail(claim("address.postal_code"));
    wallet.remove_attributes(&postal, plain).await.unwrap();
    let view: RequestView = wallet.look(None, &mut world.rng).await.unwrap();
    let mut picked = ticked(&["address"]);
    picked.typed.insert(claim("phone_number"), typed("+43 1 2345", true));
    let answer = view.answer(&picked).unwrap();
    let delivered = wallet.approve(&view, &answer, &mut world.rng).await.unwrap();
    let opened = world.opened(&link, &delivered);
    assert_eq!(
        opened.keys().map(passerby_protocol::claim::ClaimName::as_str).collect::<Vec<_>>(),
        ["address.street_address", "name"]
    );
    assert_eq!(find_saved(&wallet, "phone_number", &Label::PLAIN).await, None);
}
