//! Whose the files are that a command makes. An admin is root where the relay is not: what root makes in the service's folder
//! the service must be able to use.

use std::fs::File;
use std::io;
use std::path::Path;

/// A file that root has just made goes to whoever owns the folder it is in. What others make stays theirs.
#[cfg(unix)]
pub fn give_to_folder(file: &File, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let (made, folder) = (file.metadata()?, std::fs::metadata(folder)?);
    if made.uid() == 0 && folder.uid() != 0 {
        fchown(file, Some(folder.uid()), Some(folder.gid()))?;
    }
    Ok(())
}

#[cfg(not(unix))]
pub fn give_to_folder(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
}
