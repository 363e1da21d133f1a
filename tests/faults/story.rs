//! What wallets and shops do in a run: the seven steps, each tried again as the programs of this project try it again.

use std::sync::Arc;

use passerby_protocol::keys::RelayKeys;
use passerby_protocol::passport::Order;
use passerby_protocol::random_id::TransactionId;
use passerby_protocol::reveal;
use passerby_protocol::time::Clock as _;
use passerby_wallet::{Delivered, Refusal, RequestView, Sent, SystemClock, Trouble as _};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use url::Url;

use crate::ledger::{Ledger, Receipt, Values};
use crate::person::Person;
use crate::shop::{Asking, Said, Shop};
use crate::world::World;

/// How many connections may be left from before.
const STALE: u32 = 20;

/// What a task does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The person says yes, the shop collects and opens.
    Buy,
    /// The person says no.
    Decline,
    /// Somebody with wrong codes comes before the person's browser.
    Burn,
    /// The shop's server and its page collect at the same time, and two people pack.
    Twice,
}

/// One person, one shop, one world.
#[derive(Clone)]
pub struct Scene {
    pub world: Arc<World>,
    pub ledger: Arc<Ledger>,
    pub shop: Arc<Shop>,
    pub relay_keys: RelayKeys,
}

impl Scene {
    /// The whole story; ends when it has ended well, or has ended as it was meant to.
    pub async fn play(&self, person: &Person, part: Part, rng: &mut ChaCha20Rng) {
        loop {
            let asking = self.shop.make_asking(TransactionId::make(rng), rng);
            if !self.park(&asking, rng).await {
                continue;
            }
            let Some(view) = self.open(person, &asking, rng).await else { continue };
            if part == Part::Decline {
                return self.decline(person, &asking, &view, rng).await;
            }
            let Some(receipt) = self.approve(person, &asking, view, rng).await else { continue };
            return self.finish(&receipt, person, part, rng).await;
        }
    }

    /// Two persons answer two requests of one transaction at the same time: one of them is heard.
    pub async fn race(&self, one: &Person, other: &Person, mut rngs: [ChaCha20Rng; 2]) {
        loop {
            let transaction_id = TransactionId::make(&mut rngs[0]);
            let link = self.shop.make_asking(transaction_id.clone(), &mut rngs[0]);
            let code = self.shop.make_asking(transaction_id, &mut rngs[1]);
            if !self.park(&link, &mut rngs[0]).await || !self.park(&code, &mut rngs[0]).await {
                continue;
            }
            let [first, second] = &mut rngs;
            let (one_did, other_did) =
                tokio::join!(self.answer(one, &link, first), self.answer(other, &code, second));
            let (receipt, winner) = match (one_did, other_did) {
                (Some(receipt), _) => (receipt, one),
                (None, Some(receipt)) => (receipt, other),
                (None, None) => continue,
            };
            return self.finish(&receipt, winner, Part::Buy, &mut rngs[0]).await;
        }
    }

    async fn answer(&self, person: &Person, asking: &Arc<Asking>, rng: &mut ChaCha20Rng) -> Option<Receipt> {
        let view = self.open(person, asking, rng).await?;
        self.approve(person, asking, view, rng).await
    }

    async fn finish(&self, receipt: &Receipt, person: &Person, part: Part, rng: &mut ChaCha20Rng) {
        self.world.step();
        // Whether the copy is left makes no difference to anything else.
        drop(person.wallet.leave_self_copies(Some(&self.shop.sector), rng).await);
        if part == Part::Burn {
            return self.burn(receipt, rng).await;
        }
        let Some(order) = self.collect(receipt, rng).await else { return };
        if part == Part::Twice {
            drop(self.collect(receipt, rng).await);
            self.pack(receipt, &order, "a second look", rng).await;
        }
        self.pack(receipt, &order, "packing", rng).await;
    }

    /// Parks a question, the same bytes until the relay has them. `false`: it takes a fresh one.
    async fn park(&self, asking: &Asking, rng: &mut ChaCha20Rng) -> bool {
        let mut tries = 0;
        loop {
            self.world.step();
            match self.shop.call("/v1/requests", &asking.body, rng).await {
                Said::Yes(_) => return true,
                // By a clock that is off, this is too old or too new, or the relay's own word is.
                Said::No(word) if word == "request-refused" || word == "statement-refused" => {
                    self.world.pause(&mut tries).await;
                    self.shop.attest(rng).await;
                    return false;
                }
                said => self.try_again("park", &said, &mut tries).await,
            }
        }
    }

    /// The person opens the link. `None`: it has run out, by a clock that is off.
    async fn open(&self, person: &Person, asking: &Asking, rng: &mut ChaCha20Rng) -> Option<RequestView> {
        let mut tries = 0;
        loop {
            self.world.step();
            let trouble = match person.wallet.open_request(&asking.link, rng).await {
                Ok(view) => return Some(view),
                Err(trouble) => trouble,
            };
            match trouble.code() {
                "expired" => return None,
                "not-found" => {
                    self.ledger.note_lost("a parked request is not there");
                    return None;
                }
                // Signed by a relay whose clock was off, perhaps: the shop asks for its word again and makes a fresh one.
                _ if tries > 6 && self.world.clock_jumps => {
                    self.shop.attest(rng).await;
                    return None;
                }
                code => self.try_again_after(code, &mut tries).await,
            }
        }
    }

