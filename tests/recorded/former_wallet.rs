//! Wallets and shops of recorded versions speak with today's relay: each call of theirs, on the database of its moment, gets the
//! answer that it got then; and what today's relay says, today's wallet and shop accept.

use passerby_protocol::keys::{PairwiseKey, RelayKeys};
use passerby_protocol::passport::{GrantClaim, Order, Passport, RelayReceipt};
use passerby_protocol::reveal;
use passerby_protocol::seal::hash_release;
use passerby_protocol::self_copy::SealedCopy;
use passerby_protocol::time::Timestamp;
use passerby_protocol::verify::Attestation;
use passerby_relay_api::answer::{AnswerBody, AnsweredBody};
use passerby_relay_api::attestation::AttestationBody;
use passerby_relay_api::opening::{OpenedBody, OpeningsBody};
use passerby_relay_api::passport::PassportBody;
use passerby_relay_api::paths;
use passerby_relay_api::transaction::OutcomeBody;
use serde::de::DeserializeOwned;

use crate::likeness::compare;
use crate::new_relay::NewRelay;
use crate::story::{Answered, Recording, Remembered, Step};

/// Headers that wallets, shops and what stands between go by.
const HEADERS: [&str; 3] = ["content-type", "cache-control", "x-accel-buffering"];

#[tokio::test]
async fn each_call_of_a_former_version_gets_the_answer_it_got_then() {
    for recording in Recording::all() {
        for (name, step) in &recording.steps {
            let relay = NewRelay::start(&recording, step).await;
            let today = relay.ask(&step.request).await;
            let place = format!("{} {name}", recording.folder.display());
            assert_eq!(today.status, step.answer.status, "{place}: {}", today.body);
            for header in HEADERS {
                assert_eq!(today.headers.get(header), step.answer.headers.get(header), "{place}: {header}");
            }
            if let Err(difference) = compare_bodies(&step.answer, &today) {
                panic!("{place}: {difference}");
            }
            if today.status < 300 {
                accept(&recording, step, &today);
            }
        }
    }
}

fn compare_bodies(recorded: &Answered, today: &Answered) -> Result<(), String> {
    match recorded.media_type() {
        "application/json" | "application/problem+json" => {
            let [recorded, today] = [recorded, today].map(|it| serde_json::from_str(&it.body).unwrap());
            compare("", &recorded, &today)
        }
        "text/event-stream" => {
            // When to come again is drawn.
            let [recorded, today] = [recorded, today].map(|it| it.body.split_once('\n').unwrap());
            let retries =
                [recorded.0, today.0].map(|line| line.strip_prefix("retry: ").unwrap().parse::<u32>());
            assert!(retries.iter().all(Result::is_ok), "{retries:?}");
            if recorded.1 == today.1 { Ok(()) } else { Err(format!("{recorded:?} and {today:?}")) }
        }
        _ if recorded.body == today.body => Ok(()),
        _ => Err("another body".to_owned()),
    }
}

fn read<T: DeserializeOwned>(answered: &Answered) -> T {
    serde_json::from_str(&answered.body).unwrap()
}

/// What today's wallet or shop does with an answer to this call.
fn accept(recording: &Recording, step: &Step, today: &Answered) {
    let cast = &recording.cast;
    let (keys, now) = (cast.relay_keys(), Timestamp::from_seconds(step.at));
    let key = PairwiseKey::derive(&cast.root(), &cast.shop, 0).unwrap();
    match (step.request.method.as_str(), step.request.path.as_str()) {
        (_, paths::ATTESTATIONS) => {
            let body: AttestationBody = read(today);
            Attestation::parse(&body.attestation, &keys, &cast.shop, now).unwrap();
        }
        (_, paths::ISSUER_KEYS) => {
            RelayKeys::parse(today.body.as_bytes(), &cast.relay).unwrap();
        }
        (_, paths::PASSPORTS) => {
            let body: PassportBody = read(today);
            let passport = Passport::parse(&body.passport, &keys, &cast.shop, now).unwrap();
            assert_eq!((passport.holder(), passport.user_ref()), (key.public(), key.user_ref().as_str()));
        }
        ("GET", paths::SELF_COPY) => {
            let copy: SealedCopy = read(today);
            copy.open(&cast.root(), &cast.relay, &cast.shop, 0).unwrap();
        }
        ("POST", path) if path.starts_with(&paths::fill(paths::RESPONSE, "")) => {
            let sent = AnswerBody::parse_form(step.request.body.as_bytes()).unwrap();
            let body: AnsweredBody = read(today);
            if let (Some(claim), Some(jwe)) = (sent.grant_claim, sent.response) {
                let (receipt, grant_id) = (body.relay_receipt.unwrap(), body.grant_id.unwrap());
                let (release, claim) = (hash_release(&jwe), GrantClaim::hash(&claim));
                let response_uri = format!("{}{path}", cast.relay);
                RelayReceipt::check(&receipt, &keys, &response_uri, &release, &claim, &grant_id).unwrap();
            }
        }
        ("POST", path) if path.ends_with("/collect") => {
            let id = path.rsplit('/').nth(1).unwrap();
            let of_this = |remembered: &&Remembered| remembered.transaction_id == id;
            let remembered = cast.questions.values().find(of_this).unwrap();
            accept_outcome(recording, remembered, &read(today), now);
        }
        ("POST", path) if path.ends_with("/openings") => {
            let body: OpenedBody = read(today);
            let order = accepted_order(recording);
            let disclosed = reveal::open(&order, &body.release, &[cast.release_key()], now).unwrap();
            assert_eq!(disclosed.values.len(), 5);
        }
        ("GET", path) if path.ends_with("/openings") => {
            assert_eq!(read::<OpeningsBody>(today).openings.len(), 1);
        }
        _ => {}
    }
}

/// The order that a shop keeps of a collected answer.
fn accept_outcome(
    recording: &Recording,
    remembered: &Remembered,
    outcome: &OutcomeBody,
    now: Timestamp,
) -> Option<Order> {
    let cast = &recording.cast;
    let OutcomeBody::Granted { grant_id, grant_claim, release_sha256, .. } = outcome else { return None };
    let question = &remembered.question;
    let order = match grant_claim {
        Some(claim) => {
            let handed = GrantClaim::hash(claim);
            question.accept(grant_id, claim, &handed, &cast.relay_keys(), &cast.shop, now)
        }
        None => question.accept_unsigned(grant_id, release_sha256, None, false),
    };
    Some(order.unwrap())
}

/// The order of the recorded answer.
fn accepted_order(recording: &Recording) -> Order {
    let step = recording.step("collect");
    let remembered = &recording.cast.questions["granted"];
    accept_outcome(recording, remembered, &read(&step.answer), Timestamp::from_seconds(step.at)).unwrap()
}
