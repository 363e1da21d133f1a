//! What wallets and shops do in a run: the seven steps, each tried again as the programs of this project try it again.

mod answering;
mod collecting;

use std::sync::Arc;

use passerby_protocol::keys::RelayKeys;
use passerby_protocol::random_id::TransactionId;
use rand_chacha::ChaCha20Rng;

pub use self::answering::code_in;
use crate::ledger::{Ledger, Receipt};
use crate::person::Person;
use crate::shop::{Asking, Said, Shop};
use crate::world::World;

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
