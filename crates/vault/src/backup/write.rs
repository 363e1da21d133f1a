//! Writing a backup of an open vault.

use std::path::Path;

use rand_core::CryptoRng;

use super::error::BackupError;
use super::form::{Head, MAX_BACKUP_LEN};
use super::place;
use super::plaintext::Plaintext;
use crate::error::RecordError;
use crate::rows;
use crate::store;
use crate::unlock::{Nonce, SlotKind};
use crate::vault::Vault;

/// What is done about a vault that is not whole: records that cannot be read any more, or a manifest that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DamagedRecords {
    /// No backup is written: it could take the place of one that still has them.
    Refuse,
    /// The backup is written without them, to save what can be saved.
    LeaveOut,
}

/// A backup that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BackupMade {
    /// How many records are in it.
    pub records: usize,
    /// How many damaged records are not in it.
    pub left_out: usize,
}

impl Vault {
    /// Writes everything in the vault into one encrypted file at `path`, whose format is docs/vault-format.md. `now` is in
    /// Unix seconds.
    ///
    /// It is opened by the vault's passphrase or recovery words, those of this moment. The file is put there whole or not
    /// at all; a former backup of the same vault is kept beside it with `.previous` behind its name. Anything else at that
    /// place is left as it is. The folder must be there: one that was made could be a removable disk that is missing.
    pub async fn back_up(
        &self,
        path: &Path,
        damaged: DamagedRecords,
        now: i64,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<BackupMade, BackupError> {
        // One after the other, so that an older state never takes the place of a newer one.
        let _alone = self.backing_up.lock().await;
        let (head, contents, left_out) = self.read_for_backup(damaged, now).await?;
        if left_out > 0 && damaged == DamagedRecords::Refuse {
            return Err(BackupError::Damaged { count: left_out });
        }

        let plaintext = contents.encode()?;
        let data = head.with_fields(|fields| self.keys.backup.seal(Nonce::make(rng), fields, &plaintext));
        let data = data.map_err(|_| BackupError::TooLarge)?;
        let made = BackupMade { records: contents.len(), left_out };
        let path = path.to_owned();
        let put = tokio::task::spawn_blocking(move || {
            let bytes = head.write(data).map_err(|error| BackupError::Write(error.into()))?;
            if bytes.len() > MAX_BACKUP_LEN {
                return Err(BackupError::TooLarge);
            }
            place::put(&path, &head, &bytes)
        });
        put.await.map_err(|error| BackupError::Write(error.into()))??;
        Ok(made)
    }

    /// Whether the backup at `path` is of this vault as it stands now, as far as its head says. What cannot be read is not.
    pub async fn is_backed_up(&self, path: &Path) -> Result<bool, RecordError> {
        let path = path.to_owned();
        let head = tokio::task::spawn_blocking(move || {
            let bytes = place::read(&path).ok()?;
            Head::parse(&bytes).ok().map(|(head, _)| head)
        });
        let Some(head) = head.await.ok().flatten() else { return Ok(false) };
        let state = self.ready().await?;
        let mark = state.contents.as_ref().and_then(|known| known.mark);
        let seal = &self.keys.backup;
        Ok(head.vault == seal.vault()
            && head.epoch == seal.epoch()
            && mark.is_some_and(|mark| mark.counter == head.counter))
    }

    /// The state of one moment: the head, all readable records, and how many are not.
    async fn read_for_backup(
        &self,
        damaged: DamagedRecords,
        now: i64,
    ) -> Result<(Head, Plaintext, usize), BackupError> {
        let mut state = self.ready().await?;
        if !state.wholeness.is_fine() && damaged == DamagedRecords::Refuse {
            return Err(RecordError::NotWhole { found: state.wholeness }.into());
        }
        let mark = state.contents.as_ref().and_then(|known| known.mark);
        let counter = mark.map_or(0, |mark| mark.counter);
        let mut slots = store::read_slots(&mut state.connection).await?;
        // A secret in one computer's keyring opens nothing on another one.
        slots.retain(|slot| SlotKind::find(&slot.head.kind).is_some_and(SlotKind::opens_anywhere));
        let head = Head {
            vault: self.keys.backup.vault(),
            epoch: self.keys.backup.epoch(),
            made: now,
            counter,
            slots,
        };

        let mut contents = Plaintext::default();
        let mut left_out = 0;
        for (id, row) in rows::read_records(&mut state.connection).await? {
            let current = state.contents.as_ref().and_then(|known| known.index.find_version(id));
            match current.and_then(|ver| self.open_row(id, ver, &row)) {
                Some(plaintext) => contents.push(id, row.ver, &plaintext)?,
                None => left_out += 1,
            }
        }
        // Rows that were taken out of the file while it was open here.
        let expected = state.contents.as_ref().map_or(0, |known| known.index.stamps().len());
        left_out = left_out.max(expected.saturating_sub(contents.len()));
        Ok((head, contents, left_out))
    }
}
