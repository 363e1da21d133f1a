//! Less instead of the whole: what a shop would also do with, and exactly one way of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

mod world;

use std::collections::{BTreeMap, BTreeSet};

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::request::GradedClaims;
use passerby_testkit::scene::graded;
use passerby_wallet::{
    Answer, CardKind, Delivered, Group, Label, Marks, Optionals, Picked, RequestView, Sent, Trouble as _,
    Typed, Wallet,
};
use world::{Ask, World, claim, passphrase};

const WHOLE: [&str; 4] =
    ["address.street_address", "address.postal_code", "address.locality", "address.country"];

fn address(needed: bool) -> GradedClaims {
    graded("where", needed, &[&WHOLE, &["address.locality", "address.country"], &["address.country"]])
}

fn birth(needed: bool) -> GradedClaims {
    graded("born", needed, &[&["birthdate"], &["age_over_18"], &["birth_year"]])
}

fn group(text: &str) -> Group {
    Group::parse(text).unwrap()
}

fn less(ways: &[(&str, usize)]) -> Answer {
    let less = ways.iter().map(|(name, way)| (group(name), *way)).collect();
    Answer { less, ..Answer::default() }
}

fn only(names: &[&str]) -> Optionals {
    Optionals::Only(names.iter().map(|name| claim(name)).collect())
}

fn asking(graded: &[GradedClaims]) -> Ask {
    Ask { required: vec!["name"], optional: Vec::new(), graded: graded.to_vec(), ..Ask::default() }
}

/// A person with an address, born on a day.
async fn at_home(world: &mut World, birthdate: &str) -> Wallet {
    let wallet = world.new_wallet().await;
    let values =
        [("address.locality", "Ljubljana"), ("address.country", "Slovenia"), ("birthdate", birthdate)];
    save(world, &wallet, "", &values).await;
    wallet
}

async fn save(world: &mut World, wallet: &Wallet, label: &str, values: &[(&str, &str)]) {
    let value = |(name, value): &(&str, &str)| (claim(name), AttributeValue::new((*value).to_owned()));
    let (values, label) = (values.iter().map(value).collect(), Label::parse(label).unwrap());
    wallet.save_attributes(&values, &label, Marks::default(), &mut world.rng).await.unwrap();
}

fn texts(view: &RequestView, about: &str, label: Option<&str>) -> Vec<Option<String>> {
    let offer = view.find_offer(&group(about)).unwrap();
    let label = label.map(|label| Label::parse(label).unwrap());
    let text =
        |way: &passerby_wallet::Way| way.find_text(label.as_ref()).map(|text| text.expose().to_owned());
    offer.ways.iter().map(text).collect()
}

