//! The folder with what an authority gave: readable by its owner only, each file whole or not there.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use zeroize::Zeroizing;

use super::{AcmeError, Authority};
use crate::private_file;

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

/// Writes a file, and makes its folder if it is not there.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), AcmeError> {
    let made = path.parent().map_or(Ok(()), make_folder);
    made.and_then(|()| private_file::write(path, bytes))
        .map_err(|source| AcmeError::File { path: path.to_owned(), source })
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
