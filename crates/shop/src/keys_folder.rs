//! The folder with a shop's keys: 0700, its files 0600, each replaced whole or not at all.
//!
//! A crash at any moment loses no key and leaves no two Statements with one number: `statement.jwt` is the last file that is
//! written, and what follows from it is finished by the next run.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use passerby_protocol::verify::ParsedStatement;
use zeroize::Zeroizing;

use crate::whole_file::{replace, sync_folder};

/// Signs Statements; encrypted.
pub const ROOT_KEY: &str = "root-key.pem";
/// Announced in each Statement as the one that may take over; encrypted.
pub const NEXT_ROOT_KEY: &str = "next-root-key.pem";
/// Private, for the web server.
pub const REQUEST_KEY: &str = "request-key.jwk";
/// Private, for the packing computer.
pub const RELEASE_KEYS: &str = "release-keys.jwks";
/// What the next Statement says.
pub const DRAFT: &str = "statement.json";
/// The Statement to publish.
pub const STATEMENT: &str = "statement.jwt";
/// What each file is, for people.
pub const EXPLANATION: &str = "README.txt";

const LOCK: &str = ".lock";
/// No file of ours comes near this, in bytes.
const LARGEST: usize = 1 << 18;

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// `init` never overwrites.
    #[error("{} is there already and is not empty: nothing was changed. Name another folder with --dir", .0.display())]
    Occupied(PathBuf),
    /// No Statement in it.
    #[error("there are no shop keys in {}: name their folder with --dir, or make keys with `passerby-shop init`", .0.display())]
    NoKeys(PathBuf),
    /// Another process is signing.
    #[error("another passerby-shop is working in {}: wait until it is done", .0.display())]
    InUse(PathBuf),
    /// A file cannot be read.
    #[error("tried to read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("tried to write {}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A folder with the keys of one shop.
#[derive(Debug)]
pub struct KeysFolder {
    path: PathBuf,
    /// Held open by the one process that may sign: the lock ends with it.
    lock: Option<File>,
}

impl KeysFolder {
    /// Refuses a place that is not free for a new folder.
    pub fn check_free(path: &Path) -> Result<(), FolderError> {
        match fs::read_dir(path) {
            Ok(mut entries) => match entries.next() {
                None => Ok(()),
                Some(_) => Err(FolderError::Occupied(path.to_owned())),
            },
            Err(failed) if failed.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(failed) if failed.kind() == io::ErrorKind::NotADirectory => {
                Err(FolderError::Occupied(path.to_owned()))
            }
            Err(source) => Err(FolderError::Read { path: path.to_owned(), source }),
        }
    }

    /// Makes the folder with these files, or nothing at all: it is filled beside its place and then moved there.
    pub fn make(path: &Path, files: &[(&str, &[u8])]) -> Result<Self, FolderError> {
        Self::check_free(path)?;
        let wrong = |source| FolderError::Write { path: path.to_owned(), source };
        let parent =
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        fs::create_dir_all(parent).map_err(wrong)?;
        let mut builder = tempfile::Builder::new();
        let builder = builder.prefix(".passerby-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let beside = builder.tempdir_in(parent).map_err(wrong)?;
        for (name, content) in files {
            replace(&beside.path().join(name), content).map_err(wrong)?;
        }
        if path.exists() {
            fs::remove_dir(path).map_err(wrong)?;
        }
        fs::rename(beside.path(), path).map_err(wrong)?;
        // Moved away: there is nothing left to be removed.
        let _ = beside.keep();
        sync_folder(parent).map_err(wrong)?;
        Ok(Self { path: path.to_owned(), lock: None })
    }

    /// Opens a folder to read from it.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let folder = Self { path: path.to_owned(), lock: None };
        if folder.path_of(STATEMENT).is_file() {
            Ok(folder)
        } else {
            Err(FolderError::NoKeys(path.to_owned()))
        }
    }

