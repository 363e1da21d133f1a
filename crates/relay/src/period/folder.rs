//! The keys folder: a file for each period's key, for its owner only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use passerby_protocol::wire::b64u;
use passerby_relay_store::Period;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use crate::hazmat::SealKey;
use crate::private_file::{self, Readers};

const FORMAT: &str = "passerby-relay-period/1";
const ENDING: &str = ".key";

/// Where the keys of periods are, and the journal of tombstones.
#[derive(Debug, Clone)]
pub struct KeysFolder {
    path: PathBuf,
}

/// The keys folder cannot be used. Names the file, never what is in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    #[error("using {path} in the keys folder")]
    Io { path: PathBuf, source: io::Error },
    #[error("{path} can be read by others of this computer; run: chmod -R go= {path}")]
    Readable { path: PathBuf },
    #[error("{path} is not the key of a period, or it is damaged: put back your copy of the keys folder")]
    Damaged { path: PathBuf },
}

/// What stands in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    format: String,
    number: i64,
    mark: String,
    made_at: i64,
    /// base64url.
    key: String,
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// A file in the folder, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub number: i64,
    pub mark: String,
    path: PathBuf,
}

impl Named {
    pub(crate) fn is_of(&self, period: &Period) -> bool {
        self.number == period.number && self.mark == period.mark
    }
}

impl KeysFolder {
    /// A folder that need not be there yet.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is there.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.path.is_dir()
    }

    /// Makes the folder, for its owner only, unless it is there; refuses one that others can look into.
    pub fn make(&self) -> Result<(), FolderError> {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&self.path) {
            Err(source) if source.kind() != ErrorKind::AlreadyExists => Err(self.failed(&self.path, source)),
            Ok(()) => File::open(&self.path)
                .and_then(|folder| private_file::give_to_folder(&folder, &self.path))
                .map_err(|source| self.failed(&self.path, source)),
            _ => check_private(&self.path),
        }
    }

    /// The keys that are there, by number. A folder that is not there holds none.
    pub(crate) fn list(&self) -> Result<Vec<Named>, FolderError> {
        let files = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            files => files.map_err(|source| self.failed(&self.path, source))?,
        };
        let mut named = Vec::new();
        for file in files {
            let path = file.map_err(|source| self.failed(&self.path, source))?.path();
            named.extend(parse_name(&path));
        }
        named.sort_unstable_by_key(|named| named.number);
        Ok(named)
    }

    /// Writes a period's key under its own name. It is on the disk when this returns.
    pub(crate) fn write(&self, period: &Period, key: &SealKey) -> Result<(), FolderError> {
        self.make()?;
        let path = self.path.join(format!("period-{:010}-{}{ENDING}", period.number, period.mark));
        let content = KeyFile {
            format: FORMAT.to_owned(),
            number: period.number,
            mark: period.mark.clone(),
            made_at: period.begun_at,
            key: b64u::encode(key.bytes()),
        };
        let damaged = |_| FolderError::Damaged { path: path.clone() };
        let text = serde_json::to_string(&content).map(Zeroizing::new).map_err(damaged)?;
        private_file::write(&path, text.as_bytes()).map_err(|source| self.failed(&path, source))
    }

    pub(crate) fn read(&self, file: &Named) -> Result<SealKey, FolderError> {
        let content = self.read_file(file)?;
        let bytes = b64u::decode(&content.key).map(Zeroizing::new);
        let key = bytes.ok().and_then(|bytes| SealKey::find(&bytes));
        key.ok_or_else(|| FolderError::Damaged { path: file.path.clone() })
    }

    pub(crate) fn find_made_at(&self, file: &Named) -> Result<i64, FolderError> {
        self.read_file(file).map(|content| content.made_at)
    }

    fn read_file(&self, file: &Named) -> Result<KeyFile, FolderError> {
        check_private(&file.path)?;
        let text = fs::read_to_string(&file.path).map(Zeroizing::new);
        let text = text.map_err(|source| self.failed(&file.path, source))?;
        let content: Option<KeyFile> = serde_json::from_str(&text).ok();
        content
            .filter(|it| it.format == FORMAT && it.number == file.number && it.mark == file.mark)
            .ok_or_else(|| FolderError::Damaged { path: file.path.clone() })
    }

    /// Overwrites a key and takes its file away. One that is gone already is no failure: several relays may share the folder.
    pub(crate) fn destroy(&self, file: &Named) -> Result<(), FolderError> {
        let wiped = OpenOptions::new().write(true).open(&file.path);
        let wiped = wiped.and_then(|mut opened| private_file::wipe(&mut opened));
        match wiped.and_then(|()| fs::remove_file(&file.path)) {
            Err(source) if source.kind() != ErrorKind::NotFound => Err(self.failed(&file.path, source)),
            _ => private_file::sync_folder(&self.path).map_err(|source| self.failed(&self.path, source)),
        }
    }

    #[expect(clippy::unused_self, reason = "the folder is what failed")]
    fn failed(&self, path: &Path, source: io::Error) -> FolderError {
        FolderError::Io { path: path.to_owned(), source }
    }
}