fn opened(world: &World, link: &str, delivered: &Delivered) -> Vec<(String, String)> {
    let url = &delivered.return_to;
    let handed = url.query_pairs().find(|(name, _)| name == "passerby_claim").unwrap().1.into_owned();
    let opened = world.shop.open(&world.relay, link, &handed, world.now());
    opened.into_iter().map(|(claim, value)| (claim.to_string(), value)).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn of_what_was_offered_exactly_one_way_goes() {
    let mut world = World::new().await;
    let wallet = at_home(&mut world, "1990-01-31").await;
    let name = ("name", "Ada Passerby");
    let (street, code) = (("address.street_address", "Long Lane 12"), ("address.postal_code", "01234"));
    let (town, country) = (("address.locality", "Ljubljana"), ("address.country", "Slovenia"));
    let cases = [
        // Nothing was said: the whole of what is needed, and nothing of what is not.
        (Answer::default(), vec![country, town, code, street, name]),
        (less(&[("address", 0)]), vec![country, town, code, street, name]),
        (less(&[("address", 1)]), vec![country, town, name]),
        (less(&[("address", 2)]), vec![country, name]),
        (less(&[("address", 2), ("birthdate", 1)]), vec![country, ("age_over_18", "true"), name]),
        (Answer { optional: only(&[]), ..less(&[("address", 2)]) }, vec![country, name]),
        (
            Answer { optional: only(&["age_over_18"]), ..less(&[("address", 2), ("birthdate", 1)]) },
            vec![country, ("age_over_18", "true"), name],
        ),
    ];
    for (answer, expected) in cases {
        let link = world.ask(&asking(&[address(true), birth(false)]));
        let view = wallet.open_request(&link, &mut world.rng).await.unwrap();
        let going = view.going(&answer).unwrap().into_iter();
        let mut going: Vec<_> =
            going.map(|going| (going.claim.to_string(), going.value.expose().to_owned())).collect();
        going.sort();
        assert_eq!(going, pairs(&expected), "what is said to go");
        assert!(view.lacking(&answer).unwrap().is_empty());
        let delivered = wallet.approve(&view, &answer, &mut world.rng).await.unwrap();
        assert_eq!(opened(&world, &link, &delivered), going, "what the shop reads");
    }
}

#[tokio::test]
async fn the_texts_that_the_shop_would_read_are_shown_and_what_follows_is_not_typed() {
    let mut world = World::new().await;
    let wallet = at_home(&mut world, "2008-11-23").await;
    save(&mut world, &wallet, "mum", &[("birthdate", "1961"), ("address.country", "Italy")]).await;
    let view = world.open(&wallet, &asking(&[address(true), birth(true)])).await;
    let some = |texts: &[&str]| texts.iter().map(|text| Some((*text).to_owned())).collect::<Vec<_>>();
    assert_eq!(texts(&view, "address", None)[1..], some(&["Ljubljana, Slovenia", "Slovenia"]));
    assert_eq!(texts(&view, "address", Some("mum")), [None, None, Some("Italy".to_owned())]);
    assert_eq!(texts(&view, "birthdate", Some("mum")), some(&["1961", "true", "1961"]));
    // The world's day is 22 November 2026: tomorrow is the birthday.
    assert_eq!(texts(&view, "birthdate", None), some(&["2008-11-23", "false", "2008"]));
    world.clock.turn(86_400);
    let view = world.open(&wallet, &asking(&[birth(true)])).await;
    assert_eq!(texts(&view, "birthdate", None)[1], Some("true".to_owned()));

    // Mum's: her year alone, or nothing of hers.
    let uses = BTreeMap::from([(group("birthdate"), Label::parse("mum").unwrap())]);
    let link = world.ask(&asking(&[birth(true)]));
    let view = wallet.open_request(&link, &mut world.rng).await.unwrap();
    let answer = Answer { uses, ..less(&[("birthdate", 1)]) };
    let delivered = wallet.approve(&view, &answer, &mut world.rng).await.unwrap();
    assert_eq!(
        opened(&world, &link, &delivered),
        pairs(&[("age_over_18", "true"), ("name", "Ada Passerby")])
    );
}

#[tokio::test]
async fn age_alone_follows_from_a_birth_date_or_is_typed() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let ask = Ask { required: vec!["age_over_18", "birth_year"], optional: Vec::new(), ..Ask::default() };
    let view = world.open(&wallet, &ask).await;
    assert_eq!(view.missing().collect::<Vec<_>>(), [&claim("age_over_18"), &claim("birth_year")]);
    let typed = |of_age: &str| {
        let values = [("age_over_18", of_age), ("birth_year", "1990")];
        let typed = values.map(|(name, value)| (claim(name), AttributeValue::new(value.to_owned())));
        Answer { typed: typed.into(), ..Answer::default() }
    };
    let refused = wallet.approve(&view, &typed("yes"), &mut world.rng).await.unwrap_err();
    assert_eq!((refused.code(), refused.sent()), ("value-form", Sent::Nothing), "{refused}");
    wallet.approve(&view, &typed("true"), &mut world.rng).await.unwrap();

    // Saved long ago, and then a birth date: the birth date counts. A year tells as much as the day, a bit does not.
    save(&mut world, &wallet, "", &[("age_over_18", "true"), ("birthdate", "2010-05-01")]).await;
    let view = world.open(&wallet, &ask).await;
    let values: Vec<_> = view.needed.iter().map(|detail| detail.value.clone().unwrap()).collect();
    assert_eq!(values.iter().map(|held| held.value.expose()).collect::<Vec<_>>(), ["false", "2010"]);
    assert_eq!(values.iter().map(|held| held.sensitive).collect::<Vec<_>>(), [false, true]);
    // One that says nothing about it leaves what was typed.
    save(&mut world, &wallet, "", &[("birthdate", "in May")]).await;
    let view = world.open(&wallet, &ask).await;
    assert_eq!(view.needed[0].value.as_ref().unwrap().value.expose(), "true");
    assert!(view.needed[1].value.is_none());
}

