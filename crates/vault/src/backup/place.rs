//! Where a backup stands on the disk: put there whole or not at all, with the former one beside it.
//!
//! What it must never do: leave a place without a whole backup that had one, take the place of something else than a
//! backup of the same vault, put an older state in the place of a newer one, or let another user of the machine read one.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::error::{BackupError, RestoreError};
use super::form::{Head, MAX_BACKUP_LEN};
use crate::file::{beside, make_private, remove_if_there, sync_folder};

/// Puts a vault's backup at `path`. The one that stood there is kept beside it with `.previous` behind its name.
pub(super) fn put(path: &Path, head: &Head, bytes: &[u8]) -> Result<(), BackupError> {
    match read(path) {
        Ok(former) => {
            let Some((known, _)) = Head::parse(&former).ok().filter(|(known, _)| known.vault == head.vault)
            else {
                return Err(BackupError::Foreign);
            };
            if known.counter > head.counter {
                return Err(BackupError::Newer);
            }
            replace(&previous(path), &former)?;
        }
        Err(RestoreError::Absent) => {}
        Err(RestoreError::Read(error)) if error.kind() != io::ErrorKind::IsADirectory => {
            return Err(error.into());
        }
        Err(_) => return Err(BackupError::Foreign),
    }
    Ok(replace(path, bytes)?)
}

/// The place of the former backup.
fn previous(path: &Path) -> PathBuf {
    beside(path, ".previous")
}

/// The bytes of what should be a backup.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, RestoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(RestoreError::Absent),
        Err(error) => return Err(RestoreError::Read(error)),
    };
    let mut bytes = Vec::new();
    let most = MAX_BACKUP_LEN as u64 + 1;
    file.take(most).read_to_end(&mut bytes).map_err(RestoreError::Read)?;
    if bytes.len() > MAX_BACKUP_LEN {
        return Err(RestoreError::TooLarge);
    }
    Ok(bytes)
}

/// Puts a file at a place in one step, durably.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = beside(path, ".new");
    remove_if_there(&draft)?;
    let written = write(&draft, bytes).and_then(|()| std::fs::rename(&draft, path));
    if written.is_err() {
        // The first error is the one that explains.
        drop(remove_if_there(&draft));
    }
    written?;
    match sync_folder(path) {
        // Some network and removable file systems cannot sync a folder, and say so.
        Err(error) if is_unsupported(&error) => Ok(()),
        synced => synced,
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = make_private(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}