/// `period-0000000042-1f3870be274f6c49.key`.
fn parse_name(path: &Path) -> Option<Named> {
    let name = path.file_name()?.to_str()?.strip_prefix("period-")?.strip_suffix(ENDING)?;
    let (number, mark) = name.split_once('-')?;
    let marked = mark.len() == 16 && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
    marked.then_some(Named { number: number.parse().ok()?, mark: mark.to_owned(), path: path.to_owned() })
}

pub(crate) fn check_private(path: &Path) -> Result<(), FolderError> {
    let readers = Readers::of(path).map_err(|source| FolderError::Io { path: path.to_owned(), source })?;
    if readers > Readers::Owner {
        return Err(FolderError::Readable { path: path.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use passerby_testkit::rng;

    use super::*;

    fn period(number: i64) -> Period {
        Period { number, mark: "0123456789abcdef".to_owned(), begun_at: 7 }
    }

    #[test]
    fn keys_come_back_as_they_were_and_are_destroyed() {
        let home = tempfile::tempdir().unwrap();
        let folder = KeysFolder::at(home.path().join("keys"));
        assert_eq!(folder.list().unwrap(), [], "a folder that is not there");
        let key = SealKey::make(&mut rng::seeded(1));
        for number in [12, 2] {
            folder.write(&period(number), &key).unwrap();
        }
        let named = folder.list().unwrap();
        assert_eq!(named.iter().map(|named| named.number).collect::<Vec<_>>(), [2, 12]);
        assert!(named[0].is_of(&period(2)) && !named[0].is_of(&period(12)));
        assert_eq!(folder.read(&named[0]).unwrap().bytes(), key.bytes());
        assert_eq!(folder.find_made_at(&named[0]).unwrap(), 7);
        folder.destroy(&named[0]).unwrap();
        folder.destroy(&named[0]).unwrap();
        assert_eq!(folder.list().unwrap(), named[1..]);
    }

    #[test]
    fn a_damaged_file_is_named_and_strangers_are_passed_over() {
        let home = tempfile::tempdir().unwrap();
        let folder = KeysFolder::at(home.path().join("keys"));
        folder.write(&period(1), &SealKey::make(&mut rng::seeded(1))).unwrap();
        fs::write(folder.path().join("period-1-notes.key"), "").unwrap();
        fs::write(folder.path().join("journal"), "").unwrap();
        let named = folder.list().unwrap();
        assert_eq!(named.len(), 1);
        private_file::write(&named[0].path, b"{}").unwrap();
        assert!(matches!(folder.read(&named[0]), Err(FolderError::Damaged { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn what_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().unwrap();
        let folder = KeysFolder::at(home.path().join("keys"));
        folder.write(&period(1), &SealKey::make(&mut rng::seeded(1))).unwrap();
        let named = folder.list().unwrap().remove(0);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(folder.path()), mode(&named.path)), (0o700, 0o600));
        fs::set_permissions(&named.path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(folder.read(&named), Err(FolderError::Readable { .. })));
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert!(matches!(folder.make(), Err(FolderError::Readable { .. })));
    }
}
