//! The vault on the disk: one SQLite file, and a lock file beside it that stays.
//!
//! What it must never do: touch a file that is not a vault, leave a half-made vault at the vault's own path, or let
//! another user of the machine read one.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{StorageError, VaultError};
use crate::migration::SCHEMA;

/// A vault's place, held against every other process until this is dropped.
#[derive(Debug)]
pub(crate) struct VaultFile {
    path: PathBuf,
    /// Released by the operating system when the file is closed, also after a crash.
    _lock: File,
}

/// Tells one file from another that stands at the same path later: device and inode, where the system has them.
pub(crate) type Identity = (u64, u64);

/// What every SQLite file begins with, and where it keeps its application id (SQLite file format, section 1.3).
pub(crate) const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";
const APPLICATION_ID_AT: usize = 68;
/// Set by the first migration.
const APPLICATION_ID: &[u8; 4] = b"PSBY";

impl VaultFile {
    /// Claims the place of an existing vault.
    pub(crate) fn find(path: &Path) -> Result<Self, VaultError> {
        if !path.try_exists()? {
            return Err(VaultError::Absent);
        }
        // Looked at before the lock is made, so that nothing is ever laid beside a stranger's file.
        if !is_vault(path)? {
            return Err(VaultError::NotAVault);
        }
        Self::claim(path)
    }

    /// Claims a place where there is no vault yet, and makes its folder.
    pub(crate) fn prepare(path: &Path) -> Result<Self, VaultError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_private_folder(folder)?;
        }
        if path.try_exists()? {
            return Err(VaultError::Exists);
        }
        let place = Self::claim(path)?;
        // Again, now that no other process can be about to put one there.
        if path.try_exists()? {
            return Err(VaultError::Exists);
        }
        Ok(place)
    }

    /// Claims a place whether or not something is there, and says whether something is: a vault, or what is left of one.
    pub(crate) fn claim_any(path: &Path) -> Result<(Self, bool), VaultError> {
        if !path.try_exists()? {
            return Ok((Self::prepare(path)?, false));
        }
        Ok((Self::claim(path)?, true))
    }

    fn claim(path: &Path) -> Result<Self, VaultError> {
        let lock = private().write(true).create(true).truncate(false).open(beside(path, ".lock"));
        let lock = lock.map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => StorageError::ReadOnly,
            _ => error.into(),
        })?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(VaultError::InUse),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Which file stands at the vault's path, where the system can tell. Elsewhere an open file cannot be taken away.
    pub(crate) fn find_identity(&self) -> Option<Identity> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            std::fs::metadata(&self.path).ok().map(|found| (found.dev(), found.ino()))
        }
        #[cfg(not(unix))]
        None
    }

    /// Takes the vault's file away, with what SQLite laid beside it and with copies of older layouts. What stands under other
    /// names, such as a vault that was set aside, stays; so does the lock file, which says nothing.
    pub(crate) fn forget(&self) -> io::Result<()> {
        remove_draft(&beside(&self.path, ".new"))?;
        self.drop_older_copies(SCHEMA)?;
        remove_draft(&self.path)?;
        sync_folder(&self.path)
    }

    /// Whether SQLite's log lies beside the vault, as it does from the first write on.
    pub(crate) fn has_log(&self) -> bool {
        beside(&self.path, "-wal").exists()
    }

    /// An empty file beside the vault's path, to build a vault in. What an interrupted attempt left there is removed.
    pub(crate) fn make_draft(&self) -> io::Result<PathBuf> {
        let draft = beside(&self.path, ".new");
        remove_draft(&draft)?;
        make_private(&draft)?;
        Ok(draft)
    }

    /// Copies the vault at this place, and its log if it has one, beside it under a name with a time (Unix seconds), and
    /// says where. Copied and not moved: until the draft is adopted, the vault stands where it stood.
    pub(crate) fn copy_aside(&self, now: i64) -> io::Result<PathBuf> {
        let mut aside = beside(&self.path, &format!(".replaced-{now}"));
        for count in 2.. {
            if !aside.try_exists()? {
                break;
            }
            aside = beside(&self.path, &format!(".replaced-{now}-{count}"));
        }
        // The log first: a copy of the vault that is there is whole.
        for ending in ["-wal", ""] {
            let from = beside(&self.path, ending);
            if from.try_exists()? {
                let to = beside(&aside, ending);
                std::fs::copy(&from, &to)?;
                File::open(&to)?.sync_all()?;
            }
        }
        sync_folder(&aside)?;
        Ok(aside)
    }

    /// Puts the finished draft at the vault's path, durably.
    pub(crate) fn adopt(&self, draft: &Path) -> io::Result<()> {
        // A log without its file would be taken for the new file's log.
        for ending in ["-wal", "-shm", "-journal"] {
            remove_if_there(&beside(&self.path, ending))?;
        }
        std::fs::rename(draft, &self.path)?;
        sync_folder(&self.path)
    }
}

/// The copy that is laid beside a vault before it is brought up from an older schema.
impl VaultFile {
    /// An empty file for the copy to be written into. What an interrupted attempt left there is removed.
    pub(crate) fn make_copy_draft(&self) -> io::Result<PathBuf> {
        let draft = beside(&self.path, ".copy");
        remove_if_there(&draft)?;
        make_private(&draft)?;
        Ok(draft)
    }

    /// Gives the finished copy its name, `vault.db.schema-1`, durably.
    pub(crate) fn keep_copy(&self, draft: &Path, schema: i64) -> io::Result<()> {
        File::open(draft)?.sync_all()?;
        std::fs::rename(draft, beside(&self.path, &format!(".schema-{schema}")))?;
        sync_folder(&self.path)
    }

    /// Removes the copies of schemas before this one: of each vault, only the last is kept.
    pub(crate) fn drop_older_copies(&self, schema: i64) -> io::Result<()> {
        (1..schema).try_for_each(|older| remove_if_there(&beside(&self.path, &format!(".schema-{older}"))))
    }
}

/// Removes a draft and what SQLite laid beside it.
pub(crate) fn remove_draft(draft: &Path) -> io::Result<()> {
    ["", "-wal", "-shm", "-journal"].iter().try_for_each(|ending| remove_if_there(&beside(draft, ending)))
}

/// Whether the file's first bytes are those of a vault. Reads only.
pub(crate) fn is_vault(path: &Path) -> io::Result<bool> {
    let mut head = [0; 100];
    match File::open(path)?.read_exact(&mut head) {
        Ok(()) => Ok(head.starts_with(SQLITE_MAGIC) && head[APPLICATION_ID_AT..].starts_with(APPLICATION_ID)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        // A folder opens as a file but cannot be read as one.
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => Ok(false),
        Err(error) => Err(error),
    }
}

/// The vault's path with something behind its name.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes a new file only its owner can read.
pub(crate) fn make_private(path: &Path) -> io::Result<File> {
    private().write(true).create_new(true).open(path)
}

/// Options that create files only their owner can read. SQLite gives its log the same mode as the file.
fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only unix has modes"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the folder for its owner only; a folder that is already there keeps its mode.
fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Elsewhere a folder cannot be synced, and renaming is durable enough on its own.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature everywhere")]
pub(crate) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
