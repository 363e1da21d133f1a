//! Migrations are never edited once they have landed: somebody's database was already laid out by the old text.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use sha2::{Digest, Sha256};

use super::{Breach, WallError, list_files};

/// Compares the migrations of all crates with the list, whose lines are those of `sha256sum`: hash, two spaces, path.
pub fn find_edited_migrations(root: &Path, list: &str) -> Result<Vec<Breach>, WallError> {
    let known: BTreeMap<_, _> = list
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once("  "))
        .map(|(hash, path)| (path.trim().to_owned(), hash))
        .collect();
    let mut breaches = Vec::new();
    let mut seen = Vec::new();
    for file in list_files(&root.join("crates"))? {
        let path = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        if path.split('/').nth(2) != Some("migrations")
            || file.extension().is_none_or(|ending| ending != "sql")
        {
            continue;
        }
        let bytes = std::fs::read(&file).map_err(|source| WallError::Read { path: file.clone(), source })?;
        match known.get(&path) {
            None => breaches.push(Breach(format!(
                "{path} is new: run `sha256sum {path} >> tests/migrations.sha256` at the root, once, when it is finished"
            ))),
            Some(hash) if *hash != hex(&bytes) => breaches.push(Breach(format!(
                "{path} was edited after it had landed: put it back as it was, and write a new migration"
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

    #[test]
    fn new_edited_and_removed_migrations_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let migrations = folder.path().join("crates/store/migrations");
        std::fs::create_dir_all(&migrations).unwrap();
        std::fs::write(migrations.join("0001_a.sql"), "abc").unwrap();
        // FIPS 180-4's example: the hash of "abc".
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let list = format!("# landed\n{hash}  crates/store/migrations/0001_a.sql\n");
        let look = |list: &str| find_edited_migrations(folder.path(), list).unwrap();
        assert_eq!(look(&list), []);

        std::fs::write(migrations.join("0002_b.sql"), "def").unwrap();
        let new = look(&list);
        assert_eq!(new.len(), 1);
        assert!(new[0].0.contains("sha256sum crates/store/migrations/0002_b.sql"), "the recipe is given");
        std::fs::remove_file(migrations.join("0002_b.sql")).unwrap();

        std::fs::write(migrations.join("0001_a.sql"), "abc ").unwrap();
        assert!(look(&list)[0].0.contains("edited"));
        std::fs::remove_file(migrations.join("0001_a.sql")).unwrap();
        assert!(look(&list)[0].0.contains("gone"));
    }
}
