//! The folder with what an authority gave: readable by its owner only, each file whole or not there.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::{AcmeError, Authority};

/// A certificate with those that lead to its authority, and its key, both PEM.
pub(super) struct Given {
    pub certificate: String,
    pub key: Zeroizing<String>,
}

/// Puts a pair where the old one was.
pub(super) fn put(authority: &Authority, given: &Given) -> Result<(), AcmeError> {
    write(&authority.key(), given.key.as_bytes())?;
    write(&authority.certificate(), given.certificate.as_bytes())
}

pub(super) fn read_if_there(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, AcmeError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AcmeError::File { path: path.to_owned(), source }),
    }
}

/// Writes a file beside its place, and puts it there when it is on the disk.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), AcmeError> {
    try_write(path, bytes).map_err(|source| AcmeError::File { path: path.to_owned(), source })
}

fn try_write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let aside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(aside, path)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
