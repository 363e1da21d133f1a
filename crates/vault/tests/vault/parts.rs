//! What every test of this box needs: a folder, a vault in it, records to keep, and a hand that alters the file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use passerby_vault::{Keyring, KeyringError, NewSlots, Record, RecordId, RecoverySecret, Stretching, Vault};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use secrecy::{SecretSlice, SecretString};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use tempfile::TempDir;

/// 2026-11-22, in Unix seconds.
pub const NOW: i64 = 1_795_000_000;

pub fn passphrase() -> SecretString {
    SecretString::from("correct horse battery staple")
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    pub claim: String,
    pub value: String,
}

impl Record for Attribute {
    const KIND: &'static str = "attribute";
}

impl Attribute {
    pub fn new(claim: &str, value: &str) -> Self {
        Self { claim: claim.to_owned(), value: value.to_owned() }
    }
}

/// The exact bytes of something waiting to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel(pub Vec<u8>);

impl Record for Parcel {
    const KIND: &'static str = "parcel";
}

/// What the person's words spell.
pub fn words() -> RecoverySecret {
    RecoverySecret::new(&[5; 32])
}

/// A keyring in memory, which can be made to misbehave. The system's own is tested in keyring.rs.
pub struct TestKeyring {
    pub store: &'static str,
    pub held: Mutex<BTreeMap<String, Vec<u8>>>,
    pub trouble: Mutex<Option<KeyringError>>,
}

impl TestKeyring {
    pub fn new(store: &'static str) -> Arc<Self> {
        Arc::new(Self { store, held: Mutex::default(), trouble: Mutex::default() })
    }

    fn ready(&self) -> Result<(), KeyringError> {
        self.trouble.lock().unwrap().clone().map_or(Ok(()), Err)
    }

    pub fn names(&self) -> Vec<String> {
        self.held.lock().unwrap().keys().cloned().collect()
    }
}

impl Keyring for TestKeyring {
    fn store(&self) -> &str {
        self.store
    }

    fn find(&self, name: &str) -> Result<Option<SecretSlice<u8>>, KeyringError> {
        self.ready()?;
        Ok(self.held.lock().unwrap().get(name).cloned().map(SecretSlice::from))
    }

    fn put(&self, name: &str, secret: &[u8]) -> Result<(), KeyringError> {
        self.ready()?;
        self.held.lock().unwrap().insert(name.to_owned(), secret.to_vec());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), KeyringError> {
        self.ready()?;
        self.held.lock().unwrap().remove(name);
        Ok(())
    }
}

/// A folder that is removed with the test, and where its vault stands.
pub struct Home {
    pub folder: TempDir,
    pub path: PathBuf,
    pub rng: ChaCha20Rng,
}

impl Home {
    pub fn new() -> Self {
        Self::seeded(7)
    }

    /// The vaults of two seeds have nothing in common.
    pub fn seeded(seed: u64) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("person").join("vault.db");
        Self { folder, path, rng: ChaCha20Rng::seed_from_u64(seed) }
    }

    pub async fn create(&mut self) -> Vault {
        let passphrase = passphrase();
        let slots = NewSlots::new(&passphrase, Stretching::FLOOR);
        Vault::create(&self.path, &slots, NOW, &mut self.rng).await.unwrap()
    }

    /// A vault with all three ways in.
    pub async fn create_with(&mut self, keyring: &Arc<dyn Keyring>) -> Vault {
        let (passphrase, words) = (passphrase(), words());
        let mut slots = NewSlots::new(&passphrase, Stretching::FLOOR);
        (slots.words, slots.keyring) = (Some(&words), Some(keyring));
        Vault::create(&self.path, &slots, NOW, &mut self.rng).await.unwrap()
    }

    pub async fn open(&self) -> Vault {
        Vault::open(&self.path, &passphrase()).await.unwrap()
    }

    /// Runs SQL on the vault's file, as somebody would who has the file but not the passphrase.
    pub async fn alter(&self, statement: impl Into<String>) -> u64 {
        alter(self.connect().await, statement.into()).await
    }

    /// The same, with a second file at hand under the name `other`.
    pub async fn alter_beside(&self, other: &Path, statement: impl Into<String>) -> u64 {
        let mut connection = self.connect().await;
        sqlx::query("ATTACH ? AS other").bind(other.to_str()).execute(&mut connection).await.unwrap();
        alter(connection, statement.into()).await
    }

    /// Sealed bytes as they stand in the file.
    pub async fn blobs(&self, query: &'static str) -> Vec<Vec<u8>> {
        let mut connection = self.connect().await;
        let blobs = sqlx::query_scalar(query).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        blobs
    }

    /// What the slot of this kind is recognised by.
    pub async fn commitment(&self, kind: &str) -> Vec<u8> {
        let mut connection = self.connect().await;
        let query = sqlx::query_scalar("SELECT commitment FROM slot WHERE kind = ?").bind(kind);
        let commitment = query.fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        commitment
    }

    /// How many keys the vault has had, and whether each row belongs to the newest.
    pub async fn epoch(&self) -> i64 {
        let mut connection = self.connect().await;
        let epoch = sqlx::query_scalar("SELECT epoch FROM header").fetch_one(&mut connection).await.unwrap();
        let others: i64 = sqlx::query_scalar("SELECT count(*) FROM record WHERE epoch <> ?")
            .bind(epoch)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(others, 0, "rows of another key");
        connection.close().await.unwrap();
        epoch
    }

    /// Whether any file of the vault's folder holds these bytes.
    pub fn holds(&self, bytes: &[u8]) -> bool {
        let files = std::fs::read_dir(self.path.parent().unwrap()).unwrap();
        files
            .map(|file| std::fs::read(file.unwrap().path()).unwrap())
            .any(|file| file.windows(bytes.len()).any(|window| window == bytes))
    }

    async fn connect(&self) -> SqliteConnection {
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&self.path)).await.unwrap()
    }
}

/// Closes the connection too, so that nothing is left in a log.
async fn alter(mut connection: SqliteConnection, statement: String) -> u64 {
    let done = sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    done.rows_affected()
}

/// An id as SQL writes it.
pub fn sql(id: RecordId) -> String {
    format!("x'{id}'")
}