#[tokio::test]
async fn less_does_not_need_the_passphrase_that_the_whole_needs() {
    let mut world = World::new().await;
    let wallet = at_home(&mut world, "1990-01-31").await;
    let link = world.ask(&asking(&[birth(true)]));
    let view = wallet.open_request(&link, &mut world.rng).await.unwrap();
    for (way, claim) in [(0, "birthdate"), (2, "birth_year")] {
        let answer = less(&[("birthdate", way)]);
        assert_eq!(view.sensitive(&answer).unwrap(), [self::claim(claim)]);
        let refused = wallet.approve(&view, &answer, &mut world.rng).await.unwrap_err();
        assert_eq!((refused.code(), refused.sent()), ("passphrase-needed", Sent::Nothing));
    }
    let delivered = wallet.approve(&view, &less(&[("birthdate", 1)]), &mut world.rng).await.unwrap();
    assert_eq!(
        opened(&world, &link, &delivered),
        pairs(&[("age_over_18", "true"), ("name", "Ada Passerby")])
    );

    let link = world.ask(&asking(&[birth(true)]));
    let view = wallet.open_request(&link, &mut world.rng).await.unwrap();
    assert!(view.news.is_nothing_new(), "the whole was asked for before, and not sent");
    let confirmed = Some(wallet.confirm_passphrase(view.number, &passphrase()).await.unwrap());
    let answer = Answer { confirmed, ..Answer::default() };
    let delivered = wallet.approve(&view, &answer, &mut world.rng).await.unwrap();
    let whole = [("birthdate", "1990-01-31"), ("name", "Ada Passerby")];
    assert_eq!(opened(&world, &link, &delivered), pairs(&whole));
}

#[tokio::test]
async fn what_is_named_in_part_or_not_offered_sends_nothing() {
    let mut world = World::new().await;
    let wallet = at_home(&mut world, "1990-01-31").await;
    let view = world.open(&wallet, &asking(&[address(true), birth(false)])).await;
    let named = |names: &[&str], ways: &[(&str, usize)]| Answer { optional: only(names), ..less(ways) };
    for (answer, code) in [
        (less(&[("address", 3)]), "no-such-way"),
        (less(&[("email", 0)]), "no-such-way"),
        // The country alone was named, and not as the way that goes.
        (named(&["address.country"], &[]), "named-partly"),
        (named(&["age_over_18"], &[]), "named-partly"),
        (named(&["birthdate"], &[("birthdate", 1)]), "named-partly"),
        (named(&["birthdate", "age_over_18"], &[]), "named-partly"),
        (named(&["email"], &[]), "not-asked-for"),
    ] {
        let refused = wallet.approve(&view, &answer, &mut world.rng).await.unwrap_err();
        assert_eq!((refused.code(), refused.sent()), (code, Sent::Nothing), "{answer:?}");
    }
    // Whoever has no birth date and chose to tell the age is not sent without it.
    let (link, other) = (world.ask(&asking(&[birth(false)])), tempfile::tempdir().unwrap());
    let other = world::new_wallet(other.path(), world.clock.clone(), &mut world.rng).await;
    let view = other.open_request(&link, &mut world.rng).await.unwrap();
    let lacking = view.lacking(&less(&[("birthdate", 1)])).unwrap();
    assert_eq!(lacking.iter().map(|detail| &detail.claim).collect::<Vec<_>>(), [&claim("age_over_18")]);
    let refused = other.approve(&view, &less(&[("birthdate", 1)]), &mut world.rng).await.unwrap_err();
    assert_eq!(refused.code(), "value-missing");
    let all = Answer { optional: Optionals::All, ..Answer::default() };
    assert!(
        view.going(&all).unwrap().iter().all(|going| going.claim == claim("name")),
        "all that has a value"
    );
    assert!(world.relay.arrived().is_empty());
}

