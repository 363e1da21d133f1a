//! In the window: a link is fetched, looked at, and answered from the same cards as a shop's request.

use std::collections::{BTreeMap, BTreeSet};

use passerby_protocol::claim::AttributeValue;
use passerby_testkit::clock::NOON;
use passerby_testkit::verifier::query;
use passerby_wallet::{
    Card, CardKind, Label, Marks, Need, Picked, RequestKind, RequestLine, Sensitive, Sent, Trouble as _,
    Typed,
};
use serde_json::json;

use crate::verifier::{Manner, Question, Room};
use crate::world::{claim, label};
use crate::{Desk, told};

/// Asks for a name and a town, and for a birth date and an e-mail address if the person likes.
fn curious() -> Question {
    Question::altered(|payload| {
        let asked =
            [("who", "name"), ("where", "address.locality"), ("born", "birthdate"), ("mail", "email")];
        let queries: Vec<_> = asked.into_iter().map(|(id, name)| query(id, &[name])).collect();
        payload["dcql_query"] = json!({
            "credentials": queries,
            "credential_sets": [
                { "options": [["who", "where"]] },
                { "options": [["born"]], "required": false },
                { "options": [["mail"]], "required": false },
            ],
        });
    })
}

fn read(cards: &[Card]) -> Vec<(&'static str, &str, Need)> {
    let all = cards.iter().flat_map(|card| card.lines.iter().map(move |line| (card.kind.word(), line)));
    all.map(|(kind, line)| (kind, line.id.as_str(), line.need)).collect()
}

async fn save(desk: &mut Desk, label: &str, values: &[(&str, &str)]) {
    let label = Label::parse(label).unwrap_or_default();
    let value = |text: &str| AttributeValue::new(text.to_owned());
    let values = values.iter().map(|(name, text)| (claim(name), value(text))).collect();
    desk.wallet.save_attributes(&values, &label, Marks::default(), &mut desk.rng).await.unwrap();
}

#[tokio::test]
async fn the_same_cards_without_a_measure_that_nobody_named() {
    let mut desk = Desk::new().await;
    save(&mut desk, "", &[("birthdate", "1985-04-12")]).await;
    let view = desk.shown(curious()).await;
    let cards = view.cards();
    let (needed, choice) = (Need::Needed, Need::YourChoice);
    let expected = [
        ("deliver-to", "name", needed),
        ("deliver-to", "address", needed),
        ("messages", "email", choice),
        ("age", "birthdate", choice),
    ];
    let mut lines = read(&cards);
    lines.sort_unstable_by_key(|line| expected.iter().position(|other| other == line));
    assert_eq!(lines, expected);
    // It does not say what for: nobody can say that this is more than that takes, or new.
    assert!(cards.iter().flat_map(|card| &card.lines).all(|line| line.marks.is_empty()));
    let sensitive: Vec<_> =
        cards.iter().flat_map(|card| &card.lines).filter_map(|line| line.sensitive).collect();
    assert_eq!(sensitive, [Sensitive::Birth]);
    assert_eq!(RequestKind::of(view.asked().map(|detail| &detail.claim)), RequestKind::Delivery);
}

#[tokio::test]
async fn what_was_picked_goes_and_nothing_else() {
    let mut desk = Desk::new().await;
    save(&mut desk, "mum", &[("name", "Mum Passerby"), ("address.locality", "Maribor")]).await;
    let view = desk.shown(curious()).await;
    let answer = view.answer(&to("mum")).unwrap();
    desk.approve(&view, &answer).await.unwrap();
    let opened = json!(desk.verifier.open(&desk.verifier.answers()[0]));
    assert_eq!(opened, json!({ "name": "Mum Passerby", "locality": "Maribor" }));

    let view = desk.shown(curious()).await;
    assert_eq!(view.answer(&to("nobody")).unwrap_err().code(), "not-on-cards");
    let unasked = Picked { ticked: BTreeSet::from(["phone_number".to_owned()]), ..Picked::default() };
    assert_eq!(view.answer(&unasked).unwrap_err().code(), "not-on-cards");
    let stranger = view.answer(&Picked { as_stranger: true, ..to("mum") }).unwrap();
    let refused = desk.approve(&view, &stranger).await.unwrap_err();
    assert_eq!(told(&refused), ("no-stranger", Sent::Nothing));
    assert_eq!(desk.verifier.answers().len(), 1);
}

fn to(whom: &str) -> Picked {
    Picked { recipients: BTreeMap::from([(CardKind::DeliverTo, label(whom))]), ..Picked::default() }
}

#[tokio::test]
async fn very_personal_goes_only_as_it_was_typed_for_this_once() {
    let mut desk = Desk::new().await;
    save(&mut desk, "", &[("birthdate", "1985-04-12"), ("address.locality", "Ljubljana")]).await;
    let view = desk.shown(curious()).await;
    let ticked = || BTreeSet::from(["birthdate".to_owned()]);
    let saved = view.answer(&Picked { ticked: ticked(), ..Picked::default() }).unwrap();
    let refused = desk.approve(&view, &saved).await.unwrap_err();
    assert_eq!(told(&refused), ("sensitive", Sent::Nothing));
    let value = AttributeValue::new("1985".to_owned());
    let typed = BTreeMap::from([(claim("birthdate"), Typed { value, keep: false })]);
    let answer = view.answer(&Picked { ticked: ticked(), typed, ..Picked::default() }).unwrap();
    desk.approve(&view, &answer).await.unwrap();
    assert_eq!(desk.verifier.open(&desk.verifier.answers()[0])["birthdate"], "1985");
}

#[tokio::test]
async fn a_link_is_kept_unchecked_until_it_is_looked_at() {
    let mut desk = Desk::new().await;
    let link = desk.ask(Question::default());
    desk.verifier.behaves(Room::Statement, Manner::Says(503, "busy".to_owned()));
    let number = desk.wallet.fetch_foreign_request(&link, &desk.trust, &mut desk.rng).await.unwrap();
    assert_eq!((desk.verifier.fetches().len(), desk.verifier.looks().len()), (1, 0));
    let waiting = |lines: Vec<RequestLine>| {
        let [only] = lines.as_slice() else { panic!("one waits") };
        (only.number, only.foreign, only.sector.to_string(), only.answer_by)
    };
    let host = desk.verifier.host();
    let unchecked = (number, true, host.clone(), None);
    assert_eq!(waiting(desk.wallet.requests().await.unwrap()), unchecked);

    // Nobody answers whether it has a Statement: it waits on.
    let silent = desk.wallet.look_foreign(number, &desk.trust, &mut desk.rng).await.unwrap_err();
    assert_eq!((silent.code(), silent.find_claimed()), ("statement-unreachable", Some(host.as_str())));
    assert_eq!(waiting(desk.wallet.requests().await.unwrap()), unchecked);

    desk.verifier.behaves(Room::Statement, Manner::Honest);
    let view = desk.wallet.look_foreign(number, &desk.trust, &mut desk.rng).await.unwrap();
    assert_eq!((view.number, view.host.to_string()), (number, host.clone()));
    assert_eq!(waiting(desk.wallet.requests().await.unwrap()), (number, true, host, Some(NOON + 300)));
    let again = desk.wallet.fetch_foreign_request(&link, &desk.trust, &mut desk.rng).await.unwrap();
    assert_eq!((again, desk.verifier.fetches().len()), (number, 1), "it is not fetched twice");
}
