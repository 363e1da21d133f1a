//! Files that are never edited once they have landed: a migration, because somebody's database was already laid out by the old text; a
//! recording, because what a released version said cannot be said anew.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use sha2::{Digest, Sha256};

use super::{Breach, WallError, list_files};

/// Files of one kind, and the list of their hashes.
#[derive(Clone, Copy, Debug)]
pub struct Landed {
    /// Where the list is, from the root. Its lines are those of `sha256sum`: hash, two spaces, path.
    pub list: &'static str,
    /// Below which folder the files are, from the root.
    pub below: &'static str,
    /// Whether a file below it is one of them, by its path from the root.
    pub is_one: fn(&str) -> bool,
    /// What to make in place of an edit.
    pub instead: &'static str,
}

/// The migrations of all crates.
pub const MIGRATIONS: Landed = Landed {
    list: "tests/migrations.sha256",
    below: "crates",
    is_one: |path| {
        let is_sql = Path::new(path).extension().is_some_and(|ending| ending == "sql");
        is_sql && path.split('/').nth(2) == Some("migrations")
    },
    instead: "write a new migration",
};

/// What released versions said: everything in the folders of `tests/recorded`.
pub const RECORDINGS: Landed = Landed {
    list: "tests/recorded.sha256",
    below: "tests/recorded",
    is_one: |path| path.split('/').count() > 3,
    instead: "record a later version",
};

/// Compares the files with the list.
pub fn find_edited(root: &Path, landed: &Landed) -> Result<Vec<Breach>, WallError> {
    let read =
        |path: &Path| std::fs::read(path).map_err(|source| WallError::Read { path: path.to_owned(), source });
    let list = read(&root.join(landed.list))?;
    let list = String::from_utf8_lossy(&list);
    let known: BTreeMap<_, _> = list
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once("  "))
        .map(|(hash, path)| (path.trim().to_owned(), hash))
        .collect();
    let mut breaches = Vec::new();
    let mut seen = Vec::new();
    for file in list_files(&root.join(landed.below))? {
        let path = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        if !(landed.is_one)(&path) {
            continue;
        }
        let bytes = read(&file)?;
        match known.get(&path) {
            None => breaches.push(Breach(format!(
                "{path} is new: run `sha256sum {path} >> {}` at the root, once, when it is finished",
                landed.list
            ))),
            Some(hash) if *hash != hex(&bytes) => breaches.push(Breach(format!(
                "{path} was edited after it had landed: put it back as it was, and {}",
                landed.instead
            ))),
            Some(_) => {}
        }
        seen.push(path);
    }
    for path in known.keys().filter(|path| !seen.contains(path)) {
        breaches.push(Breach(format!("{path} has landed and is gone: put it back")));
    }
    Ok(breaches)
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4's example: the hash of "abc".
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn new_edited_and_removed_files_are_named() {
        for (landed, first, second, stranger) in [
            (
                MIGRATIONS,
                "crates/store/migrations/0001_a.sql",
                "crates/store/migrations/0002_b.sql",
                "crates/store/src/a.sql",
            ),
            (
                RECORDINGS,
                "tests/recorded/0.1.0/steps/a.json",
                "tests/recorded/0.1.0/b.json",
                "tests/recorded/main.rs",
            ),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let put = |path: &str, text: &str| {
                let file = folder.path().join(path);
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(file, text).unwrap();
            };
            put(first, "abc");
            put(stranger, "anything");
            put(landed.list, &format!("# landed\n{ABC}  {first}\n"));
            let look = || find_edited(folder.path(), &landed).unwrap();
            assert_eq!(look(), []);

            put(second, "def");
            let new = look();
            assert_eq!(new.len(), 1);
            assert!(
                new[0].0.contains(&format!("sha256sum {second} >> {}", landed.list)),
                "the recipe is given"
            );
            std::fs::remove_file(folder.path().join(second)).unwrap();

            put(first, "abc ");
            assert!(look()[0].0.contains("edited"));
            std::fs::remove_file(folder.path().join(first)).unwrap();
            assert!(look()[0].0.contains("gone"));
        }
    }
}
