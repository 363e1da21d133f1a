//! A vault made anew from its backup.

use std::path::{Path, PathBuf};

use rand_core::CryptoRng;
use sqlx::{Connection as _, SqliteConnection};

use super::error::RestoreError;
use super::form::Head;
use super::place;
use super::plaintext::{PlainRecord, Plaintext};
use crate::error::{RecordError, StorageError, VaultError};
use crate::file::{VaultFile, is_vault, remove_draft};
use crate::manifest::{Contents, Rows, sign_anew};
use crate::opening::lay_out;
use crate::record::Change;
use crate::rows;
use crate::store;
use crate::unlock::{BackupSeal, Keys, Nonce, RecordSeal};
use crate::vault::Vault;
use crate::way::WayIn;

/// What is done about a vault that already stands where one is to be restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occupied {
    /// It is left as it is, and nothing is restored.
    Refuse,
    /// It is kept beside the new one, under a name with this time (Unix seconds). Nothing is deleted.
    SetAside {
        /// Now.
        now: i64,
    },
}

/// What was found in a backup and restored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restored {
    /// When the backup was made, in Unix seconds.
    pub made: i64,
    /// How many records are in it.
    pub records: usize,
    /// Where the vault is that stood at the place before.
    pub set_aside: Option<PathBuf>,
}

impl Vault {
    /// Makes the vault at `path` anew from the backup at `backup`, with a passphrase or words, and leaves it open.
    ///
    /// It is the same vault: its id, its slots, and all records under their ids and versions. Everything in the backup is
    /// checked before anything is written; then the vault is built beside `path` and put there when it is whole. Whatever
    /// interrupts this, at `path` is what was there before or the whole restored vault.
    pub async fn restore<'a>(
        backup: &Path,
        path: &Path,
        way: impl Into<WayIn<'a>> + Send,
        occupied: Occupied,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<(Self, Restored), RestoreError> {
        // Looked at again when the place is claimed; here, so that nobody waits for nothing.
        if occupied == Occupied::Refuse && path.try_exists().map_err(VaultError::from)? {
            return Err(VaultError::Exists.into());
        }
        let from = backup.to_owned();
        let bytes = tokio::task::spawn_blocking(move || place::read(&from)).await;
        let bytes = bytes.map_err(|error| RestoreError::Read(error.into()))??;
        let Opened { head, keys, records } = open(&bytes, way.into()).await?;
        drop(bytes);

        let (file, occupant) = match occupied {
            Occupied::Refuse => (VaultFile::prepare(path)?, false),
            Occupied::SetAside { .. } => VaultFile::claim_any(path)?,
        };
        let (made, found) = (head.made, records.len());
        let draft = file.make_draft().map_err(VaultError::from)?;
        let built = async {
            let contents = build_draft(&draft, head, &keys, records, rng).await?;
            let set_aside = match occupied {
                Occupied::SetAside { now } if occupant => {
                    settle(path).await;
                    Some(file.copy_aside(now)?)
                }
                _ => None,
            };
            file.adopt(&draft)?;
            Ok::<_, VaultError>((contents, set_aside))
        };
        let built = built.await;
        if built.is_err() {
            // The first error is the one that explains.
            drop(remove_draft(&draft));
        }
        let (contents, set_aside) = built?;

        let connection = store::connect(file.path()).await?;
        let restored = Restored { made, records: found, set_aside };
        Ok((Self::new(file, connection, keys, contents), restored))
    }
}

/// A backup that was opened.
pub(super) struct Opened {
    pub(super) head: Head,
    pub(super) keys: Keys,
    pub(super) records: Vec<PlainRecord>,
}

/// Everything in a backup file.
pub(super) async fn open(bytes: &[u8], way: WayIn<'_>) -> Result<Opened, RestoreError> {
    let (head, data) = Head::parse(bytes)?;
    if !head.slots.iter().any(|slot| slot.is(way.kind())) {
        return Err(RestoreError::NoSlot);
    }
    let place = (head.vault, head.epoch);
    let keys = way.open(place, &head.slots).await?.derive_keys(place.0, place.1).map_err(VaultError::from)?;
    let records = open_data(&head, &data, &keys.backup).ok_or(RestoreError::Damaged)?;
    Ok(Opened { head, keys, records })
}

/// The records in the sealed data of a backup with this head.
pub(super) fn open_data(head: &Head, data: &[u8], seal: &BackupSeal) -> Option<Vec<PlainRecord>> {
    let plaintext = head.with_fields(|fields| seal.open(fields, data))?;
    Plaintext::parse(&plaintext)
}

/// Writes everything into the draft and reads it back.
async fn build_draft(
    draft: &Path,
    head: Head,
    keys: &Keys,
    records: Vec<PlainRecord>,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Contents, VaultError> {
    let mut connection = store::connect(draft).await?;
    let built = build(&mut connection, head, keys, records, rng).await;
    store::close(connection).await?;
    built
}

pub(super) async fn build(
    connection: &mut SqliteConnection,
    head: Head,
    keys: &Keys,
    records: Vec<PlainRecord>,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Contents, VaultError> {
    let changes = seal_records(records, &keys.record, rng)?;
    lay_out(connection, (head.vault, head.epoch), &head.slots).await?;
    let mut transaction = connection.begin().await.map_err(StorageError::from)?;
    rows::write_changes(&mut transaction, head.epoch, &changes).await.map_err(RecordError::into_storage)?;
    let records = rows::read_records(&mut transaction).await?;
    let rows = Rows { slots: head.slots, records, mark: None, version: None };
    let mut contents = Contents::read(&rows, keys);
    // What was sealed a moment ago must open: anything else is a disk or a memory that cannot be relied on.
    if contents.index.damaged().next().is_some() || contents.index.stamps().len() != changes.len() {
        return Err(StorageError::Damaged.into());
    }
    sign_anew(&mut transaction, &keys.manifest, &mut contents, head.counter).await?;
    transaction.commit().await.map_err(StorageError::from)?;
    Ok(contents)
}

fn seal_records(
    records: Vec<PlainRecord>,
    seal: &RecordSeal,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Vec<Change>, StorageError> {
    let sealed = records.into_iter().map(|PlainRecord { id, ver, plaintext }| {
        let blob = seal.seal(id, ver, Nonce::make(rng), &plaintext).map_err(|_| StorageError::Damaged)?;
        Ok(Change::Insert { id, ver, blob })
    });
    sealed.collect()
}

/// Moves what stands in the log of the former vault into its file, so that the file alone is whole. A vault that is too
/// damaged for that is copied with its log, as it stands.
async fn settle(path: &Path) {
    if is_vault(path).unwrap_or(false)
        && let Ok(connection) = store::connect(path).await
    {
        drop(store::close(connection).await);
    }
}
