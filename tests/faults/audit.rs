//! The ledger is held against the world, when all is well again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use passerby_testkit::rng;
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::ledger::{Ledger, Purchase, Receipt};
use crate::shop::Said;
use crate::story::{Scene, code_in};
use crate::town::Town;
use crate::world::World;

/// How long one line may take. Nothing fails any more.
const PATIENCE: Duration = Duration::from_mins(1);

/// What came out.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Verdict {
    /// Answers that a relay confirmed to a wallet.
    pub acknowledged: usize,
    /// Of these: not to be had any more, or not as it was sent.
    pub lost: usize,
    /// Transactions with more than one grant.
    pub doubled: usize,
    /// Burned, and still to be had.
    pub readable: usize,
    /// Tasks that did not end.
    pub hung: usize,
    /// What no relay may say.
    pub mistakes: usize,
    /// Collected while the reply broke off, and a clock that jumped took the time to collect again.
    pub overtaken: usize,
    pub burned: usize,
    pub declined: usize,
    /// Openings that ended with a release in a shop's hands, each of which the person was shown.
    pub openings: usize,
    pub notes: Vec<String>,
}

impl Verdict {
    pub fn is_clean(&self) -> bool {
        self.lost + self.doubled + self.readable + self.hung + self.mistakes == 0
    }

    /// Counts another one in; its notes stay with it.
    pub fn add(&mut self, other: &Self) {
        for (all, one) in [
            (&mut self.acknowledged, other.acknowledged),
            (&mut self.lost, other.lost),
            (&mut self.doubled, other.doubled),
            (&mut self.readable, other.readable),
            (&mut self.hung, other.hung),
            (&mut self.mistakes, other.mistakes),
            (&mut self.overtaken, other.overtaken),
            (&mut self.burned, other.burned),
            (&mut self.declined, other.declined),
            (&mut self.openings, other.openings),
        ] {
            *all += one;
        }
    }

    fn lose(&mut self, what: impl Into<String>) {
        self.lost += 1;
        self.notes.push(what.into());
    }
}

/// Asks shops and wallets for everything that was acknowledged. `grants` is how many the store itself holds.
pub async fn audit(town: &Town, world: &Arc<World>, ledger: &Arc<Ledger>, grants: Option<usize>) -> Verdict {
    let purchases = std::mem::take(&mut *ledger.purchases());
    let mut verdict =
        Verdict { declined: count(&purchases, |purchase| purchase.declined), ..Verdict::default() };
    for said in std::mem::take(&mut *ledger.lost.lock().unwrap()) {
        verdict.lose(said);
    }
    let relay_keys = town.relay_keys().await;
    let mut looking = JoinSet::new();
    for (place, (name, purchase)) in purchases.iter().enumerate() {
        if purchase.grants().len() > 1 {
            verdict.doubled += 1;
            verdict.notes.push(format!("{:?} at one transaction", purchase.grants()));
        }
        let Some(receipt) = purchase.receipts.first().cloned() else { continue };
        verdict.acknowledged += purchase.receipts.len();
        verdict.burned += usize::from(purchase.burned);
        verdict.overtaken += usize::from(purchase.overtaken);
        verdict.openings += purchase.openings.len();
        let scene = Scene {
            world: world.clone(),
            ledger: Arc::default(),
            shop: town.shops[purchase.shop].clone(),
            relay_keys: relay_keys.clone(),
        };
        let person = town.persons[receipt.person].clone();
        let (name, purchase) = (name.clone(), Line::of(purchase));
        // Other numbers than those that the run itself drew.
        let mut rng = rng::seeded(world.seed);
        rng.set_stream(1_000_000 + place as u64);
        looking.spawn(async move {
            let looked = timeout(PATIENCE, look(&scene, &purchase, &receipt, &person, &mut rng)).await;
            (name, purchase.burned, looked.unwrap_or_else(|_| Err("it cannot be had in time".to_owned())))
        });
    }
    while let Some(looked) = looking.join_next().await {
        let (name, burned, looked) = looked.unwrap();
        let Err(what) = looked else { continue };
        if burned {
            verdict.readable += 1;
            verdict.notes.push(format!("{name}: {what}"));
        } else {
            verdict.lose(format!("{name}: {what}"));
        }
    }
    if let Some(grants) = grants {
        let expected = count(&purchases, |purchase| !purchase.receipts.is_empty() && !purchase.burned);
        if grants != expected {
            verdict.notes.push(format!("the store holds {grants} grants, and {expected} were acknowledged"));
        }
        verdict.doubled += grants.saturating_sub(expected);
        verdict.lost += expected.saturating_sub(grants);
    }
    *ledger.purchases() = purchases;
    let mistakes = world.mistakes();
    verdict.mistakes = mistakes.len();
    verdict.notes.extend(mistakes);
    verdict
}

