//! Today's wallet speaks with relays of recorded versions: it understands each answer, also with members that it has never heard of.

use std::collections::BTreeMap;
use std::sync::Arc;

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::random_id::RequestId;
use passerby_protocol::request::{RequestLink, RequestUri};
use passerby_protocol::time::{Clock as _, Timestamp};
use passerby_relay_api::answer::{AnswerBody, AnsweredBody};
use passerby_relay_api::paths;
use passerby_testkit::clock::TestClock;
use passerby_testkit::rng;
use passerby_wallet::{
    Answer, BroughtBack, Occupied, RecoveryWords, Refusal, Stretching, Trouble as _, Wallet,
};
use rand_chacha::ChaCha20Rng;
use secrecy::SecretString;
use tempfile::TempDir;

use crate::former_relay::{FormerRelay, Members};
use crate::story::{Recording, UNCONFIRMED};

/// Today's wallet of the recorded person, at the time of the recording.
struct Person<'a> {
    recording: &'a Recording,
    folder: TempDir,
    clock: Arc<TestClock>,
    rng: ChaCha20Rng,
}

impl<'a> Person<'a> {
    fn of(recording: &'a Recording) -> Self {
        let clock = Arc::new(TestClock::at(Timestamp::from_seconds(recording.steps[0].1.at)));
        Self { recording, folder: tempfile::tempdir().unwrap(), clock, rng: rng::seeded(31) }
    }

    fn passphrase(&self) -> SecretString {
        SecretString::from(self.recording.cast.passphrase.clone())
    }

    /// Everybody's clock shows what it showed at this step.
    fn is_at(&self, step: &str) {
        self.clock.turn(self.recording.step(step).at - self.clock.now().seconds());
    }

    /// A new wallet for the recorded words, with the details that are asked for in it.
    async fn type_words(&mut self) -> Wallet {
        let words = RecoveryWords::parse(&self.recording.cast.words).unwrap();
        let (path, passphrase) = (self.folder.path().join("vault.db"), self.passphrase());
        let (clock, rng) = (self.clock.clone(), &mut self.rng);
        let wallet = Wallet::restore_from_words(&path, &words, &passphrase, Stretching::FLOOR, clock, rng);
        let wallet = wallet.await.unwrap();
        let names = &self.recording.cast.questions["granted"].question.required;
        let values: BTreeMap<ClaimName, _> =
            names.iter().map(|name| (name.clone(), AttributeValue::new("something".to_owned()))).collect();
        wallet.set_attributes(&values, &mut self.rng).await.unwrap();
        wallet
    }

    /// The wallet whose answer nobody has confirmed, as that version left it in a backup.
    async fn restore_backup(&mut self) -> Wallet {
        let backup = self.recording.folder.join(UNCONFIRMED);
        let (path, passphrase) = (self.folder.path().join("vault.db"), self.passphrase());
        let (clock, rng) = (self.clock.clone(), &mut self.rng);
        Wallet::restore(&backup, &path, &passphrase, Occupied::Refuse, clock, rng).await.unwrap().0
    }

    /// The link to what a step fetches.
    fn link_to(&self, step: &str) -> String {
        let id = self.recording.step(step).request.path.rsplit('/').next().unwrap();
        let uri = RequestUri::new(self.recording.cast.relay.clone(), RequestId::parse(id).unwrap());
        RequestLink::new(self.recording.cast.shop.clone(), uri).to_text("passerby")
    }

    /// The relay's answer to an answer, as it was recorded.
    fn recorded_reply(&self, step: &str) -> AnsweredBody {
        serde_json::from_str(&self.recording.step(step).answer.body).unwrap()
    }
}

const BOTH: [Members; 2] = [Members::AsRecorded, Members::AndUnknownOnes];

