//! The journal of tombstones: which grants were deleted before their time, so that no backup brings them back.
//!
//! It is a file in the keys folder, outside the database and its backups. A line is written, and is on the disk, before the deletion that it
//! tells of counts; `restore` deletes anew what it names, and so does `serve` when a database has not been through it.
//!
//! Never in here: a name, a shop, or a grant's id in clear.

mod entry;
mod file;
mod note;
mod replay;

use std::collections::HashSet;

pub use file::JournalError;
pub use note::Note;
pub use replay::{ReplayError, Replayed};

use crate::period::KeysFolder;
use crate::state::Now;

/// The journal of one relay, or of several that share their keys folder.
#[derive(Clone)]
pub struct Journal {
    folder: KeysFolder,
    now: Now,
}

/// What all journals of a folder say.
#[derive(Debug, Default)]
pub struct Buried {
    /// Of whom there is a tombstone.
    digests: HashSet<[u8; 32]>,
    /// The digest of all of it.
    state: [u8; 32],
    /// Lines that could not be read.
    pub unreadable: usize,
}

impl Buried {
    /// How many tombstones there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }
}

impl Journal {
    #[must_use]
    pub fn new(folder: KeysFolder, now: Now) -> Self {
        Self { folder, now }
    }

    /// What a deletion is handed to write its tombstones with.
    #[must_use]
    pub fn note(&self) -> Note {
        Note::new(self.clone())
    }
}
