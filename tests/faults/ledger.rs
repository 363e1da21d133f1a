//! What was acknowledged to whom, written down at the moment the acknowledgement arrived.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use passerby_protocol::claim::ClaimName;
use passerby_protocol::passport::Order;
use url::Url;

use crate::shop::Asking;

/// What a person sent, by name.
pub type Values = BTreeMap<ClaimName, String>;

/// One transaction of a shop.
#[derive(Debug, Default)]
pub struct Purchase {
    pub shop: usize,
    /// The relay's confirmations to wallets.
    pub receipts: Vec<Receipt>,
    /// The names of grants that the shop was given.
    pub collected: BTreeSet<String>,
    pub order: Option<Order>,
    /// The reasons of openings that ended with a release in the shop's hands.
    pub openings: Vec<String>,
    /// A wallet was told that its refusal stands.
    pub declined: bool,
    /// The shop was told that three wrong codes ended it.
    pub burned: bool,
    /// The right code came too late by a clock that jumped between a collection that broke off and its repetition.
    pub overtaken: bool,
}

/// A confirmation that a wallet believed.
#[derive(Debug, Clone)]
pub struct Receipt {
    pub person: usize,
    pub asking: Arc<Asking>,
    pub grant_id: String,
    /// With the code, where the browser goes.
    pub back: Url,
    pub values: Values,
}

#[derive(Debug, Default)]
pub struct Ledger {
    purchases: Mutex<BTreeMap<String, Purchase>>,
    /// What was seen to be lost on the way.
    pub lost: Mutex<Vec<String>>,
}

impl Ledger {
    /// Writes into the line of a transaction, which begins with the first word about it.
    pub fn write(&self, shop: usize, asking: &Asking, write: impl FnOnce(&mut Purchase)) {
        let mut purchases = self.purchases();
        let purchase = purchases.entry(asking.transaction_id.as_str().to_owned()).or_default();
        purchase.shop = shop;
        write(purchase);
    }

    /// Something acknowledged is not there.
    pub fn note_lost(&self, what: impl Into<String>) {
        self.lost.lock().unwrap().push(what.into());
    }

    pub fn purchases(&self) -> MutexGuard<'_, BTreeMap<String, Purchase>> {
        self.purchases.lock().unwrap()
    }
}

impl Purchase {
    /// The names of all grants that anybody was given for it. More than one: it was doubled.
    pub fn grants(&self) -> BTreeSet<&str> {
        let of_wallets = self.receipts.iter().map(|receipt| receipt.grant_id.as_str());
        of_wallets.chain(self.collected.iter().map(String::as_str)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_grant_told_to_wallet_and_shop_is_one_and_another_is_another() {
        let mut purchase = Purchase { collected: ["a".to_owned()].into(), ..Purchase::default() };
        assert_eq!(purchase.grants().len(), 1);
        purchase.collected.insert("a".to_owned());
        assert_eq!(purchase.grants().len(), 1, "the same code twice");
        purchase.collected.insert("b".to_owned());
        assert_eq!(purchase.grants().len(), 2, "doubled");
    }
}
