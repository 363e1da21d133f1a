//! Asked, shown, answered, taken; or refused.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::foreign::wallet_metadata;
use passerby_testkit::clock::NOON;
use passerby_testkit::verifier::query;
use passerby_wallet::{Answer, Label, Marks, Refusal, RequestState, Sent, Wallet, What};
use serde_json::{Value, json};

use crate::verifier::{By, Manner, Question, Room};
use crate::world::{claim, yes};
use crate::{Desk, told};

fn names(claims: &[ClaimName]) -> Vec<&str> {
    claims.iter().map(ClaimName::as_str).collect()
}

#[tokio::test]
async fn asked_shown_answered_and_taken() {
    for (by, method) in [(By::Hash, "post"), (By::Name, "get"), (By::Name, "post"), (By::Hash, "get")] {
        let mut desk = Desk::new().await;
        let link = desk.ask(Question { by, method, ..Question::default() });
        assert!(Wallet::is_foreign_link(&link));
        let view = desk.open(&link).await.unwrap();
        assert_eq!((view.number, view.host.to_string()), (1, desk.verifier.host()));
        assert!(view.this_computer);
        assert_eq!(view.answer_by, NOON + 300);
        let needed: Vec<_> = view.needed.iter().map(|detail| detail.claim.clone()).collect();
        assert_eq!(names(&needed), ["name", "email"]);

        let (came_by, form) = desk.verifier.fetches().remove(0);
        assert_eq!(came_by.as_str(), method.to_uppercase());
        if method == "post" {
            assert_eq!(form.keys().collect::<Vec<_>>(), ["wallet_metadata", "wallet_nonce"]);
            assert_eq!(serde_json::from_str::<Value>(&form["wallet_metadata"]).unwrap(), wallet_metadata());
            assert_eq!(form["wallet_nonce"].len(), 22, "16 random bytes");
        } else {
            assert!(form.is_empty());
        }
        assert_eq!(desk.wallet.requests().await.unwrap()[0].state, RequestState::Waiting);
        assert!(desk.verifier.answers().is_empty(), "nothing goes before the person agrees");

        let delivered = desk.approve(&view, &yes(&[])).await.unwrap();
        assert_eq!(names(&delivered.claims), ["email", "name"]);
        let way_back = format!("{}/done?order=0", desk.verifier.origin());
        assert_eq!(delivered.return_to.unwrap().as_str(), way_back);
        let answers = desk.verifier.answers();
        assert_eq!(answers.len(), 1);
        let opened = json!(desk.verifier.open(&answers[0]));
        assert_eq!(opened, json!({ "name": "Ada Passerby", "email": "ada@home.example" }));

        let again = desk.approve(&view, &yes(&[])).await.unwrap_err();
        assert_eq!(told(&again), ("answered-before", Sent::Nothing));
        assert_eq!(desk.verifier.answers().len(), 1);
        assert_eq!(desk.log().await, [What::Asked, What::Approved, What::Sent]);
        let sent = desk.wallet.foreign_sent().await.unwrap();
        assert_eq!((sent.len(), sent[0].host.to_string()), (1, desk.verifier.host()));
        assert!(desk.wallet.requests().await.unwrap().is_empty());
        assert!(desk.wallet.retry_foreign(&desk.trust, &mut desk.rng).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_person_is_told_what_a_certificate_does_not_say() {
    let mut desk = Desk::new().await;
    let view = desk.shown(Question::default()).await;
    let (checked, unsaid) = (view.checked(), view.unsaid());
    assert!(checked.contains(&format!("a certificate for {}", desk.verifier.host())), "{checked}");
    assert!(checked.contains("Not checked: who is behind it."), "{checked}");
    for word in ["what for", "how long", "passes it on"] {
        assert!(unsaid.contains(word), "{word}: {unsaid}");
    }
    assert_eq!(view.last_sent, None);
    desk.approve(&view, &yes(&[])).await.unwrap();

    desk.clock.turn(60);
    let view = desk.shown(Question::default()).await;
    assert_eq!((view.number, view.last_sent), (2, Some(NOON)));
}

#[tokio::test]
async fn what_is_optional_goes_only_if_it_was_chosen() {
    let mut desk = Desk::new().await;
    let question = Question::altered(|payload| {
        payload["dcql_query"] = json!({
            "credentials": [query("who", &["name"]), query("mail", &["email"]), query("born", &["birthdate"])],
            "credential_sets": [
                { "options": [["who"]] },
                { "options": [["mail"]], "required": false },
                { "options": [["born"]], "required": false },
            ],
        });
    });
    for (chosen, expected) in [(&[][..], &["name"][..]), (&["email"], &["email", "name"])] {
        let view = desk.shown(question.clone()).await;
        assert_eq!((view.needed.len(), view.optional.len()), (1, 2));
        let delivered = desk.approve(&view, &yes(chosen)).await.unwrap();
        assert_eq!(names(&delivered.claims), expected);
        let opened = desk.verifier.open(desk.verifier.answers().last().unwrap());
        assert_eq!(opened.keys().collect::<Vec<_>>(), expected);
    }
    // Not saved, and not asked for.
    let before = desk.verifier.answers().len();
    let view = desk.shown(question).await;
    for (chosen, code) in [("birthdate", "value-missing"), ("address.postal_code", "not-asked-for")] {
        let refused = desk.approve(&view, &yes(&[chosen])).await.unwrap_err();
        assert_eq!(told(&refused), (code, Sent::Nothing));
    }
    assert_eq!(desk.verifier.answers().len(), before);
}

#[tokio::test]
async fn what_is_very_personal_does_not_go_to_a_certificate() {
    let mut desk = Desk::new().await;
    let view = desk.shown(Question::default()).await;
    // Marked while the person was deciding.
    let value = passerby_protocol::claim::AttributeValue::new("ada@home.example".to_owned());
    let values = [(claim("email"), value)].into_iter().collect();
    let marks = Marks { sensitive: Some(true), ..Marks::default() };
    desk.wallet.save_attributes(&values, &Label::default(), marks, &mut desk.rng).await.unwrap();
    let refused = desk.approve(&view, &yes(&[])).await.unwrap_err();
    assert_eq!(told(&refused), ("sensitive", Sent::Nothing), "{refused}");
    assert!(desk.verifier.answers().is_empty());

    let typed = passerby_protocol::claim::AttributeValue::new("ada@elsewhere.example".to_owned());
    let answer = Answer { typed: [(claim("email"), typed)].into_iter().collect(), ..yes(&[]) };
    let view = desk.wallet.look_foreign(view.number, &desk.trust, &mut desk.rng).await.unwrap();
    desk.approve(&view, &answer).await.unwrap();
    assert_eq!(desk.verifier.open(&desk.verifier.answers()[0])["email"], "ada@elsewhere.example");
}

#[tokio::test]
async fn a_refusal_is_told_without_a_reason() {
    let mut desk = Desk::new().await;
    let view = desk.shown(Question::default()).await;
    let declined = desk
        .wallet
        .decline_foreign(view.number, Refusal::ThisTime, &desk.trust, &mut desk.rng)
        .await
        .unwrap();
    assert!(declined.told);
    assert_eq!(declined.return_to.unwrap().origin().ascii_serialization(), desk.verifier.origin());
    let state = desk.verifier.numbers().remove(1);
    assert_eq!(desk.verifier.answers(), [format!("error=access_denied&state={state}")]);
    assert_eq!(desk.log().await, [What::Asked, What::Declined]);

    let over = desk.wallet.look_foreign(view.number, &desk.trust, &mut desk.rng).await.unwrap_err();
    assert_eq!(told(&over), ("declined-before", Sent::Nothing));
    let over = desk.approve(&view, &yes(&[])).await.unwrap_err();
    assert_eq!(told(&over), ("declined-before", Sent::Nothing));
    assert_eq!(desk.verifier.answers().len(), 1);

    // Without a state there is none to echo; a request that is over is told nothing at all.
    let stateless = Question::altered(|payload| drop(payload.as_object_mut().unwrap().remove("state")));
    let view = desk.shown(stateless).await;
    assert!(
        desk.wallet
            .decline_foreign(view.number, Refusal::ThisTime, &desk.trust, &mut desk.rng)
            .await
            .unwrap()
            .told
    );
    assert_eq!(desk.verifier.answers()[1], "error=access_denied");
    let view = desk.shown(Question::default()).await;
    desk.clock.turn(300 + 120);
    let late = desk
        .wallet
        .decline_foreign(view.number, Refusal::ThisTime, &desk.trust, &mut desk.rng)
        .await
        .unwrap();
    assert!(!late.told && late.return_to.is_none());
    assert_eq!(desk.verifier.answers().len(), 2);
}

#[tokio::test]
async fn a_host_that_is_always_refused_is_not_asked_anything() {
    let mut desk = Desk::new().await;
    let view = desk.shown(Question::default()).await;
    let number = view.number;
    let declined =
        desk.wallet.decline_foreign(number, Refusal::Always, &desk.trust, &mut desk.rng).await.unwrap();
    assert!(declined.told && declined.blocked);
    let (fetches, looks) = (desk.verifier.fetches().len(), desk.verifier.looks().len());
    let link = desk.ask(Question::default());
    assert_eq!(told(&desk.open(&link).await.unwrap_err()), ("blocked", Sent::Nothing));
    assert_eq!((desk.verifier.fetches().len(), desk.verifier.looks().len()), (fetches, looks));
    desk.wallet.block(&view.host, false, &mut desk.rng).await.unwrap();
    desk.open(&link).await.unwrap();
}

#[tokio::test]
async fn two_clicks_at_once_are_one_answer() {
    let mut desk = Desk::new().await;
    let view = desk.shown(Question::default()).await;
    let (answer, mut other) = (yes(&[]), desk.rng.clone());
    let (one, two) = tokio::join!(
        desk.wallet.approve_foreign(&view, &answer, &desk.trust, &mut desk.rng),
        desk.wallet.approve_foreign(&view, &answer, &desk.trust, &mut other)
    );
    assert!(one.is_ok() != two.is_ok());
    assert_eq!(desk.verifier.answers().len(), 1);
}

#[tokio::test]
async fn the_way_back_leads_to_the_host_that_asked_or_nowhere() {
    let mut desk = Desk::new().await;
    let elsewhere = [
        "https://elsewhere.example/done".to_owned(),
        desk.verifier.origin().replace("https", "http"),
        "javascript:alert(1)".to_owned(),
        desk.verifier.origin().replace("://", "://me@"),
    ];
    for to in elsewhere {
        desk.verifier.behaves(Room::Answer, Manner::Says(200, json!({ "redirect_uri": to }).to_string()));
        let view = desk.shown(Question::default()).await;
        let delivered = desk.approve(&view, &yes(&[])).await.unwrap();
        assert_eq!(delivered.return_to, None, "{to}");
    }
}
