//! Records what this version's wallet, shop and relay say to each other, into `tests/recorded/<version>/`. A recording that is there
//! is left alone: signatures are random, so that a part of one made anew would fit nothing else in it.
//!
//! ```sh
//! cargo run -p passerby-tests --example write_recording
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a tool for developers: what goes wrong is said and ends it"
)]

#[path = "recorder.rs"]
mod recorder;
#[path = "story.rs"]
#[allow(dead_code, reason = "what reads a recording is for the tests")]
mod story;
#[path = "../flow/street/mod.rs"]
#[allow(dead_code, reason = "the story needs a part of the street")]
mod street;

use std::sync::Arc;

use passerby_protocol::keys::RootSecret;
use passerby_protocol::random_id::TransactionId;
use passerby_relay_api::answer::AnswerBody;
use passerby_relay_api::paths;
use passerby_wallet::{DamagedRecords, RecoveryWords, Refusal, SendError, Stretching, Trouble as _, Wallet};
use rand_chacha::ChaCha20Rng;
use recorder::Recorder;
use reqwest::Method;
use serde_json::{Value, json};
use street::{Asking, Street, details, passphrase, yes_and};
use tokio::net::TcpListener;

/// Where the relay is: the messages say so, and today's wallet is to find a relay there. Below the ports that systems hand out by
/// themselves.
const RELAY: &str = "127.0.0.1:27180";
/// Where the shop is.
const SHOP: &str = "127.0.0.1:27181";

#[tokio::main]
async fn main() {
    let folder = story::folder().join(env!("CARGO_PKG_VERSION"));
    if folder.exists() {
        println!("{} is there, and left as it is", folder.display());
        return;
    }
    let [relay, shop] = [
        TcpListener::bind(RELAY).await.expect("the relay's port"),
        TcpListener::bind(SHOP).await.expect("the shop's port"),
    ];
    let (street, state) = Street::lay_out(relay.local_addr().unwrap(), shop).await;
    let recorder = Recorder::start(relay, state, street.clock.clone(), street.folder.path()).await;
    let mut teller = Teller { street, recorder, questions: Vec::new() };
    teller.tell().await;
    let written = teller.recorder.write(&folder, &teller.cast()).await;
    println!("{written} steps written to {}", folder.display());
}

/// Plays the story.
struct Teller {
    street: Street,
    recorder: Arc<Recorder>,
    questions: Vec<(&'static str, Asking)>,
}

impl Teller {
    async fn tell(&mut self) {
        self.called("attest");
        self.street.shop.attest(&mut self.street.rng).await;

        // Anna has moved to another computer, with her words. Nothing was left at this relay yet.
        let anna = self.wallet_from_words("anna").await;
        anna.set_attributes(&details(), &mut self.street.rng).await.unwrap();
        let asking = self.ask("granted", "park").await;
        self.look(&asking.transaction_id, "look-waiting", "").await;
        self.look(&asking.transaction_id, "events-waiting", "/events").await;
        self.street.clock.turn(7);
        self.called("fetch");
        let view = anna.open_request(&asking.link, &mut self.street.rng).await.unwrap();
        self.look(&asking.transaction_id, "look-fetched", "").await;
        self.look(&asking.transaction_id, "events-fetched", "/events").await;
        self.called("fetch-taken");
        let other = self.street.somebody_else().await;
        assert_eq!(refused(&other, &asking.link, &mut self.street.rng).await, "already-taken");

        // The answer arrives, and the relay's word that it did is lost.
        self.street.clock.turn(20);
        self.called("answer");
        self.recorder.lose_the_next("POST", &paths::fill(paths::RESPONSE, "")).await;
        let lost = anna.approve(&view, &yes_and(&["phone_number"]), &mut self.street.rng).await.unwrap_err();
        assert_eq!(lost.sent(), passerby_wallet::Sent::Maybe, "{lost}");
        let backup = self.street.folder.path().join(story::UNCONFIRMED);
        anna.back_up(&backup, DamagedRecords::Refuse, &mut self.street.rng).await.unwrap();
        self.recorder.keep(story::UNCONFIRMED, std::fs::read_to_string(backup).unwrap()).await;
        self.street.clock.turn(60);
        self.called("retry");
        let retried: Result<_, SendError> = anna.retry(&mut self.street.rng).await.unwrap().remove(0).result;
        let delivered = retried.unwrap();
        self.called("leave");
        assert_eq!(anna.leave_self_copies(None, &mut self.street.rng).await.unwrap().left, 1);

        // The browser is back.
        self.look(&asking.transaction_id, "look-answered", "").await;
        self.look(&asking.transaction_id, "events-answered", "/events").await;
        self.called("collect-wrong");
        assert_eq!(self.collect(&asking, "d3JvbmctY29kZS13cm9uZy1jb2Rl").await.0, 403);
        for name in ["collect", "collect-again"] {
            self.street.clock.turn(5);
            self.called(name);
            let (back, keys) = (&delivered.return_to, &self.street.relay_keys);
            let order = self.street.shop.collect(&asking, back, keys, &mut self.street.rng).await.unwrap();
            if name == "collect-again" {
                self.called("open");
                let opened =
                    self.street.shop.open_label(&order, "packing order 7", &mut self.street.rng).await;
                assert_eq!(opened.unwrap().len(), 5);
            }
        }
        self.street.clock.turn(5);
        self.called("openings");
        assert_eq!(anna.refresh_openings(None, &mut self.street.rng).await.unwrap().0, 1);

        self.tell_of_a_restore().await;
        self.tell_of_a_wallet_of_another_make().await;
        self.tell_of_an_end(&other).await;
    }