#[tokio::test]
async fn a_shop_that_changes_what_would_do_is_looked_at_again() {
    let mut world = World::new().await;
    let wallet = at_home(&mut world, "1990-01-31").await;
    let mut view = world.open(&wallet, &asking(&[birth(true)])).await;
    view.offers[0].ways.swap(1, 2);
    let refused = wallet.approve(&view, &less(&[("birthdate", 1)]), &mut world.rng).await.unwrap_err();
    assert_eq!((refused.code(), refused.sent()), ("changed", Sent::Nothing));
    let names: Vec<&ClaimName> = view.offers[0].details().map(|detail| &detail.claim).collect();
    assert_eq!(names, [&claim("birthdate"), &claim("birth_year"), &claim("age_over_18")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_picked_from_the_cards_goes_and_nothing_more() {
    let mut world = World::new().await;
    let wallet = at_home(&mut world, "1985-04-12").await;
    save(&mut world, &wallet, "", &[("name", "Anna")]).await;
    save(&mut world, &wallet, "Mum", &[("birthdate", "2015-06-01")]).await;
    let link = world.ask(&asking(&[address(true), birth(false)]));
    let view = wallet.open_request(&link, &mut world.rng).await.unwrap();

    let country = BTreeMap::from([("address".to_owned(), 2)]);
    let names = |picked: &Picked| -> Vec<String> {
        let answer = view.answer(picked).unwrap();
        view.going(&answer)
            .unwrap()
            .into_iter()
            .map(|going| format!("{}={}", going.claim, going.value.expose()))
            .collect()
    };
    let picked = Picked { less: country.clone(), ..Picked::default() };
    assert_eq!(names(&picked), ["name=Anna", "address.country=Slovenia"], "no street is asked for then");

    let ticked = BTreeSet::from(["birthdate".to_owned()]);
    let less = country.into_iter().chain([("birthdate".to_owned(), 1)]).collect::<BTreeMap<_, _>>();
    let recipients = BTreeMap::from([(CardKind::Age, Label::parse("Mum").unwrap())]);
    let picked = Picked { less: less.clone(), ticked: ticked.clone(), recipients, ..Picked::default() };
    assert_eq!(names(&picked), ["name=Anna", "address.country=Slovenia", "age_over_18=false"]);
    let picked = Picked { less, ticked, ..Picked::default() };
    let delivered = wallet.approve(&view, &view.answer(&picked).unwrap(), &mut world.rng).await.unwrap();
    let expected = pairs(&[("address.country", "Slovenia"), ("age_over_18", "true"), ("name", "Anna")]);
    assert_eq!(opened(&world, &link, &delivered), expected);

    for (line, way) in [("birthdate", 9), ("name", 1), ("shoe_size", 0)] {
        let less = BTreeMap::from([(line.to_owned(), way), ("address".to_owned(), 2)]);
        let ticked = BTreeSet::from(["birthdate".to_owned()]);
        let refused = view.answer(&Picked { less, ticked, ..Picked::default() });
        assert!(refused.is_err(), "{line} {way}: {refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_kept_from_saying_it_who_never_saved_a_birth_date() {
    let mut world = World::new().await;
    let nobody = world.new_wallet().await;
    save(&mut world, &nobody, "", &[("name", "Anna")]).await;
    let link = world.ask(&asking(&[birth(true)]));
    let view = nobody.open_request(&link, &mut world.rng).await.unwrap();
    let over_18 =
        (claim("age_over_18"), Typed { value: AttributeValue::new("true".to_owned()), keep: false });
    let less = BTreeMap::from([("birthdate".to_owned(), 1)]);
    let picked = Picked { less, typed: BTreeMap::from([over_18]), ..Picked::default() };
    let delivered = nobody.approve(&view, &view.answer(&picked).unwrap(), &mut world.rng).await.unwrap();
    assert_eq!(opened(&world, &link, &delivered), pairs(&[("age_over_18", "true"), ("name", "Anna")]));
}
