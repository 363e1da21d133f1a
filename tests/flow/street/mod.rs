//! Where the story takes place: a relay on loopback, a shop with its own host, a person's computer.

mod shop;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::{RelayKeys, SigningKey};
use passerby_relay::period::KeysFolder;
use passerby_relay::{Identity, RelayState, serve};
use passerby_relay_store::RelayStore;
use passerby_relay_store_postgres::{PostgresStore, fresh};
use passerby_relay_store_sqlite::SqliteStore;
use passerby_testkit::clock::{NOON, TestClock};
use passerby_testkit::rng;
use passerby_wallet::{Answer, Optionals, Stretching, Wallet};
use rand_chacha::ChaCha20Rng;
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::net::TcpListener;

pub use shop::{Asking, Shop};

/// Everything, running.
pub struct Street {
    pub clock: Arc<TestClock>,
    pub relay_keys: RelayKeys,
    pub shop: Shop,
    pub rng: ChaCha20Rng,
    pub folder: TempDir,
}

impl Street {
    /// A relay that knows the shop, a shop that is open, and nobody there yet.
    pub async fn new() -> Self {
        let [relay, shop] = [
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
        ];
        let (mut street, state) = Self::lay_out(relay.local_addr().unwrap(), shop).await;
        tokio::spawn(serve(relay, None, state, std::future::pending()));
        street.shop.attest(&mut street.rng).await;
        street
    }

    /// The same before the relay, which is to be reached at this address, has begun to serve.
    pub async fn lay_out(relay: SocketAddr, shop: TcpListener) -> (Self, RelayState) {
        let clock = Arc::new(TestClock::default());
        let mut rng = rng::seeded(11);
        let folder = tempfile::tempdir().unwrap();
        let issuer = Issuer::parse(&format!("http://{relay}")).unwrap();
        let relay_key = SigningKey::make(&mut rng);
        let relay_keys = RelayKeys::new(issuer.clone(), [relay_key.public()]);
        let shop = Shop::open(shop, issuer.clone(), clock.clone(), &mut rng);

        let store = open_store(&folder).await;
        let root = shop.root.public().jkt();
        store.add_shop(shop.sector.as_str(), root.as_str(), NOON.seconds()).await.unwrap();
        let identity = Identity::new(issuer, relay_key, true).unwrap();
        let keys = KeysFolder::at(folder.path().join("keys"));
        let state = RelayState::new(identity, store, clock.clone(), rng::seeded(12), &keys);
        (Self { clock, relay_keys, shop, rng, folder }, state)
    }

    /// Anna's wallet, with her details in it.
    pub async fn anna(&mut self) -> Wallet {
        let wallet = Wallet::create(
            &self.vault(),
            &passphrase(),
            Stretching::FLOOR,
            self.clock.clone(),
            &mut self.rng,
        )
        .await
        .unwrap();
        wallet.set_attributes(&details(), &mut self.rng).await.unwrap();
        wallet
    }

    /// Another person's wallet.
    pub async fn somebody_else(&mut self) -> Wallet {
        let path = self.folder.path().join("other.db");
        Wallet::create(&path, &passphrase(), Stretching::FLOOR, self.clock.clone(), &mut self.rng)
            .await
            .unwrap()
    }

    /// Where Anna's vault is.
    pub fn vault(&self) -> PathBuf {
        self.folder.path().join("anna.db")
    }

    /// The shop asks; gives what it remembers, and the link.
    pub async fn ask(&mut self) -> Asking {
        self.shop.ask(&mut self.rng).await
    }
}

/// A SQLite file, or PostgreSQL for the program that tells the story on it.
async fn open_store(folder: &TempDir) -> Arc<dyn RelayStore> {
    if env!("CARGO_CRATE_NAME") == "flow_postgres" {
        let address = fresh::make_address().await.unwrap_or_else(|error| panic!("{error}"));
        Arc::new(PostgresStore::open(&address).await.unwrap())
    } else {
        Arc::new(SqliteStore::open(&folder.path().join("relay.db")).await.unwrap())
    }
}

pub fn passphrase() -> SecretString {
    SecretString::from("four words nobody guesses")
}

pub fn claim(name: &str) -> ClaimName {
    ClaimName::parse(name).unwrap()
}

/// Anna's details.
pub fn details() -> BTreeMap<ClaimName, AttributeValue> {
    let details = [
        ("name", "Anna Beispiel"),
        ("email", "anna@post.example"),
        ("phone_number", "+49 30 901820"),
        ("address.street_address", "Große Straße 12"),
        ("address.postal_code", "10115"),
        ("address.locality", "Berlin"),
        ("birthdate", "1990-01-31"),
    ];
    details.into_iter().map(|(name, value)| (claim(name), AttributeValue::new(value.to_owned()))).collect()
}

/// Yes, with these of the optional details.
pub fn yes_and(optional: &[&str]) -> Answer {
    Answer {
        optional: Optionals::Only(optional.iter().map(|name| claim(name)).collect()),
        ..Answer::default()
    }
}
