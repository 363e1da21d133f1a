//! The vault as a whole: which slots and records belong to it, and the mark that only this vault's key can make of them.
//!
//! ```text
//!  slots, records (id, version, tag), counter + 1 --HMAC--> Mark --> table `manifest`, in the transaction of each write
//!                                                             \----> anchor outside the file
//! ```
//!
//! A record's seal says that the record is genuine; the manifest says that it is *still* there, and that nothing is
//! there that does not belong. What an older copy of the whole file says fits as well: only the anchor tells.
//!
//! What it must never do: make a mark of what was merely found in the file. Whoever changes slots or records says what
//! they are now and calls [`sign`]; what was found is taken over only by [`Vault::accept`](crate::Vault::accept).

use sqlx::SqliteConnection;
use subtle::ConstantTimeEq as _;

use crate::error::StorageError;
use crate::migration::SCHEMA;
use crate::record::{Index, RecordId};
use crate::rows::RecordRow;
use crate::store;
use crate::unlock::{Keys, MAC_LEN, ManifestKey, Slot, SlotDigest};

/// A counter above this was not counted.
const LAST_COUNTER: u64 = 1 << 53;
/// What is accepted goes on from here at the most, so that a counter from elsewhere cannot use up all there are.
const LAST_ACCEPTED: u64 = 1 << 52;

/// The state of a vault in forty bytes: how many writes it has seen, and a code over what is in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Grows by one with every write.
    pub counter: u64,
    /// The manifest's code. Not a secret: it tells nothing without the vault key.
    pub mac: [u8; MAC_LEN],
}

impl std::fmt::Debug for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mark").field("counter", &self.counter).finish_non_exhaustive()
    }
}

/// What belongs to the vault, as this program knows it, and the mark that stands in the file.
pub(crate) struct Contents {
    pub(crate) slots: Vec<SlotDigest>,
    pub(crate) index: Index,
    /// `None` where the file has none, or one that no program wrote.
    pub(crate) mark: Option<Mark>,
    /// Which version of the file this is: see [`store::find_version`]. `None` until it is asked for.
    pub(crate) version: Option<i64>,
}

/// The rows of a vault's file, still sealed.
pub(crate) struct Rows {
    pub(crate) slots: Vec<Slot>,
    pub(crate) records: Vec<(RecordId, RecordRow)>,
    pub(crate) mark: Option<Mark>,
    /// From before the records were read.
    pub(crate) version: Option<i64>,
}

impl Contents {
    /// What stands in the file, whether or not it belongs there: see [`Contents::find_fitting_mark`].
    pub(crate) fn read(rows: &Rows, keys: &Keys) -> Self {
        let vault = keys.manifest.vault();
        Self {
            slots: rows.slots.iter().map(|slot| slot.derive_digest(vault)).collect(),
            index: Index::read(&rows.records, &keys.record),
            mark: rows.mark.filter(|mark| (1..=LAST_COUNTER).contains(&mark.counter)),
            version: rows.version,
        }
    }

    /// The mark, if it was made of exactly these slots and records.
    pub(crate) fn find_fitting_mark(&self, key: &ManifestKey) -> Option<Mark> {
        let fits = |mark: &Mark| self.derive_mark(key, mark.counter).mac.ct_eq(&mark.mac).into();
        self.mark.filter(fits)
    }

    fn derive_mark(&self, key: &ManifestKey, counter: u64) -> Mark {
        let mac = key.derive_mac((SCHEMA, counter), &self.slots, self.index.stamps());
        Mark { counter, mac }
    }
}

/// Makes the next mark of `contents` and writes it: the last step of every transaction that changes a slot or a record.
///
/// `key` is that of the epoch after the transaction. The mark of before is `contents.mark`; where the file has another,
/// somebody else wrote to it, and the transaction must not be committed.
pub(crate) async fn sign(
    transaction: &mut SqliteConnection,
    key: &ManifestKey,
    contents: &mut Contents,
) -> Result<Mark, StorageError> {
    let before = contents.mark.ok_or(StorageError::Changed)?;
    let next = contents.derive_mark(key, before.counter + 1);
    if !store::replace_mark(transaction, &before, &next).await? {
        return Err(StorageError::Changed);
    }
    contents.mark = Some(next);
    Ok(next)
}

/// Makes the first mark after `counter`, in place of whatever stands in the file: for a new vault, for one that comes
/// from before there were marks, and for what the person accepted.
pub(crate) async fn sign_anew(
    transaction: &mut SqliteConnection,
    key: &ManifestKey,
    contents: &mut Contents,
    counter: u64,
) -> Result<Mark, StorageError> {
    let next = contents.derive_mark(key, counter.min(LAST_ACCEPTED) + 1);
    store::put_mark(transaction, &next).await?;
    contents.mark = Some(next);
    Ok(next)
}