/// Up to the relay's receipt, which is for the bytes of then: what was drawn since is not what it names.
#[tokio::test]
async fn a_request_and_a_passport_of_a_former_relay_are_understood() {
    for (recording, members) in Recording::all().iter().flat_map(|it| BOTH.map(|both| (it, both))) {
        let steps = ["fetch", "fetch-keys", "fetch-copy", "answer-keys", "answer-passport", "answer"];
        let relay = FormerRelay::start(recording, &steps, members).await;
        let mut person = Person::of(recording);
        let wallet = person.type_words().await;
        let remembered = &recording.cast.questions["granted"];
        person.is_at("fetch");
        let view = wallet.open_request(&remembered.link, &mut person.rng).await.unwrap();
        assert_eq!(view.sector, recording.cast.shop);
        assert_eq!((view.known_since, view.brought_back), (None, None));
        let needed: Vec<_> = view.needed.iter().map(|detail| detail.claim.clone()).collect();
        assert_eq!(needed, remembered.question.required);
        person.is_at("answer");
        let refused = wallet.approve(&view, &Answer::default(), &mut person.rng).await.unwrap_err();
        assert_eq!(refused.code(), "relay-receipt", "{refused}");
        let sent = relay.sent_to(&recording.step("answer").request.path);
        let sent = AnswerBody::parse_form(sent[0].as_bytes()).unwrap();
        assert!(sent.grant_claim.is_some(), "the passport was good enough to answer with");
        relay.end().await;
    }
}

/// A program is brought up between an answer and the relay's word for it.
#[tokio::test]
async fn an_answer_of_a_former_wallet_is_confirmed_by_a_former_relay() {
    for (recording, members) in Recording::all().iter().flat_map(|it| BOTH.map(|both| (it, both))) {
        let steps = ["retry", "retry-keys", "leave", "openings"];
        let relay = FormerRelay::start(recording, &steps, members).await;
        let mut person = Person::of(recording);
        person.is_at("retry");
        let wallet = person.restore_backup().await;
        let delivered = wallet.retry(&mut person.rng).await.unwrap().remove(0).result.unwrap();
        let step = recording.step("retry");
        assert_eq!(relay.sent_to(&step.request.path), [step.request.body.as_str()], "byte for byte");
        let reply = person.recorded_reply("retry");
        assert_eq!(Some(&delivered.grant_id), reply.grant_id.as_ref());
        assert!(delivered.return_to.as_str().starts_with(&reply.redirect_uri));
        person.is_at("leave");
        assert_eq!(wallet.leave_self_copies(None, &mut person.rng).await.unwrap().left, 1);
        person.is_at("openings");
        let (new, troubles) = wallet.refresh_openings(None, &mut person.rng).await.unwrap();
        assert_eq!((new, troubles.len()), (1, 0));
        let grant = wallet.shops().await.unwrap().remove(0).grants.remove(0);
        assert_eq!(grant.openings[0].reason, "packing order 7");
        relay.end().await;
    }
}

#[tokio::test]
async fn what_a_former_wallet_left_for_itself_comes_back_and_a_no_is_taken() {
    for (recording, members) in Recording::all().iter().flat_map(|it| BOTH.map(|both| (it, both))) {
        let steps = ["fetch-restored", "fetch-restored-keys", "fetch-restored-copy", "decline"];
        let relay = FormerRelay::start(recording, &steps, members).await;
        let mut person = Person::of(recording);
        let wallet = person.type_words().await;
        person.is_at("fetch-restored");
        let link = &recording.cast.questions["declined"].link;
        let view = wallet.open_request(link, &mut person.rng).await.unwrap();
        assert_eq!(view.brought_back, Some(BroughtBack::Copy { grants: 1 }));
        let grant = wallet.shops().await.unwrap().remove(0).grants.remove(0);
        assert_eq!(grant.grant_id, person.recorded_reply("retry").grant_id);
        person.is_at("decline");
        let declined = wallet.decline(None, Refusal::ThisTime, &mut person.rng).await.unwrap();
        let back = declined.return_to.unwrap();
        assert_eq!(back.as_str(), person.recorded_reply("decline").redirect_uri);
        let sent = relay.sent_to(&recording.step("decline").request.path);
        assert_eq!(sent, [recording.step("decline").request.body.as_str()]);
        relay.end().await;
    }
}

#[tokio::test]
async fn problems_of_a_former_relay_are_told_apart() {
    for (recording, members) in Recording::all().iter().flat_map(|it| BOTH.map(|both| (it, both))) {
        let cases =
            [("fetch-taken", "already-taken"), ("fetch-expired", "expired"), ("fetch-nothing", "not-found")];
        let relay = FormerRelay::start(recording, &cases.map(|(step, _)| step), members).await;
        let mut person = Person::of(recording);
        let wallet = person.type_words().await;
        for (step, word) in cases {
            person.is_at(step);
            assert!(recording.step(step).request.path.starts_with(&paths::fill(paths::REQUEST, "")));
            let refused = wallet.open_request(&person.link_to(step), &mut person.rng).await.unwrap_err();
            assert_eq!(refused.code(), word);
        }
        relay.end().await;
    }
}
