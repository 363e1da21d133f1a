//! What a person does: opens the link, says yes or no, and sends what was sealed until it is confirmed.

use std::sync::Arc;

use passerby_wallet::{Delivered, Refusal, RequestView, Sent, Trouble as _};
use rand_chacha::ChaCha20Rng;
use url::Url;

use super::Scene;
use crate::ledger::{Receipt, Values};
use crate::person::Person;
use crate::shop::{Asking, Said};

impl Scene {
    /// The person opens the link. `None`: it has run out, by a clock that is off.
    pub(super) async fn open(
        &self,
        person: &Person,
        asking: &Asking,
        rng: &mut ChaCha20Rng,
    ) -> Option<RequestView> {
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
    pub(super) async fn approve(
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

    pub(super) async fn decline(
        &self,
        person: &Person,
        asking: &Asking,
        view: &RequestView,
        rng: &mut ChaCha20Rng,
    ) {
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
