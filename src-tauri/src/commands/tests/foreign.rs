//! Somebody who has a certificate and no Statement asks, and the window answers: the same commands as for a shop.

#[path = "../../../../crates/wallet/tests/foreign/verifier.rs"]
mod verifier;

use std::sync::Arc;

use image::Luma;
use passerby_testkit::clock::TestClock;
use passerby_testkit::rng::seeded;
use passerby_testkit::verifier::query;
use passerby_wallet::{Sent, What};
use qrcode::QrCode;
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, from_value, json};
use verifier::{Manner, Question, Room, Verifier};

use super::{House, PASSPHRASE, typed};
use crate::arrivals::Arrivals;
use crate::change::Change;
use crate::command_error::{CommandError, SentWord};
use crate::commands::consent::{AnswerDraft, RefusalWord};
use crate::commands::{consent, lock, request, reveal};
use crate::desktop::Picture;
use crate::qr::find_link;
use crate::views::reveal::HiddenValue;

/// A verifier that asks, and the window of a person who is asked.
struct Desk {
    house: House,
    verifier: Verifier,
    rng: ChaCha20Rng,
}

impl Desk {
    async fn new() -> Self {
        let mut rng = seeded(13);
        let verifier = Verifier::start(Arc::new(TestClock::default()), &mut rng).await;
        let house = House::trusting(&verifier.anchor()).await;
        Self { house, verifier, rng }
    }

    fn ask(&mut self, question: Question) -> String {
        self.verifier.ask(question, &mut self.rng)
    }

    /// Opens a link of a question. Gives its number.
    async fn open(&mut self, question: Question) -> u32 {
        let link = self.ask(question);
        request::request_open(self.house.shell(), link).await.unwrap()
    }

    /// What the window shows of a request.
    async fn found(&self, request: u32) -> Value {
        let found = consent::consent_view(self.house.shell(), request).await.unwrap();
        serde_json::to_value(found).unwrap()
    }

    /// Looks at it, and sends what is needed and what is added here.
    async fn send(&self, request: u32, more: Value) -> Result<Value, CommandError> {
        let revision = self.found(request).await["screen"]["revision"].clone();
        let mut answer = json!({
            "request": request, "revision": revision, "recipients": {}, "ticked": [], "coarser": {}, "typed": {},
            "as": "regular",
        });
        answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = from_value::<AnswerDraft>(answer).unwrap();
        let sent = consent::consent_send(self.house.shell(), answer).await?;
        Ok(serde_json::to_value(sent).unwrap())
    }

    async fn queue(&self) -> Vec<Value> {
        let queue = request::request_list(self.house.shell()).await.unwrap();
        queue.lines.into_iter().map(|line| serde_json::to_value(line).unwrap()).collect()
    }

    async fn find_return(&self, request: u32) -> Option<String> {
        self.house.shell().open().await.unwrap().find_return(request)
    }

    async fn log(&self) -> Vec<What> {
        let shell = self.house.shell();
        let open = shell.open().await.unwrap();
        open.wallet().activity().await.unwrap().into_iter().map(|line| line.what).collect()
    }
}

