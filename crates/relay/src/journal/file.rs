//! The journal's file: lines are added and are on the disk; one at a time, whoever writes.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use passerby_protocol::time::DAY;

use super::entry::Entry;
use super::{Buried, Journal};
use crate::hazmat::sha256;
use crate::period::{FolderError, check_private};
use crate::private_file;

/// Journals begin like this: one's own, and those of other relays on the same database that an admin put beside it.
const NAME: &str = "tombstones";
/// Held by whoever writes.
const LOCK: &str = "tombstones-lock";
/// No grant is kept longer (docs/protocol.md section 3); a day more for clocks.
const LONGEST_RETENTION: i64 = 3651 * DAY;

/// The journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    #[error("using the journal of tombstones {path}")]
    Io { path: PathBuf, source: io::Error },
    #[error("the program ends, and the journal of tombstones was not written")]
    Ended(#[source] tokio::task::JoinError),
    #[error("using the keys folder, where the journal of tombstones is")]
    Folder(#[from] FolderError),
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> JournalError {
    let path = path.to_owned();
    |source| JournalError::Io { path, source }
}

impl Journal {
    fn path(&self) -> PathBuf {
        self.folder.path().join(NAME)
    }

    /// Nobody else writes while this is held.
    fn lock(&self) -> Result<File, JournalError> {
        self.folder.make()?;
        let path = self.folder.path().join(LOCK);
        let file = private_file::open_or_make(&path).map_err(failed(&path))?;
        file.lock().map_err(failed(&path))?;
        Ok(file)
    }

    /// Adds lines. They are on the disk when this returns.
    pub(super) fn append(&self, entries: &[Entry]) -> Result<(), JournalError> {
        if entries.is_empty() {
            return Ok(());
        }
        let _lock = self.lock()?;
        let path = self.path();
        let is_new = !path.exists();
        let lines: String = entries.iter().map(|entry| entry.to_line()).collect();
        let add = || {
            let mut file = private_file::open_or_make(&path)?;
            let end = file.seek(SeekFrom::End(0))?;
            if end > 0 {
                // Whoever wrote last may have been cut off in the middle of a line.
                file.seek(SeekFrom::End(-1))?;
                let mut last = [0];
                file.read_exact(&mut last)?;
                if last != *b"\n" {
                    file.write_all(b"\n")?;
                }
            }
            file.write_all(lines.as_bytes())?;
            file.sync_all()?;
            if is_new { private_file::sync_folder(self.folder.path()) } else { Ok(()) }
        };
        add().map_err(failed(&path))
    }

    /// Forgets what is older than any grant could be.
    pub fn forget_old(&self, now: i64) -> Result<(), JournalError> {
        let path = self.path();
        if !path.exists() {
            return Ok(());
        }
        let _lock = self.lock()?;
        let text = fs::read_to_string(&path).map_err(failed(&path))?;
        let is_young =
            |line: &&str| Entry::parse(line).is_none_or(|it| it.at > now.saturating_sub(LONGEST_RETENTION));
        let young: String = text.lines().filter(is_young).flat_map(|line| [line, "\n"]).collect();
        if young.len() < text.len() {
            private_file::write(&path, young.as_bytes()).map_err(failed(&path))
        } else {
            Ok(())
        }
    }

    /// Reads all journals of the folder.
    pub fn read(&self) -> Result<Buried, JournalError> {
        let folder = self.folder.path();
        let mut paths = Vec::new();
        match fs::read_dir(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            files => {
                for file in files.map_err(failed(folder))? {
                    let path = file.map_err(failed(folder))?.path();
                    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    let is_aside = Path::new(&name).extension().is_some_and(|ending| ending == "part");
                    if name.starts_with(NAME) && name != LOCK && !is_aside {
                        paths.push(path);
                    }
                }
            }
        }
        paths.sort_unstable();
        let (mut buried, mut all) = (Buried::default(), String::new());
        for path in paths {
            check_private(&path)?;
            let text = fs::read_to_string(&path).map_err(failed(&path))?;
            let mut said = HashMap::new();
            for line in text.lines().filter(|line| !line.is_empty()) {
                match Entry::parse(line) {
                    Some(entry) => drop(said.insert(entry.digest, entry.buried)),
                    None => buried.unreadable += 1,
                }
            }
            buried
                .digests
                .extend(said.into_iter().filter(|(_, is_buried)| *is_buried).map(|(digest, _)| digest));
            all.push_str(&text);
        }
        buried.state = sha256(&all);
        Ok(buried)
    }
}
