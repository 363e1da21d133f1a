//! Backups: by hand, by themselves after each change, and the way back.
//!
//! A change of the wallet is done when it stands in the vault. Its backup follows at the end of the command or step
//! ([`Wallet::keep_backup`]), and when it cannot be written that is remembered and said, and nothing else fails.
//!
//! What it must never do: delay or undo a change because a backup failed; let a failing backup go unmentioned; put an
//! older state in the place of a newer one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use passerby_protocol::time::{Clock, Timestamp};
use passerby_vault::{
    BackupError, BackupMade, DamagedRecords, Occupied, Opens, RecordError, RecordId, RestoreError, Restored,
    WayIn,
};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::records::{BackupPlaceRecord, Failing};
use crate::wallet::Wallet;

/// The name of the file in the folder that was chosen.
pub const FILE_NAME: &str = "passerby-backup.json";

/// Why a backup could not be written, as far as it is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BackupTrouble {
    /// The folder is not there: a disk that is not plugged in.
    NoFolder,
    /// No room is left.
    Full,
    /// Something else stands at the file's place.
    Foreign,
    /// The backup there has seen more changes than this wallet.
    Newer,
    /// The wallet is damaged, or was altered by something else.
    NotWhole,
    /// The operating system refused, or anything else.
    #[serde(other)]
    Refused,
}

impl BackupTrouble {
    /// Half a sentence.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NoFolder => "the folder is not there",
            Self::Full => "there is no room left",
            Self::Foreign => "something else is at its place",
            Self::Newer => "the backup there is newer than this wallet",
            Self::NotWhole => "the wallet is damaged",
            Self::Refused => "the computer refused",
        }
    }
}

impl From<&BackupError> for BackupTrouble {
    fn from(error: &BackupError) -> Self {
        match error {
            BackupError::NoFolder => Self::NoFolder,
            BackupError::Full => Self::Full,
            BackupError::Foreign => Self::Foreign,
            BackupError::Newer => Self::Newer,
            BackupError::Damaged { .. } | BackupError::Vault(_) => Self::NotWhole,
            _ => Self::Refused,
        }
    }
}

/// Where backups go by themselves, and whether they do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutomaticBackup {
    /// The file.
    pub file: PathBuf,
    /// Since when and why it could not be written.
    pub failing: Option<(Timestamp, BackupTrouble)>,
}

/// A folder was not taken for automatic backups.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AutomaticBackupError {
    /// Its path is relative, or no text.
    #[error("the folder's path has to be absolute, and a text")]
    Path,
    /// The first backup could not be written there.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The choice could not be saved.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl Wallet {
    /// Writes everything into one encrypted file: see docs/vault-format.md.
    pub async fn back_up(
        &self,
        file: &Path,
        damaged: DamagedRecords,
        rng: &mut impl CryptoRng,
    ) -> Result<BackupMade, BackupError> {
        self.vault().back_up(file, damaged, self.now().seconds(), rng).await
    }

    /// Makes the wallet at `path` anew from a backup, and leaves it open.
    pub async fn restore<'a>(
        backup: &Path,
        path: &Path,
        way: impl Into<WayIn<'a>> + Send,
        occupied: Occupied,
        clock: Arc<dyn Clock>,
        rng: &mut impl CryptoRng,
    ) -> Result<(Self, Restored), RestoreError> {
        let (vault, restored) = passerby_vault::Vault::restore(backup, path, way, occupied, rng).await?;
        Ok((Self::of_vault(vault, clock), restored))
    }

    /// Whether the 24 words open this wallet, and with it its backups.
    pub async fn opens_by_words(&self) -> Result<bool, RecordError> {
        Ok(self.vault().slots().await?.iter().any(|slot| slot.opens == Opens::Words))
    }

    /// From now on writes a backup into this folder after each change, the first one at once.
    pub async fn start_backups(
        &self,
        folder: &Path,
        rng: &mut impl CryptoRng,
    ) -> Result<BackupMade, AutomaticBackupError> {
        let text = folder.to_str().filter(|_| folder.is_absolute()).ok_or(AutomaticBackupError::Path)?;
        let made = self.back_up(&folder.join(FILE_NAME), DamagedRecords::Refuse, rng).await?;
        let record = BackupPlaceRecord { folder: text.to_owned(), failing: None };
        match self.find_place().await? {
            Some((id, _)) => self.vault().update(id, &record, rng).await?,
            None => drop(self.vault().insert(&record, self.now().seconds(), rng).await?),
        }
        Ok(made)
    }

    /// Writes no more backups by itself. The files stay. Whether it did so before.
    pub async fn stop_backups(&self) -> Result<bool, RecordError> {
        let Some((id, _)) = self.find_place().await? else { return Ok(false) };
        self.vault().remove(id).await?;
        Ok(true)
    }

    /// Where backups go by themselves, if they do.
    pub async fn automatic_backup(&self) -> Result<Option<AutomaticBackup>, RecordError> {
        Ok(self.find_place().await?.map(|(_, place)| place.view()))
    }

    /// Brings the automatic backup up to date, if there is one and something changed: to be called at the end of every
    /// command or step. Says how it stands when it could not be written; never fails.
    pub async fn keep_backup(&self, rng: &mut impl CryptoRng) -> Option<AutomaticBackup> {
        let kept = self.try_to_keep_backup(rng).await;
        kept.unwrap_or_else(|_| {
            tracing::warn!("whether a backup is due could not be read");
            None
        })
    }

    async fn try_to_keep_backup(
        &self,
        rng: &mut impl CryptoRng,
    ) -> Result<Option<AutomaticBackup>, RecordError> {
        let Some((id, mut place)) = self.find_place().await? else { return Ok(None) };
        let file = place.file();
        // An interrupted program may have changed something without a backup: the file itself says which state it has.
        if place.failing.is_none() && self.vault().is_backed_up(&file).await? {
            return Ok(None);
        }
        match self.back_up(&file, DamagedRecords::Refuse, rng).await {
            Ok(_) => {
                if place.failing.take().is_some() {
                    self.vault().update(id, &place, rng).await?;
                    // That it works again was a change too.
                    drop(self.back_up(&file, DamagedRecords::Refuse, rng).await);
                }
                Ok(None)
            }
            Err(error) => {
                let trouble = BackupTrouble::from(&error);
                if place.failing.is_none_or(|failing| failing.trouble != trouble) {
                    let since = place.failing.map_or(self.now(), |failing| failing.since);
                    place.failing = Some(Failing { since, trouble });
                    // A vault that cannot be written to cannot remember this; it is said all the same.
                    drop(self.vault().update(id, &place, rng).await);
                }
                Ok(Some(place.view()))
            }
        }
    }

    async fn find_place(&self) -> Result<Option<(RecordId, BackupPlaceRecord)>, RecordError> {
        self.find_record::<BackupPlaceRecord>(|_| true).await
    }
}

impl BackupPlaceRecord {
    fn file(&self) -> PathBuf {
        Path::new(&self.folder).join(FILE_NAME)
    }

    fn view(&self) -> AutomaticBackup {
        let failing = self.failing.map(|failing| (failing.since, failing.trouble));
        AutomaticBackup { file: self.file(), failing }
    }
}
