//! What some files contain, to tell whether a step changed them.
//!
//! Compared with themselves and not with git's last commit, so that a check says the same before and after a commit.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Files and their bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<PathBuf, Vec<u8>>);

impl Snapshot {
    /// Reads these files, and all files below these folders; what does not exist is empty.
    pub fn of(root: &Path, paths: &[&str]) -> Result<Self> {
        let mut files = BTreeMap::new();
        for path in paths {
            read(root, Path::new(path), &mut files)?;
        }
        Ok(Self(files))
    }

    /// The files that are not the same in both.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut names: Vec<_> = self.0.keys().chain(other.0.keys()).collect();
        names.sort_unstable();
        names.dedup();
        names
            .into_iter()
            .filter(|name| self.0.get(*name) != other.0.get(*name))
            .map(|name| name.display().to_string())
            .collect()
    }
}

fn read(root: &Path, path: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) -> Result<()> {
    let place = root.join(path);
    let wrong = || format!("tried to read {}", place.display());
    if place.is_dir() {
        for entry in std::fs::read_dir(&place).with_context(wrong)? {
            read(root, &path.join(entry.with_context(wrong)?.file_name()), files)?;
        }
    } else if place.is_file() {
        files.insert(path.to_path_buf(), std::fs::read(&place).with_context(wrong)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_changed_and_removed_files_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        for name in ["a/same", "a/changed", "a/removed", "alone"] {
            write(name, "1");
        }
        let look = || Snapshot::of(folder.path(), &["a", "alone", "never"]).unwrap();
        let before = look();
        assert_eq!(before.differences(&look()), Vec::<String>::new());
        write("a/changed", "2");
        write("a/new", "1");
        std::fs::remove_file(folder.path().join("a/removed")).unwrap();
        assert_eq!(before.differences(&look()), ["a/changed", "a/new", "a/removed"]);
    }
}