    /// The person says yes, and what was sealed is sent until it is confirmed. `None`: it has run out, or somebody else was heard.
    async fn approve(
        &self,
        person: &Person,
        asking: &Arc<Asking>,
        mut view: RequestView,
        rng: &mut ChaCha20Rng,
    ) -> Option<Receipt> {
        let (answer, values) = person.decide(rng);
        let mut tries = 0;
        loop {
            self.world.step();
            let trouble = match person.wallet.approve(&view, &answer, rng).await {
                Ok(delivered) => return Some(self.note(person, asking, delivered, values)),
                Err(trouble) => trouble,
            };
            if trouble.sent() == Sent::Maybe {
                match self.retry(person, view.number, rng).await {
                    Retried::Arrived(delivered) => {
                        return Some(self.note(person, asking, delivered, values));
                    }
                    Retried::Over => return None,
                    Retried::NotTaken => {}
                }
            } else {
                match trouble.code() {
                    "expired" | "already-answered" => return None,
                    "not-found" => {
                        self.ledger.note_lost("a fetched request is not there");
                        return None;
                    }
                    "changed" => view = self.open(person, asking, rng).await?,
                    _ if tries > 6 && self.world.clock_jumps => return None,
                    code => self.try_again_after(code, &mut tries).await,
                }
            }
        }
    }

    /// What may have left is sent again, byte for byte, until it is known what became of it.
    async fn retry(&self, person: &Person, number: u32, rng: &mut ChaCha20Rng) -> Retried {
        let mut tries = 0;
        loop {
            self.world.pause(&mut tries).await;
            self.world.step();
            let retried = person.wallet.retry(rng).await.unwrap();
            let Some(own) = retried.into_iter().find(|retried| retried.number == number) else {
                return Retried::NotTaken;
            };
            let trouble = match own.result {
                Ok(delivered) => return Retried::Arrived(delivered),
                Err(trouble) => trouble,
            };
            match (trouble.sent(), trouble.code()) {
                (_, "already-answered" | "expired") => return Retried::Over,
                (_, "unclear" | "relay-receipt" | "redirect-foreign") => {
                    self.ledger.note_lost(format!("after a retry: {}", trouble.code()));
                    return Retried::Over;
                }
                (Sent::NotTaken, _) => return Retried::NotTaken,
                (_, code) => self.look_at(code),
            }
        }
    }

    fn note(&self, person: &Person, asking: &Arc<Asking>, delivered: Delivered, values: Values) -> Receipt {
        let receipt = Receipt {
            person: person.number,
            asking: asking.clone(),
            grant_id: delivered.grant_id,
            back: delivered.return_to,
            values,
        };
        self.ledger.write(self.shop.number, asking, |purchase| purchase.receipts.push(receipt.clone()));
        receipt
    }

    async fn decline(&self, person: &Person, asking: &Asking, view: &RequestView, rng: &mut ChaCha20Rng) {
        self.world.step();
        let declined = person.wallet.decline(Some(view.number), Refusal::ThisTime, rng).await.unwrap();
        // A refusal is told once. If the relay did not hear it, the shop's page learns it when the request runs out.
        let (true, Some(back)) = (declined.told, declined.return_to) else { return };
        let mut tries = 0;
        loop {
            self.world.step();
            match self.call_collect(asking, &code_in(&back), rng).await {
                Said::Yes(outcome) => {
                    if outcome["outcome"] != "declined" {
                        self.world.note_mistake("a refusal became something else");
                    }
                    return self.ledger.write(self.shop.number, asking, |purchase| purchase.declined = true);
                }
                Said::No(word) if word == "not-found" || word == "code-wrong" => {
                    return self.ledger.note_lost("a refusal that was acknowledged");
                }
                Said::No(word) if word == "code-used" && self.world.clock_jumps => return,
                said => self.try_again("collect", &said, &mut tries).await,
            }
        }
    }

    /// Wrong codes, until the relay says that it is over.
    async fn burn(&self, receipt: &Receipt, rng: &mut ChaCha20Rng) {
        let (asking, mut tries) = (&receipt.asking, 0);
        loop {
            self.world.step();
            match self.call_collect(asking, "wrong", rng).await {
                Said::No(word) if word == "burned" => {
                    return self.ledger.write(self.shop.number, asking, |purchase| purchase.burned = true);
                }
                Said::No(word) if word == "code-wrong" => {}
                Said::No(word) if word == "not-found" => {
                    return self.ledger.note_lost("the transaction of an answer that was acknowledged");
                }
                said => self.try_again("burn", &said, &mut tries).await,
            }
        }
    }

