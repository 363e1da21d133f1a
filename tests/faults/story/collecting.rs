//! What a shop does: parks a question, collects the outcome, and opens what was released.

use passerby_protocol::passport::Order;
use passerby_protocol::reveal;
use passerby_protocol::time::Clock as _;
use passerby_wallet::SystemClock;
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};

use super::Scene;
use crate::ledger::{Receipt, Values};
use crate::shop::{Asking, Said};

/// How many connections may be left from before.
const STALE: u32 = 20;

impl Scene {
    /// Parks a question, the same bytes until the relay has them. `false`: it takes a fresh one.
    pub(super) async fn park(&self, asking: &Asking, rng: &mut ChaCha20Rng) -> bool {
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

    /// Wrong codes, until the relay says that it is over.
    pub(super) async fn burn(&self, receipt: &Receipt, rng: &mut ChaCha20Rng) {
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
    pub(super) async fn pack(&self, receipt: &Receipt, order: &Order, reason: &str, rng: &mut ChaCha20Rng) {
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
}
