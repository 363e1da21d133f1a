//! A recording: what wallets, a shop and a relay of one version said to each other, call by call, and what the relay's database held
//! before each of them. It is never made anew: see `README.md` beside this file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::{RelayKeys, ReleaseKey, RootSecret, SigningKey};
use passerby_protocol::passport::Question;
use passerby_protocol::sector::Sector;
use passerby_relay_store_sqlite::Dump;
use passerby_testkit::checkout;
use passerby_wallet::RecoveryWords;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a file's tables were laid out.
pub const SCHEMA: &str = "schema.sql";
/// Who plays, with their keys.
pub const CAST: &str = "cast.json";
/// The wallet's backup from the moment when an answer was written down, had left, and nobody had confirmed it.
pub const UNCONFIRMED: &str = "unconfirmed-wallet.json";

/// One call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Step {
    /// Seconds since 1970, by everybody's clock.
    pub at: i64,
    /// The file with what was in the relay's database before it.
    pub database: String,
    /// The relay's keys folder before it: names and texts.
    pub keys_folder: BTreeMap<String, String>,
    pub request: Asked,
    pub answer: Answered,
}

/// What was sent, byte for byte but for headers that only say how it travelled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// What came back. Of an event stream, the part up to the end of the first event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answered {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Answered {
    pub fn media_type(&self) -> &str {
        self.headers.get("content-type").map_or("", String::as_str)
    }
}

/// Who plays.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cast {
    pub relay: Issuer,
    /// As a JWK, like the next.
    pub relay_key: Value,
    pub shop: Sector,
    pub statement: String,
    pub release_key: Value,
    /// The person's 24 words.
    pub words: String,
    /// Of every vault and backup.
    pub passphrase: String,
    /// What the shop remembers of its questions, by what became of them.
    pub questions: BTreeMap<String, Remembered>,
}

/// A question as the shop remembers it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Remembered {
    pub link: String,
    pub transaction_id: String,
    pub question: Question,
}

impl Cast {
    pub fn relay_key(&self) -> SigningKey {
        SigningKey::parse_jwk(&self.relay_key.to_string()).unwrap()
    }

    pub fn relay_keys(&self) -> RelayKeys {
        RelayKeys::new(self.relay.clone(), [self.relay_key().public()])
    }

    pub fn release_key(&self) -> ReleaseKey {
        ReleaseKey::parse_jwk(&self.release_key.to_string()).unwrap()
    }

    pub fn root(&self) -> RootSecret {
        RecoveryWords::parse(&self.words).unwrap().root()
    }
}

/// Everything that was recorded of one version.
#[derive(Debug)]
pub struct Recording {
    pub folder: PathBuf,
    pub cast: Cast,
    /// With their names, in their order.
    pub steps: Vec<(String, Step)>,
}

/// The folder of all recordings.
pub fn folder() -> PathBuf {
    checkout::find("tests/recorded")
}

/// Where the steps of a recording are.
pub fn steps_in(recording: &Path) -> PathBuf {
    recording.join("steps")
}

/// Where its databases are.
pub fn databases_in(recording: &Path) -> PathBuf {
    recording.join("databases")
}

fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> T {
    let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

impl Recording {
    /// Those of all versions.
    pub fn all() -> Vec<Self> {
        let all: Vec<_> =
            list(&folder()).iter().filter(|path| path.is_dir()).map(|path| Self::read(path)).collect();
        assert!(!all.is_empty(), "no version is recorded");
        all
    }

    fn read(folder: &Path) -> Self {
        let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
        let steps: Vec<_> =
            list(&steps_in(folder)).iter().map(|path| (name(path), read_json(path))).collect();
        assert!(steps.len() > 20, "{} is not a whole story", folder.display());
        Self { folder: folder.to_owned(), cast: read_json(&folder.join(CAST)), steps }
    }

    /// What a step's database held.
    pub fn database(&self, step: &Step) -> Dump {
        let text = |path: PathBuf| fs::read_to_string(path).unwrap();
        let rows = text(databases_in(&self.folder).join(&step.database));
        Dump { schema: text(self.folder.join(SCHEMA)), rows }
    }

    /// A step by the end of its name.
    pub fn step(&self, name: &str) -> &Step {
        let found = self.steps.iter().find(|(known, _)| known.split_once('-').is_some_and(|it| it.1 == name));
        &found.unwrap_or_else(|| panic!("no step {name}")).1
    }
}
