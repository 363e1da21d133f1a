//! Files that are nobody else's business: made so before anything is in them, whole or not there, and on the disk when a call returns.
//!
//! An admin is root where the relay is not: what root makes in the service's folder goes to whoever owns that folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Readers {
    Owner,
    /// The owner and a group, which is how a service gets a file of root's.
    Group,
    Everybody,
}

impl Readers {
    /// Who may do anything at all with a file or a folder. Other systems than Unix are not asked.
    pub fn of(path: &Path) -> io::Result<Self> {
        let about = fs::metadata(path)?;
        #[cfg(unix)]
        let others = std::os::unix::fs::MetadataExt::mode(&about) & 0o077;
        #[cfg(not(unix))]
        let others = (drop(about), 0).1;
        Ok(match others {
            0 => Self::Owner,
            0o010..=0o070 if others.is_multiple_of(0o010) => Self::Group,
            _ => Self::Everybody,
        })
    }

    #[cfg(unix)]
    const fn mode(self) -> u32 {
        match self {
            Self::Owner => 0o600,
            Self::Group => 0o640,
            Self::Everybody => 0o644,
        }
    }

    /// A way to open files that makes them for these readers.
    fn options(self) -> OpenOptions {
        let mut options = OpenOptions::new();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, self.mode());
        let _ = self;
        options
    }
}

/// Makes a file that is not there yet.
pub(crate) fn make_new(path: &Path, readers: Readers) -> io::Result<File> {
    let file = readers.options().write(true).create_new(true).open(path)?;
    give_to_folder(&file, path)?;
    Ok(file)
}

/// Opens a file to be read and added to; makes it for its owner only if it is not there.
pub(crate) fn open_or_make(path: &Path) -> io::Result<File> {
    let file = Readers::Owner.options().read(true).write(true).create(true).truncate(false).open(path)?;
    give_to_folder(&file, path)?;
    Ok(file)
}

/// Writes a file for its owner only, beside its place, and puts it there when it is on the disk.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".part");
    let aside = PathBuf::from(aside);
    let mut file = Readers::Owner.options().write(true).create(true).truncate(true).open(&aside)?;
    // One that was left over, or put there, may be anybody's.
    make_private(&aside)?;
    file.write_all(content)?;
    give_to_folder(&file, path)?;
    file.sync_all()?;
    fs::rename(&aside, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// From now on a file is for its owner only.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(Readers::Owner.mode()))?;
    }
    let _ = path;
    Ok(())
}

/// Writes zeros over all of it. What a file system or a disk keeps elsewhere is out of reach.
pub(crate) fn wipe(file: &mut File) -> io::Result<()> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or_default();
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&vec![0; length])?;
    file.sync_all()
}

/// That a file is there, or is not, is on the disk only when its folder is.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = if path == Path::new("") { Path::new(".") } else { path };
        File::open(folder)?.sync_all()?;
    }
    let _ = path;
    Ok(())
}

/// What root has just made goes to whoever owns the folder it is in. What others make stays theirs.
pub(crate) fn give_to_folder(made: &File, path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, fchown};
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let (owner, folder) = (made.metadata()?.uid(), fs::metadata(folder)?);
        if owner == 0 && folder.uid() != 0 {
            fchown(made, Some(folder.uid()), Some(folder.gid()))?;
        }
    }
    let _ = (made, path);
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;

    #[test]
    fn what_is_written_is_its_owners_whatever_lay_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let left_over = folder.path().join("secret.part");
        fs::write(&left_over, "of somebody").unwrap();
        fs::set_permissions(&left_over, fs::Permissions::from_mode(0o666)).unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(Readers::of(&path).unwrap(), Readers::Owner);
        assert!(!left_over.exists());
    }

    #[test]
    fn readers_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        drop(make_new(&path, Readers::Group).unwrap());
        assert_eq!(Readers::of(&path).unwrap(), Readers::Group);
        assert!(make_new(&path, Readers::Owner).is_err(), "it is there");
        for (mode, readers) in [
            (0o600, Readers::Owner),
            (0o640, Readers::Group),
            (0o610, Readers::Group),
            (0o604, Readers::Everybody),
            (0o601, Readers::Everybody),
            (0o666, Readers::Everybody),
        ] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(Readers::of(&path).unwrap(), readers, "{mode:o}");
        }
        assert!(Readers::of(&folder.path().join("none")).is_err());
    }

    #[test]
    fn what_is_wiped_is_zeros_and_as_long_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, "secret").unwrap();
        wipe(&mut open_or_make(&path).unwrap()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), [0; 6]);
    }

    #[test]
    fn what_root_makes_goes_to_the_owner_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        if std::os::unix::fs::chown(folder.path(), Some(4242), Some(4243)).is_err() {
            return; // Only root can give folders away, and only root has this to fear.
        }
        let path = folder.path().join("file");
        drop(make_new(&path, Readers::Owner).unwrap());
        write(&folder.path().join("other"), b"").unwrap();
        for name in ["file", "other"] {
            let about = fs::metadata(folder.path().join(name)).unwrap();
            assert_eq!((about.uid(), about.gid()), (4242, 4243), "{name}");
        }
    }
}
