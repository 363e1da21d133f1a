//! A person: a wallet without a window, and what stands in it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_wallet::{Answer, Optionals, Stretching, SystemClock, Wallet};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng as _;
use secrecy::SecretString;

use crate::ledger::Values;
use crate::shop::{OPTIONAL, claim};

pub struct Person {
    pub number: usize,
    pub wallet: Wallet,
    saved: Values,
}

impl Person {
    /// Makes a vault with the least stretching that is accepted, and puts this person's details into it.
    pub async fn make(number: usize, folder: &Path, rng: &mut ChaCha20Rng) -> Self {
        let passphrase = SecretString::from("four words nobody guesses");
        let path = folder.join(format!("{number}.db"));
        let clock = Arc::new(SystemClock);
        let wallet = Wallet::create(&path, &passphrase, Stretching::FLOOR, clock, rng).await.unwrap();
        let saved: Values = BTreeMap::from([
            (claim("name"), format!("Person {number}")),
            (claim("address.street_address"), format!("Große Straße {number}")),
            (claim("address.postal_code"), format!("{:05}", 10_000 + number)),
            (claim("address.locality"), "Berlin".to_owned()),
        ]);
        wallet.set_attributes(&attributes(&saved), rng).await.unwrap();
        Self { number, wallet, saved }
    }

    /// Yes, with a telephone number that no other answer has; and everything that goes with it.
    pub fn decide(&self, rng: &mut ChaCha20Rng) -> (Answer, Values) {
        let typed: Values = BTreeMap::from([(
            claim(OPTIONAL),
            format!("+49 30 {:010}{:010}", rng.next_u32(), rng.next_u32()),
        )]);
        let answer = Answer {
            optional: Optionals::Only([claim(OPTIONAL)].into()),
            typed: attributes(&typed),
            ..Answer::default()
        };
        let mut values = self.saved.clone();
        values.extend(typed);
        (answer, values)
    }
}

fn attributes(values: &Values) -> BTreeMap<ClaimName, AttributeValue> {
    values.iter().map(|(name, value)| (name.clone(), AttributeValue::new(value.clone()))).collect()
}
