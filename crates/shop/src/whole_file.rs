//! Files that are there whole or not at all, readable by their owner only, on the disk before anybody relies on them.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a file beside its final place, makes it durable, then moves it there: a reader sees the old one or the new one.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    // Made with mode 0600 where there are modes.
    let mut beside = tempfile::Builder::new().prefix(".passerby-").tempfile_in(folder)?;
    beside.write_all(content)?;
    beside.as_file().sync_all()?;
    beside.persist(path).map_err(|failed| failed.error)?;
    sync_folder(folder)
}

/// Makes a rename durable. Only POSIX systems open folders; others have no such step.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
