//! A new vault key: everything is sealed anew, in one transaction.
//!
//! ```text
//!  way in ─▶ new key, epoch + 1 ─▶ new slots ─▶ new secret in the keyring ─▶ [ records, slots, epoch, manifest ] ─▶ commit
//!                                                                                                              │
//!                                            log emptied, file compacted, old secret out of the keyring ◀──────┘
//! ```
//!
//! It is for a secret that may have leaked, and the only honest way to delete: what the file or its copies held before is
//! behind a key that no slot holds any more. A program that ends in the middle leaves the vault as it was before or as
//! it is after; at worst a secret that opens nothing stays in the keyring.
//!
//! What it must never do: leave a slot out that its owner counts on; take the old secret out of the keyring before the
//! new one is needed.

mod error;

use std::sync::Arc;

use rand_core::CryptoRng;
use sqlx::SqliteConnection;

use crate::error::{StorageError, VaultError};
use crate::keyring::{self, Keyring, KeyringError};
use crate::kill_point;
use crate::manifest::{Contents, Rows, sign};
use crate::new_slots::{NewSlots, refuse_empty, take_back};
use crate::record::RecordId;
use crate::rows::{self, RecordRow};
use crate::state::State;
use crate::store;
use crate::unlock::{KeyError, Keys, Nonce, Slot, SlotKey, SlotKind, VaultId, VaultKey};
use crate::vault::Vault;
use crate::way::{WayIn, keyring_name, open_keyring_slot};
use crate::wholeness::Wholeness;

pub use error::RotateError;

/// What becomes of records that cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damaged {
    /// Nothing is done while there are any.
    Refuse,
    /// They are left behind. Nobody can open them afterwards, not even with a copy of what they should be.
    LeaveBehind,
}

/// What was done. The vault is rotated, whatever stands here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotated {
    /// Records that are sealed anew.
    pub records: usize,
    /// Damaged records that are gone.
    pub left_behind: usize,
    /// Whether the file was written anew without what it held before. Without room on the disk it is not, and what it
    /// holds is closed for good all the same.
    pub compacted: bool,
    /// Whether the keyring has forgotten the old secret, or never had one.
    pub keyring_forgot: bool,
}

impl Vault {
    /// Exchanges the vault key, and closes the vault with `new` in the place of all slots it has.
    ///
    /// Takes the vault and gives it back under the new key; if it fails, the vault is closed. `now` is in Unix seconds.
    pub async fn rotate<'a>(
        mut self,
        way: impl Into<WayIn<'a>> + Send,
        new: &NewSlots<'_>,
        damaged: Damaged,
        now: i64,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<(Self, Rotated), RotateError> {
        match self.rotate_in_place(way.into(), new, damaged, now, rng).await {
            Ok(rotated) => Ok((self, rotated)),
            Err(error) => {
                // The first error is the one that explains.
                drop(self.lock().await);
                Err(error)
            }
        }
    }

