//! Sealing releases for the store, and opening them when they leave it.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use passerby_protocol::time::DAY;
use passerby_relay_api::Problem;
use passerby_relay_store::{GrantId, KeptRelease, Period, RelayStore, StoreError, WrappedRelease};

use super::folder::{FolderError, KeysFolder};
use super::{KEEP_DAYS, PERIOD_DAYS};
use crate::hazmat::{self, Nonce, SealKey};
use crate::http::problem::Refused;
use crate::state::{Now, Randomness};

/// What a release, and what a data key, is bound to. Other bytes at these places open nothing.
fn bind_release(id: GrantId) -> Vec<u8> {
    format!("passerby-relay/1 release {id}").into_bytes()
}

fn bind_key(id: GrantId, period: i64) -> Vec<u8> {
    format!("passerby-relay/1 data key {id} {period}").into_bytes()
}

/// A release could not be sealed or opened. Says which period, never which grant.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyTrouble {
    #[error(
        "the key of period {number} is not in {folder}: copy the keys folder from the relay that began it, or put back your copy; if it is lost, run `passerby-relay keys renew-period`"
    )]
    NoKey { number: i64, folder: String },
    #[error("what lies under period {number} does not open: it was altered, or moved to another place")]
    Altered { number: i64 },
    #[error("a release could not be sealed")]
    NotSealed,
    #[error("the keys of periods cannot be used")]
    Folder(#[from] FolderError),
    #[error("the periods cannot be read")]
    Store(#[from] StoreError),
}

/// Logged here, once; the caller learns only whether trying again may help.
impl From<KeyTrouble> for Refused {
    fn from(trouble: KeyTrouble) -> Self {
        if let KeyTrouble::Store(error) = trouble {
            return error.into();
        }
        let cause = std::error::Error::source(&trouble).map(ToString::to_string).unwrap_or_default();
        tracing::error!(error = %trouble, cause, "a key is missing");
        match trouble {
            KeyTrouble::NoKey { .. } | KeyTrouble::Folder(_) => Problem::Unavailable.into(),
            _ => Problem::Failed.into(),
        }
    }
}

/// The periods of the database with those of their keys that are in the folder.
#[derive(Debug, Default)]
pub(super) struct Ring {
    pub periods: Vec<Period>,
    pub keys: BTreeMap<i64, Arc<SealKey>>,
}

impl Ring {
    pub(super) fn newest(&self) -> Option<&Period> {
        self.periods.last()
    }
}

/// The keys that releases lie under. Read when they are needed, and looked for again when one is missing.
pub struct ReleaseKeys {
    pub(super) store: Arc<dyn RelayStore>,
    pub(super) folder: KeysFolder,
    pub(super) now: Now,
    pub(super) randomness: Randomness,
    /// Seconds.
    pub(super) lasts: i64,
    /// Seconds.
    pub(super) kept: i64,
    ring: RwLock<Arc<Ring>>,
}

impl std::fmt::Debug for ReleaseKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReleaseKeys").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl ReleaseKeys {
    /// Reads nothing yet.
    #[must_use]
    pub fn new(store: Arc<dyn RelayStore>, folder: KeysFolder, now: Now, randomness: Randomness) -> Self {
        let (lasts, kept) = (i64::from(PERIOD_DAYS) * DAY, i64::from(KEEP_DAYS) * DAY);
        Self { store, folder, now, randomness, lasts, kept, ring: RwLock::default() }
    }

    /// The same with other days.
    #[must_use]
    pub fn with_days(self, period: u32, keep: u32) -> Self {
        Self { lasts: i64::from(period) * DAY, kept: i64::from(keep) * DAY, ..self }
    }

    pub fn folder(&self) -> &KeysFolder {
        &self.folder
    }

    /// Seals a release under a fresh key of its own, and that under the newest period. The first one begins the first period.
    pub async fn seal(&self, id: GrantId, release: &str) -> Result<WrappedRelease, KeyTrouble> {
        let ring = match self.find_newest(&self.ring()) {
            Some(_) => self.ring(),
            None => self.look().await?,
        };
        let (period, key) = match self.find_newest(&ring) {
            Some(newest) => newest,
            None if ring.periods.is_empty() => {
                let begun = self.begin_after(0).await?;
                let ring = self.look().await?;
                self.find_newest(&ring).ok_or_else(|| self.no_key(begun.number))?
            }
            None => return Err(self.no_key(ring.newest().map_or(0, |newest| newest.number))),
        };
        self.seal_under(period, &key, id, release)
    }

    pub(super) fn seal_under(
        &self,
        period: i64,
        key: &SealKey,
        id: GrantId,
        release: &str,
    ) -> Result<WrappedRelease, KeyTrouble> {
        let (data_key, nonce, outer) =
            self.randomness.draw(|rng| (SealKey::make(rng), Nonce::make(rng), Nonce::make(rng)));
        let sealed = hazmat::seal(&data_key, nonce, &bind_release(id), release.as_bytes());
        let wrapped_key = hazmat::seal(key, outer, &bind_key(id, period), data_key.bytes());
        match (sealed, wrapped_key) {
            (Ok(sealed), Ok(wrapped_key)) => Ok(WrappedRelease { sealed, wrapped_key, period }),
            _ => Err(KeyTrouble::NotSealed),
        }
    }

    /// Puts a data key from under one period under another.
    pub(super) fn rewrap(
        &self,
        id: GrantId,
        wrapped_key: &[u8],
        (from, old): (i64, &SealKey),
        (to, new): (i64, &SealKey),
    ) -> Result<Vec<u8>, KeyTrouble> {
        let data_key = hazmat::open(old, &bind_key(id, from), wrapped_key);
        let data_key = data_key.ok_or(KeyTrouble::Altered { number: from })?;
        let nonce = self.randomness.draw(|rng| Nonce::make(rng));
        hazmat::seal(new, nonce, &bind_key(id, to), &data_key).map_err(|_| KeyTrouble::NotSealed)
    }

    /// A release as the wallet sent it.
    pub async fn open(&self, id: GrantId, kept: KeptRelease) -> Result<String, KeyTrouble> {
        let release = match kept {
            KeptRelease::AsItCame(release) => return Ok(release),
            KeptRelease::Wrapped(release) => release,
        };
        let number = release.period;
        let known = self.ring().keys.get(&number).cloned();
        let key = match known {
            Some(key) => key,
            // Another relay may have begun this period, and the file come since.
            None => self.look().await?.keys.get(&number).cloned().ok_or_else(|| self.no_key(number))?,
        };
        let altered = || KeyTrouble::Altered { number };
        let data_key = hazmat::open(&key, &bind_key(id, number), &release.wrapped_key).ok_or_else(altered)?;
        let data_key = SealKey::find(&data_key).ok_or_else(altered)?;
        let opened = hazmat::open(&data_key, &bind_release(id), &release.sealed).ok_or_else(altered)?;
        String::from_utf8(opened.to_vec()).map_err(|_| altered())
    }

    /// Reads the periods of the database, and the files of those.
    pub(super) async fn look(&self) -> Result<Arc<Ring>, KeyTrouble> {
        let periods = self.store.list_periods().await?;
        let mut keys = BTreeMap::new();
        for file in self.folder.list()? {
            if periods.iter().any(|period| file.is_of(period)) {
                keys.insert(file.number, Arc::new(self.folder.read(&file)?));
            }
        }
        let ring = Arc::new(Ring { periods, keys });
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&ring);
        Ok(ring)
    }

    /// Reads them again: another relay has gone on.
    pub async fn look_again(&self) -> Result<(), KeyTrouble> {
        self.look().await.map(drop)
    }

    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The newest period's number with its key, if that is in the folder.
    #[expect(clippy::unused_self, reason = "reads as the others")]
    pub(super) fn find_newest(&self, ring: &Ring) -> Option<(i64, Arc<SealKey>)> {
        let number = ring.newest()?.number;
        Some((number, Arc::clone(ring.keys.get(&number)?)))
    }

    pub(super) fn no_key(&self, number: i64) -> KeyTrouble {
        KeyTrouble::NoKey { number, folder: self.folder.path().display().to_string() }
    }
}