fn count(purchases: &BTreeMap<String, Purchase>, is: impl Fn(&Purchase) -> bool) -> usize {
    purchases.values().filter(|purchase| is(purchase)).count()
}

/// What of a purchase the look at it needs.
struct Line {
    order: Option<passerby_protocol::passport::Order>,
    openings: Vec<String>,
    burned: bool,
    overtaken: bool,
}

impl Line {
    fn of(purchase: &Purchase) -> Self {
        Self {
            order: purchase.order.clone(),
            openings: purchase.openings.clone(),
            burned: purchase.burned,
            overtaken: purchase.overtaken,
        }
    }
}

/// Whether one line holds; else what does not.
async fn look(
    scene: &Scene,
    line: &Line,
    receipt: &Receipt,
    person: &crate::person::Person,
    rng: &mut ChaCha20Rng,
) -> Result<(), String> {
    if line.burned {
        for _ in 0..2 {
            let said = scene.call_open(&receipt.grant_id, "it was burned", rng).await;
            if !is_no(&said, "not-found") {
                return Err(format!("burned, and opened: {said:?}"));
            }
            let said = scene.call_collect(&receipt.asking, &code_in(&receipt.back), rng).await;
            if !is_no(&said, "burned") {
                return Err(format!("burned, and collected: {said:?}"));
            }
        }
        return Ok(());
    }
    let order = match &line.order {
        Some(order) => order.clone(),
        // Its name is known to the wallet alone; that it is there, the store's own count says.
        None if line.overtaken => return Ok(()),
        None => scene.collect(receipt, rng).await.ok_or("it cannot be collected")?,
    };
    if order.grant_id != receipt.grant_id {
        return Err("the wallet and the shop have different grants".to_owned());
    }
    match scene.call_open(&order.grant_id, "the audit", rng).await {
        Said::Yes(opened) => {
            let read = scene.read(&order, opened["release"].as_str().unwrap_or_default());
            if read.as_ref() != Some(&receipt.values) {
                return Err("it opens to something else than was sent".to_owned());
            }
        }
        said => return Err(format!("it cannot be opened: {said:?}")),
    }
    let (_, troubles) = person.wallet.refresh_openings(Some(&scene.shop.sector), rng).await.unwrap();
    let shops = person.wallet.shops().await.unwrap();
    let mut grants = shops.iter().flat_map(|shop| &shop.grants);
    let grant = grants.find(|grant| grant.grant_id.as_deref() == Some(order.grant_id.as_str()));
    let shown = grant.ok_or("the wallet does not know it")?;
    for reason in line.openings.iter().map(String::as_str).chain(["the audit"]) {
        if !shown.openings.iter().any(|opening| opening.reason == reason) {
            return Err(format!("the person is not shown its opening ({} troubles)", troubles.len()));
        }
    }
    Ok(())
}

fn is_no(said: &Said, wanted: &str) -> bool {
    matches!(said, Said::No(word) if word == wanted)
}