    async fn rotate_in_place(
        &mut self,
        way: WayIn<'_>,
        new: &NewSlots<'_>,
        damaged: Damaged,
        now: i64,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Rotated, RotateError> {
        refuse_empty(new.passphrase)?;
        let before = self.read_whole().await?;
        let lost: Vec<_> = Contents::read(&before, &self.keys).index.damaged().collect();
        if damaged == Damaged::Refuse && !lost.is_empty() {
            return Err(RotateError::Damaged { count: lost.len() });
        }
        for slot in &before.slots {
            refuse_loss(slot, &self.keys, new).await?;
        }
        let (vault, epoch) = self.place();
        // Proves that a person is there; the old key itself is not needed.
        way.open((vault, epoch), &before.slots).await?;

        let key = VaultKey::make(rng);
        let next = key.derive_keys(vault, epoch.checked_add(1).ok_or(StorageError::Damaged)?)?;
        let slots = new.make(next.record.place(), &key, now, rng).await?;
        drop(key);
        kill_point!("rotate-keyring");

        let records = reseal(&before.records, &self.keys, &next, rng);
        let written = match records {
            Ok(records) => {
                let after = Rows { slots: slots.clone(), records, mark: before.mark, version: None };
                self.write_all(&lost, &after, next).await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            // A commit that failed may have been one: the new secret goes only when the old key is sure to be the key.
            if self.is_of_epoch(epoch).await {
                take_back(new.keyring, vault, &slots).await;
            }
            return Err(error.into());
        }
        kill_point!("rotate-committed");
        let connection = &mut self.state.get_mut().connection;
        let compacted = compact(connection).await.is_ok();
        kill_point!("rotate-compacted");
        let keyring_forgot = forget(new.keyring, vault, &before.slots).await;
        kill_point!("rotate-done");
        let records = before.records.len() - lost.len();
        Ok(Rotated { records, left_behind: lost.len(), compacted, keyring_forgot })
    }

    /// Everything in the file, if it is what belongs there.
    async fn read_whole(&self) -> Result<Rows, RotateError> {
        let mut state = self.ready().await?;
        let found = state.wholeness;
        let connection = &mut state.connection;
        let rows = Rows {
            slots: store::read_slots(connection).await?,
            records: rows::read_records(connection).await?,
            mark: store::find_mark(connection).await?,
            version: None,
        };
        let fits = Contents::read(&rows, &self.keys).find_fitting_mark(&self.keys.manifest).is_some();
        match (found.is_fine(), fits) {
            (true, true) => Ok(rows),
            (true, false) => Err(RotateError::NotWhole { found: Wholeness::Altered }),
            (false, _) => Err(RotateError::NotWhole { found }),
        }
    }

    /// Puts what is sealed for `next` in the place of everything, in one transaction, which is on the disk when this
    /// returns.
    async fn write_all(&mut self, lost: &[RecordId], after: &Rows, next: Keys) -> Result<(), VaultError> {
        // Opens every row that is about to be written: what could not be read back is not written at all.
        let mut contents = Contents::read(after, &next);
        if contents.index.damaged().next().is_some() {
            return Err(KeyError::Refused.into());
        }
        let epochs = (self.keys.record.epoch(), next.record.epoch());
        let mut state = self.state.lock().await;
        let State { connection, contents: current, known, .. } = &mut *state;
        *current = None;
        self.check_place()?;
        store::begin(connection).await?;
        for id in lost {
            rows::remove_record(connection, *id).await?;
        }
        for (id, row) in &after.records {
            rows::reseal_record(connection, *id, row).await?;
        }
        rows::refuse_other_epochs(connection, epochs.1).await?;
        kill_point!("rotate-resealed");
        store::replace_slots(connection, &after.slots).await?;
        store::replace_epoch(connection, epochs).await?;
        let mark = sign(connection, &next.manifest, &mut contents).await?;
        kill_point!("rotate-signed");
        self.commit(connection).await?;
        *known = Some(mark);
        *current = Some(contents);
        state.remember();
        drop(state);
        self.keys = next;
        Ok(())
    }

    async fn is_of_epoch(&self, epoch: i64) -> bool {
        let header = store::find_header(&mut self.state.lock().await.connection).await;
        matches!(header, Ok(Some(header)) if header.epoch == epoch)
    }
}

/// Whether a slot's successor is among the new ones.
async fn refuse_loss(slot: &Slot, keys: &Keys, new: &NewSlots<'_>) -> Result<(), RotateError> {
    let place = keys.record.place();
    match SlotKind::find(&slot.head.kind) {
        Some(SlotKind::Passphrase) => Ok(()),
        Some(kind @ SlotKind::Words) => {
            let secret = new.words.ok_or(RotateError::Lost { kind })?;
            let slot_key = SlotKey::derive_from_words(secret, &slot.head.salt)?;
            match slot.unwrap(place, &slot_key) {
                // Other words than the person has on paper.
                Ok(None) => Err(VaultError::WrongWords.into()),
                // A damaged slot becomes a good one.
                Ok(Some(_)) | Err(VaultError::SlotDamaged) => Ok(()),
                Err(error) => Err(error.into()),
            }
        }
        Some(kind @ SlotKind::Keyring) => {
            let keyring = new.keyring.ok_or(RotateError::Lost { kind })?;
            let opened = open_keyring_slot(keyring, place, slot).await;
            opened.map(drop).map_err(|error| RotateError::KeyringElsewhere(Box::new(error)))
        }
        None => Err(RotateError::UnknownSlot),
    }
}

/// Every record that opens, sealed for the same id and version under the new key.
fn reseal(
    records: &[(RecordId, RecordRow)],
    keys: &Keys,
    next: &Keys,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Vec<(RecordId, RecordRow)>, VaultError> {
    let epoch = next.record.epoch();
    let opened = records.iter().filter_map(|(id, row)| {
        let fits = row.epoch == keys.record.epoch();
        let plaintext = fits.then(|| keys.record.open(*id, row.ver, row.epoch, &row.blob)).flatten()?;
        Some((*id, row.ver, plaintext))
    });
    let mut resealed = Vec::with_capacity(records.len());
    for (id, ver, plaintext) in opened {
        let blob = next.record.seal(id, ver, Nonce::make(rng), &plaintext).map_err(|_| KeyError::Refused)?;
        resealed.push((id, RecordRow { ver, epoch, blob }));
    }
    Ok(resealed)
}

/// Writes the file anew without anything it held before, and empties the log on both sides of it.
async fn compact(connection: &mut SqliteConnection) -> Result<(), StorageError> {
    store::empty_log(connection).await?;
    kill_point!("rotate-emptied");
    store::compact(connection).await?;
    store::empty_log(connection).await
}

/// Takes the secrets of the old slots out of the keyring.
async fn forget(keyring: Option<&Arc<dyn Keyring>>, vault: VaultId, slots: &[Slot]) -> bool {
    let mut forgot = true;
    for slot in slots.iter().filter(|slot| slot.is(SlotKind::Keyring)) {
        let removed = match keyring {
            Some(keyring) => keyring::remove(keyring, keyring_name(vault, &slot.head.id)).await,
            None => Err(KeyringError::Absent),
        };
        forgot &= removed.is_ok();
    }
    forgot
}