    /// The words on a third computer: the relay has something for her. She says no.
    async fn tell_of_a_restore(&mut self) {
        let asking = self.ask("declined", "park-second").await;
        let anna = self.wallet_from_words("restored").await;
        self.called("fetch-restored");
        let view = anna.open_request(&asking.link, &mut self.street.rng).await.unwrap();
        assert!(view.known_since.is_some());
        self.called("decline");
        anna.decline(Some(view.number), Refusal::ThisTime, &mut self.street.rng).await.unwrap();
        self.called("collect-declined");
        let code = self.recorder.last_code().await;
        assert_eq!(self.collect(&asking, &code).await.1, json!({ "outcome": "declined" }));
    }

    /// One that knows OpenID4VP only. The relay cannot see what is inside, so Anna's answer will do.
    async fn tell_of_a_wallet_of_another_make(&mut self) {
        let asking = self.ask("of another make", "park-third").await;
        let response_uri = &asking.question.context.response_uri;
        let id = response_uri.rsplit('/').next().unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let relay = format!("http://{RELAY}");
        self.called("fetch-bare");
        let call = http.get(format!("{relay}{}", paths::fill(paths::REQUEST, id)));
        let fetched = call.header("accept", "application/oauth-authz-req+jwt").send().await.unwrap();
        assert_eq!(fetched.status(), 200);
        let form = self.recorder.find_body("answer").await;
        let jwe = AnswerBody::parse_form(form.as_bytes()).unwrap().response;
        let form = AnswerBody { response: jwe, ..AnswerBody::default() }.to_form();
        self.called("answer-bare");
        let call = http.post(response_uri).header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(call.body(form).send().await.unwrap().status(), 200);
        self.called("collect-bare");
        let code = self.recorder.last_code().await;
        assert_eq!(self.collect(&asking, &code).await.0, 200);
        self.called("health");
        assert_eq!(http.get(format!("{relay}/health")).send().await.unwrap().status(), 200);
    }

    /// Nobody answers.
    async fn tell_of_an_end(&mut self, other: &Wallet) {
        let asking = self.ask("expired", "park-last").await;
        self.street.clock.turn(1_800 + 121);
        self.look(&asking.transaction_id, "look-expired", "").await;
        self.look(&asking.transaction_id, "events-expired", "/events").await;
        self.called("fetch-expired");
        assert_eq!(refused(other, &asking.link, &mut self.street.rng).await, "expired");
        self.called("fetch-nothing");
        let nowhere = asking.link.split_at(asking.link.len() - 22).0.to_owned() + "bm90aGluZy1pcy1wYXJrZWQ";
        assert_eq!(refused(other, &nowhere, &mut self.street.rng).await, "not-found");
    }

    /// What the next calls are called.
    fn called(&self, name: &'static str) {
        self.recorder.call(name);
    }

    async fn ask(&mut self, becomes: &'static str, name: &'static str) -> Asking {
        self.called(name);
        let asking = self.street.ask().await;
        let kept = Asking {
            link: asking.link.clone(),
            transaction_id: asking.transaction_id.clone(),
            question: asking.question.clone(),
        };
        self.questions.push((becomes, kept));
        asking
    }

    async fn wallet_from_words(&mut self, name: &str) -> Wallet {
        let words = words();
        let path = self.street.folder.path().join(format!("{name}.db"));
        let (clock, rng) = (self.street.clock.clone(), &mut self.street.rng);
        Wallet::restore_from_words(&path, &words, &passphrase(), Stretching::FLOOR, clock, rng).await.unwrap()
    }

    async fn look(&mut self, id: &TransactionId, name: &'static str, further: &str) {
        self.called(name);
        let path = format!("{}{further}", paths::fill(paths::TRANSACTION, id.as_str()));
        let call = self.street.shop.call(Method::GET, &path, Vec::new(), &mut self.street.rng);
        assert_eq!(call.send().await.unwrap().status(), 200, "{name}");
    }

    async fn collect(&mut self, asking: &Asking, code: &str) -> (u16, Value) {
        let path = paths::fill(paths::COLLECT, asking.transaction_id.as_str());
        let body = json!({ "response_code": code });
        self.street.shop.try_post(&path, &body, &mut self.street.rng).await
    }

    fn cast(&self) -> story::Cast {
        let jwk = |text: &str| serde_json::from_str(text).unwrap();
        let shop = &self.street.shop;
        let remember = |(name, asking): &(&str, Asking)| {
            let remembered = story::Remembered {
                link: asking.link.clone(),
                transaction_id: asking.transaction_id.as_str().to_owned(),
                question: asking.question.clone(),
            };
            ((*name).to_owned(), remembered)
        };
        story::Cast {
            relay: self.street.relay_keys.issuer().clone(),
            relay_key: jwk(&self.recorder.relay_key().to_jwk().unwrap()),
            shop: shop.sector.clone(),
            statement: shop.statement.lock().unwrap().clone(),
            release_key: jwk(&shop.release_key.to_jwk()),
            words: words().iter().collect::<Vec<_>>().join(" "),
            passphrase: secrecy::ExposeSecret::expose_secret(&passphrase()).to_owned(),
            questions: self.questions.iter().map(remember).collect(),
        }
    }
}

fn words() -> RecoveryWords {
    RecoveryWords::of(&RootSecret::from_bytes([7; 32].into())).unwrap()
}

async fn refused(wallet: &Wallet, link: &str, rng: &mut ChaCha20Rng) -> &'static str {
    wallet.open_request(link, rng).await.unwrap_err().code()
}
