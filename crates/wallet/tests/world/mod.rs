//! A small world for the wallet: a shop that asks and opens, a relay that can be told to break, to be down, or to lie.
//!
//! The cryptography is the real one of `passerby-protocol`; only the relay's store and its checks are left out.

#![allow(dead_code, unused_imports, reason = "each test file uses its part of the world")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where its world does"
)]

mod relay;
mod shop;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::time::{Clock, Timestamp};
use passerby_testkit::clock::{NOON, TestClock};
use passerby_testkit::rng::seeded;
use passerby_wallet::{Answer, Delivered, Label, Marks, Optionals, RequestView, Stretching, Wallet};
use rand_chacha::ChaCha20Rng;
use secrecy::SecretString;
use tempfile::TempDir;

pub use relay::{Lie, Relay};
pub use shop::{Ask, MadeRequest, Shop};

pub struct World {
    pub clock: Arc<TestClock>,
    pub relay: Relay,
    pub shop: Shop,
    pub folder: TempDir,
    pub rng: ChaCha20Rng,
}

impl World {
    pub async fn new() -> Self {
        Self::at(NOON).await
    }

    /// A world whose clock begins at the given moment: the system's, for programs that read that.
    pub async fn at(now: Timestamp) -> Self {
        let clock = Arc::new(TestClock::at(now));
        let mut rng = seeded(7);
        let relay = Relay::start(clock.clone(), &mut rng).await;
        let shop = Shop::start(clock.now(), &mut rng).await;
        Self { clock, relay, shop, folder: tempfile::tempdir().unwrap(), rng }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A wallet with the person's details in it.
    pub async fn new_wallet(&mut self) -> Wallet {
        new_wallet(self.folder.path(), self.clock.clone(), &mut self.rng).await
    }
    /// The wallet of [`Self::new_wallet`] again, as another run of the program sees it.
    pub async fn reopen_wallet(&self) -> Wallet {
        let path = self.folder.path().join("vault.db");
        Wallet::open(&path, &passphrase(), self.clock.clone()).await.unwrap()
    }

    /// The shop parks a request at the relay; gives the link.
    pub fn ask(&mut self, ask: &Ask) -> String {
        self.shop.ask(&self.relay, ask, self.clock.now(), &mut self.rng)
    }

    /// Saves values under a label.
    pub async fn save(&mut self, wallet: &Wallet, text: &str, values: &[(&str, &str)]) {
        let value = |(name, value): &(&str, &str)| (claim(name), AttributeValue::new((*value).to_owned()));
        let values = values.iter().map(value).collect();
        wallet.save_attributes(&values, &label(text), Marks::default(), &mut self.rng).await.unwrap();
    }

    /// What the shop's packing table reads.
    pub fn opened(&self, link: &str, delivered: &Delivered) -> BTreeMap<ClaimName, String> {
        let url = &delivered.return_to;
        let handed = url.query_pairs().find(|(name, _)| name == "passerby_claim").unwrap().1.into_owned();
        self.shop.open(&self.relay, link, &handed, self.now())
    }

    pub async fn open(&mut self, wallet: &Wallet, ask: &Ask) -> RequestView {
        let link = self.ask(ask);
        wallet.open_request(&link, &mut self.rng).await.unwrap()
    }
}

pub fn passphrase() -> SecretString {
    SecretString::from("correct horse battery staple")
}

pub fn claim(name: &str) -> ClaimName {
    ClaimName::parse(name).unwrap()
}

pub fn label(text: &str) -> Label {
    Label::parse(text).unwrap()
}

/// Yes, with these optional details.
pub fn yes(optional: &[&str]) -> Answer {
    Answer {
        optional: Optionals::Only(optional.iter().map(|name| claim(name)).collect()),
        ..Answer::default()
    }
}

/// A wallet with the person's details in it.
pub async fn new_wallet(folder: &Path, clock: Arc<TestClock>, rng: &mut ChaCha20Rng) -> Wallet {
    let wallet =
        Wallet::create(&folder.join("vault.db"), &passphrase(), Stretching::FLOOR, clock, rng).await.unwrap();
    let values = [
        ("name", "Ada Passerby"),
        ("email", "ada@home.example"),
        ("address.street_address", "Long Lane 12"),
        ("address.postal_code", "01234"),
    ];
    let values = values.map(|(name, value)| (claim(name), AttributeValue::new(value.to_owned())));
    wallet.set_attributes(&values.into_iter().collect(), rng).await.unwrap();
    wallet
}