    /// Opens a folder to sign in it: no other process can at the same time.
    pub fn open_alone(path: &Path) -> Result<Self, FolderError> {
        let mut folder = Self::open(path)?;
        let wrong = |source| FolderError::Write { path: path.join(LOCK), source };
        let lock = File::options().create(true).append(true).open(path.join(LOCK)).map_err(wrong)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FolderError::InUse(path.to_owned())),
            // Some sticks have a file system without locks; there one person works with it.
            Err(TryLockError::Error(failed)) if failed.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(source)) => return Err(wrong(source)),
        }
        folder.lock = Some(lock);
        Ok(folder)
    }

    /// Where the folder is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where a file of the folder is.
    #[must_use]
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Reads a file of the folder.
    pub fn read(&self, name: &str) -> Result<Zeroizing<String>, FolderError> {
        read_text(&self.path_of(name))
    }

    /// Writes a file of the folder, whole and durable.
    pub fn replace(&self, name: &str, content: &[u8]) -> Result<(), FolderError> {
        let path = self.path_of(name);
        let wrong = |source| FolderError::Write { path: path.clone(), source };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(wrong)?;
        }
        replace(&path, content).map_err(wrong)
    }

    /// Keeps the Statement with this number under `statements/`.
    pub fn keep_predecessor(&self, seq: u64, compact: &str) -> Result<(), FolderError> {
        self.replace(&format!("statements/{seq:04}.jwt"), compact.as_bytes())
    }

    /// Keeps a key file that is about to be replaced under `retired/`, named after the last Statement it was used with.
    pub fn retire(&self, name: &str, seq: u64) -> Result<(), FolderError> {
        let content = self.read(name)?;
        self.replace(&retired_name(name, seq), content.as_bytes())
    }

    /// Puts a fresh root key aside until a Statement announces it. Its name carries what a Statement will say of it, so that it
    /// is recognised without a passphrase.
    pub fn keep_pending_root(&self, commitment: &str, pem: &str) -> Result<(), FolderError> {
        self.replace(&pending_name(commitment), pem.as_bytes())
    }

    /// Finishes a change of the root key, if `current` announces the root that lies aside: next becomes root, the one aside
    /// becomes next. Each step can be the first one after a crash.
    pub fn finish_rollover(&self, current: &ParsedStatement) -> Result<(), FolderError> {
        let Some(commitment) = &current.statement().next_root_jkt_hash else { return Ok(()) };
        let pending = pending_name(commitment);
        if !self.path_of(&pending).is_file() {
            return Ok(());
        }
        if self.path_of(NEXT_ROOT_KEY).is_file() {
            if self.path_of(ROOT_KEY).is_file() {
                fs::create_dir_all(self.path_of("retired"))
                    .map_err(|source| FolderError::Write { path: self.path_of("retired"), source })?;
                self.rename(ROOT_KEY, &retired_name(ROOT_KEY, current.statement().seq - 1))?;
            }
            self.rename(NEXT_ROOT_KEY, ROOT_KEY)?;
        }
        self.rename(&pending, NEXT_ROOT_KEY)
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), FolderError> {
        let path = self.path_of(to);
        fs::rename(self.path_of(from), &path)
            .and_then(|()| sync_folder(&self.path))
            .map_err(|source| FolderError::Write { path, source })
    }
}

/// Reads a file that must not be larger than anything of ours.
pub fn read_text(path: &Path) -> Result<Zeroizing<String>, FolderError> {
    let wrong = |source| FolderError::Read { path: path.to_owned(), source };
    read_text_from(File::open(path).map_err(wrong)?).map_err(wrong)
}

/// Reads a stream that must not be longer than anything of ours, as UTF-8.
pub fn read_text_from(stream: impl io::Read) -> io::Result<Zeroizing<String>> {
    // Made as large as it may become: memory that is given back while growing could not be wiped.
    let mut text = Zeroizing::new(String::with_capacity(LARGEST + 1));
    stream.take(LARGEST as u64 + 1).read_to_string(&mut text)?;
    if text.len() > LARGEST { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(text) }
}

fn pending_name(commitment: &str) -> String {
    format!("pending-root-key.{commitment}.pem")
}

fn retired_name(name: &str, seq: u64) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "txt"));
    format!("retired/{stem}-{seq:04}.{ending}")
}