/// Asks for what the person in the house has, and for a birth date if they like.
fn question() -> Question {
    Question::altered(|payload| {
        payload["dcql_query"] = json!({
            "credentials": [
                query("who", &["name", "address.street_address"]),
                query("born", &["birthdate"]),
            ],
            "credential_sets": [
                { "options": [["who"]] },
                { "options": [["born"]], "required": false },
            ],
        });
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_shown_answered_and_taken() {
    let mut desk = Desk::new().await;
    let number = desk.open(question()).await;
    let host = desk.verifier.host();
    let line = desk.queue().await.remove(0);
    assert_eq!((&line["foreign"], &line["check"]), (&json!(true), &json!("unchecked")));

    let found = desk.found(number).await;
    assert_eq!(found["is"], "checked");
    let screen = &found["screen"];
    assert_eq!((&screen["host"], &screen["foreign"]), (&json!(host), &json!(true)));
    assert_eq!(screen["familiarity"], json!({ "is": "first-time" }));
    // What nobody said stays empty, and what does not exist is not offered.
    let terms = json!({ "kind": "delivery", "purpose": "", "keptUntil": null, "recipients": [] });
    assert_eq!(screen["terms"], terms);
    assert_eq!((&screen["names"], &screen["relay"]), (&json!("regular"), &json!(null)));
    assert_eq!((&screen["tradeName"], &screen["hasPolicy"]), (&json!(""), &json!(false)));
    let cards = screen["cards"].as_array().unwrap();
    let kinds: Vec<_> = cards.iter().map(|card| &card["kind"]).collect();
    assert_eq!(kinds, ["deliver-to", "age"]);
    assert!(
        cards
            .iter()
            .flat_map(|card| card["lines"].as_array().unwrap())
            .all(|line| { line["coarser"] == json!([]) && line["marks"] == json!([]) })
    );
    assert!(!found.to_string().contains("1985"), "very personal values do not cross unasked");
    assert!(desk.verifier.answers().is_empty(), "nothing goes before the person agrees");
    assert_eq!(desk.queue().await[0]["check"], "checked");

    let sent = desk.send(number, json!({})).await.unwrap();
    assert_eq!((&sent["host"], &sent["foreign"]), (&json!(host), &json!(true)));
    assert_eq!(sent["claims"], json!(["address.street_address", "name"]));
    assert_eq!((&sent["deletesItself"], &sent["leadsBack"]), (&json!(null), &json!(true)));
    let opened = json!(desk.verifier.open(&desk.verifier.answers()[0]));
    assert_eq!(opened, json!({ "name": "Anna Beispiel", "street_address": "Slomškova 8" }));
    consent::consent_back_to_shop(desk.house.shell(), number).await.unwrap();
    let way_back = format!("{}/done?order=0", desk.verifier.origin());
    assert_eq!(desk.find_return(number).await, Some(way_back));
    assert!(desk.queue().await.is_empty());
    assert_eq!(desk.log().await, [What::Asked, What::Approved, What::Sent]);

    let over = consent::consent_view(desk.house.shell(), number).await.unwrap_err();
    assert_eq!(over.code, "answered-before");
    let again = desk.open(question()).await;
    assert_eq!(desk.found(again).await["screen"]["familiarity"]["is"], "sent-before");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_in_takes_its_links() {
    let mut desk = Desk::new().await;
    let arrivals = Arrivals::default();
    // Warm: the wallet is open, and a click in a browser is the click.
    let link = desk.ask(question());
    assert!(arrivals.take(&desk.house.shell(), &[link]).await);
    assert!(desk.house.desktop.told().contains(&Change::RequestOpened { request: 1 }));
    // Cold: it waits, and nothing is fetched before the person is back.
    lock::lock_lock(desk.house.shell()).await.unwrap();
    let link = desk.ask(question());
    assert!(arrivals.take(&desk.house.shell(), &[link]).await);
    assert_eq!(desk.verifier.fetches().len(), 1);
    lock::lock_unlock(desk.house.shell(), typed(PASSPHRASE)).await.unwrap();
    assert_eq!(request::request_open_kept(desk.house.shell()).await.unwrap(), Some(2));
    // Pasted: under any of its schemes.
    let pasted = desk.ask(question()).replacen("openid4vp:", "haip-vp:", 1);
    assert_eq!(request::request_open(desk.house.shell(), format!(" {pasted}\n")).await.unwrap(), 3);
    // Shown as a code on a screen.
    let code = desk.ask(question());
    let image = QrCode::new(&code).unwrap().render::<Luma<u8>>().module_dimensions(4, 4).build();
    let (width, height) = (image.width() as usize, image.height() as usize);
    assert_eq!(find_link(&Picture { width, height, shades: image.into_raw() }), Some(code.clone()));
    assert_eq!(request::request_open(desk.house.shell(), code).await.unwrap(), 4);
    for number in 1..=4 {
        assert_eq!(desk.found(number).await["is"], "checked", "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_leads_back_and_can_be_made_for_good() {
    let mut desk = Desk::new().await;
    let number = desk.open(question()).await;
    desk.found(number).await;
    let later = consent::consent_refuse(desk.house.shell(), number, RefusalWord::Later).await.unwrap();
    assert!(!later.leads_back && desk.verifier.answers().is_empty());
    let declined = consent::consent_refuse(desk.house.shell(), number, RefusalWord::ThisTime).await.unwrap();
    assert!(declined.leads_back);
    consent::consent_back_to_shop(desk.house.shell(), number).await.unwrap();
    let answers = desk.verifier.answers();
    assert!(answers[0].starts_with(b"error=access_denied&state="));

    let twice = consent::consent_refuse(desk.house.shell(), number, RefusalWord::ThisTime).await;
    assert_eq!(twice.map(drop).unwrap_err().code, "declined-before");
    consent::consent_refuse(desk.house.shell(), number, RefusalWord::Always).await.unwrap();
    let fetches = desk.verifier.fetches().len();
    let link = desk.ask(question());
    let refused = request::request_open(desk.house.shell(), link).await.unwrap_err();
    assert_eq!((refused.code.as_str(), desk.verifier.fetches().len()), ("blocked", fetches));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_broke_off_is_sent_again_as_it_was() {
    let mut desk = Desk::new().await;
    let number = desk.open(question()).await;
    desk.verifier.behaves(Room::Answer, Manner::KeepsAndBreaksOff);
    let broken = desk.send(number, json!({})).await.unwrap_err();
    assert_eq!((broken.code.as_str(), broken.sent), ("host-broke-off", SentWord::Maybe));
    assert_eq!(broken.facts["host"], desk.verifier.host(), "no relay is blamed");
    assert_eq!(desk.queue().await[0]["state"], "sending");
    desk.verifier.behaves(Room::Answer, Manner::Honest);
    let sent = request::request_retry(desk.house.shell(), number).await.unwrap();
    assert!(sent.foreign && sent.leads_back);
    let answers = desk.verifier.answers();
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_not_checked_has_no_screen() {
    let mut desk = Desk::new().await;
    // The certificate names nobody whom this computer trusts.
    desk.verifier.certify_by_a_stranger(&mut seeded(99));
    let number = desk.open(question()).await;
    let failed = |reason: &str| json!({ "is": "failed", "host": verifier::HOST, "reason": reason });
    assert_eq!(desk.found(number).await, failed("certificate"));

    desk.verifier.certify(&[verifier::HOST], |_| {});
    let number = desk.open(Question::altered(|payload| payload["nonce"] = "short".into())).await;
    assert_eq!(desk.found(number).await, failed("request"));

    let number = desk.open(question()).await;
    desk.verifier.behaves(Room::Statement, Manner::Says(503, "busy".to_owned()));
    let unchecked = json!({
        "is": "unchecked", "host": desk.verifier.host(), "foreign": true, "reason": "no-answer",
    });
    assert_eq!(desk.found(number).await, unchecked);
    desk.verifier.behaves(Room::Statement, Manner::Honest);
    assert_eq!(desk.found(number).await["is"], "checked", "it is looked for again");
    assert!(desk.verifier.answers().is_empty());

    desk.verifier.stop().await;
    let link = desk.ask(question());
    let down = request::request_open(desk.house.shell(), link).await.unwrap_err();
    assert_eq!((down.code.as_str(), down.sent), ("host-down", SentWord::from(Sent::Nothing)));
    assert_eq!(down.facts["host"], verifier::HOST);
}

#[tokio::test(flavor = "multi_thread")]
async fn very_personal_is_shown_to_the_person_and_does_not_go() {
    let mut desk = Desk::new().await;
    let number = desk.open(question()).await;
    desk.found(number).await;
    let claim = || "birthdate".to_owned();
    let hidden = HiddenValue::Consent { request: number, recipient: String::new(), claim: claim() };
    assert_eq!(reveal::reveal(desk.house.shell(), hidden).await.unwrap().text, "1985-04-12");
    let unasked = HiddenValue::Consent { request: number, recipient: String::new(), claim: "email".into() };
    let refused = reveal::reveal(desk.house.shell(), unasked).await.map(drop).unwrap_err();
    assert_eq!(refused.code, "view-changed");

    consent::consent_confirm(desk.house.shell(), number, typed(PASSPHRASE)).await.unwrap();
    for (more, code) in [
        (json!({ "ticked": ["birthdate"] }), "sensitive"),
        (json!({ "as": "stranger" }), "no-stranger"),
        (json!({ "revision": 0 }), "view-changed"),
        (json!({ "ticked": ["email"] }), "not-on-cards"),
        (json!({ "coarser": { "birthdate": "1" }, "ticked": ["birthdate"] }), "not-on-cards"),
    ] {
        let refused = desk.send(number, more).await.unwrap_err();
        assert_eq!((refused.code.as_str(), refused.sent), (code, SentWord::Nothing));
    }
    assert!(desk.verifier.answers().is_empty());
    let instead = json!({ "birthdate": { "text": "1985", "keep": false } });
    desk.send(number, json!({ "ticked": ["birthdate"], "typed": instead })).await.unwrap();
    assert_eq!(desk.verifier.open(&desk.verifier.answers()[0])["birthdate"], "1985");
}