    /// The browser is back: the shop collects, until it has the outcome, and checks it.
    pub async fn collect(&self, receipt: &Receipt, rng: &mut ChaCha20Rng) -> Option<Order> {
        let (asking, mut tries) = (&receipt.asking, 0);
        let query: std::collections::BTreeMap<_, _> = receipt.back.query_pairs().into_owned().collect();
        loop {
            self.world.step();
            match self.call_collect(asking, &query["response_code"], rng).await {
                Said::Yes(outcome) => {
                    let grant_id = outcome["grant_id"].as_str().unwrap_or_default().to_owned();
                    let order = asking.question.accept(
                        &grant_id,
                        outcome["grant_claim"].as_str().unwrap_or_default(),
                        &query["passerby_claim"],
                        &self.relay_keys,
                        &self.shop.sector,
                        SystemClock.now(),
                    );
                    self.ledger.write(self.shop.number, asking, |purchase| {
                        purchase.collected.insert(grant_id);
                        purchase.order = order.as_ref().ok().cloned();
                    });
                    if let Err(refused) = &order {
                        self.ledger.note_lost(format!("a grant claim: {}", refused.word()));
                    }
                    return order.ok();
                }
                Said::No(word) if word == "code-used" && self.world.clock_jumps && tries > 0 => {
                    self.ledger.write(self.shop.number, asking, |purchase| purchase.overtaken = true);
                    return None;
                }
                Said::No(word)
                    if ["not-found", "code-wrong", "code-used", "burned"].contains(&word.as_str()) =>
                {
                    self.ledger.note_lost(format!("an answer that was acknowledged: {word}"));
                    return None;
                }
                said => self.try_again("collect", &said, &mut tries).await,
            }
        }
    }

    /// Opens a release, and compares it with what was sent.
    async fn pack(&self, receipt: &Receipt, order: &Order, reason: &str, rng: &mut ChaCha20Rng) {
        let mut tries = 0;
        loop {
            self.world.step();
            match self.call_open(&order.grant_id, reason, rng).await {
                Said::Yes(opened) => {
                    self.ledger.write(self.shop.number, &receipt.asking, |purchase| {
                        purchase.openings.push(reason.to_owned());
                    });
                    if self.read(order, opened["release"].as_str().unwrap_or_default()).as_ref()
                        != Some(&receipt.values)
                    {
                        self.ledger.note_lost("a release that is not what was sent");
                    }
                    return;
                }
                Said::No(word) if word == "not-found" => {
                    return self.ledger.note_lost("a release that was collected");
                }
                said => self.try_again("open", &said, &mut tries).await,
            }
        }
    }

    pub async fn call_collect(&self, asking: &Asking, code: &str, rng: &mut ChaCha20Rng) -> Said {
        let path = format!("/v1/transactions/{}/collect", asking.transaction_id.as_str());
        self.call(&path, &json!({ "response_code": code }), rng).await
    }

    pub async fn call_open(&self, grant_id: &str, reason: &str, rng: &mut ChaCha20Rng) -> Said {
        self.call(&format!("/v1/grants/{grant_id}/openings"), &json!({ "reason": reason }), rng).await
    }

    /// When nothing fails any more, a connection from before, on which nobody answers, is not taken for an answer.
    async fn call(&self, path: &str, body: &Value, rng: &mut ChaCha20Rng) -> Said {
        for _ in 0..STALE {
            match self.shop.call(path, body, rng).await {
                Said::Broke if self.world.is_calm() => {}
                said => return said,
            }
        }
        Said::Broke
    }

    /// What is in a sealed release. `None`: it does not open.
    pub fn read(&self, order: &Order, release: &str) -> Option<Values> {
        let keys = std::slice::from_ref(&self.shop.release_key);
        let disclosed = reveal::open(order, release, keys, SystemClock.now()).ok()?;
        Some(disclosed.values.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect())
    }

    async fn try_again(&self, step: &str, said: &Said, tries: &mut u32) {
        match said {
            Said::No(word) => self.look_at(word),
            Said::Yes(answer) => self.world.note_mistake(format!("{step}: {answer}")),
            Said::Broke => {}
        }
        self.world.pause(tries).await;
    }

    async fn try_again_after(&self, code: &str, tries: &mut u32) {
        self.look_at(code);
        self.world.pause(tries).await;
    }

    /// What a relay says while something fails must still be what it means to say.
    fn look_at(&self, code: &str) {
        let own_clock = ["shop-proof", "wallet-proof", "passport-refused", "claim-refused"];
        let never = ["failed", "malformed", "already-parked", "already-taken", "shop-unknown", "vault"];
        if never.contains(&code) || (own_clock.contains(&code) && !self.world.clock_jumps) {
            self.world.note_mistake(format!("the word {code}"));
        }
    }
}

enum Retried {
    Arrived(Delivered),
    /// The relay says that it has nothing: the person may answer again.
    NotTaken,
    /// It has run out, or somebody else was heard.
    Over,
}

pub fn code_in(back: &Url) -> String {
    let found = back.query_pairs().find(|(name, _)| name == "response_code");
    found.map(|(_, code)| code.into_owned()).unwrap_or_default()
}
