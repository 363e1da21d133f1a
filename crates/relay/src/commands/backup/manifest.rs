//! What stands beside a backup: whose it is, of when, and whether it is whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};

use crate::hazmat::sha256_of;
use crate::private_file;

const FORMAT: &str = "passerby-relay-backup/1";

/// What made a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// A database file of `SQLite`.
    Sqlite,
    /// `pg_dump --format custom`.
    Postgres,
}

/// A manifest, `FILE.manifest`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: String,
    pub kind: Kind,
    /// The number of the last migration.
    pub schema: i64,
    pub issuer: String,
    /// Seconds since 1970: what was acknowledged before this is in it.
    pub made_at: i64,
    pub bytes: u64,
    /// Of the backup, in hexadecimal digits.
    pub sha256: String,
}

fn digest(backup: &Path) -> io::Result<String> {
    let digest = sha256_of(File::open(backup)?)?;
    Ok(digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}

impl Manifest {
    pub(super) fn path_of(backup: &Path) -> PathBuf {
        super::with_ending(backup, ".manifest")
    }

    pub(super) fn of(backup: &Path, kind: Kind, schema: i64, issuer: &str, made_at: i64) -> io::Result<Self> {
        let bytes = fs::metadata(backup)?.len();
        let (format, issuer) = (FORMAT.to_owned(), issuer.to_owned());
        Ok(Self { format, kind, schema, issuer, made_at, bytes, sha256: digest(backup)? })
    }

    pub(super) fn write(&self, backup: &Path) -> anyhow::Result<()> {
        let path = Self::path_of(backup);
        let mut text = serde_json::to_string_pretty(self).context("writing a manifest")?;
        text.push('\n');
        private_file::write(&path, text.as_bytes()).with_context(|| format!("writing {}", path.display()))
    }

    /// The manifest of a backup that is whole.
    pub(super) fn read(backup: &Path) -> anyhow::Result<Self> {
        let path = Self::path_of(backup);
        let text = fs::read_to_string(&path)
            .with_context(|| format!("reading {}, which stands beside each backup", path.display()))?;
        let manifest: Self =
            serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
        ensure!(manifest.format == FORMAT, "{} is of another format: {}", path.display(), manifest.format);
        let found = digest(backup).with_context(|| format!("reading {}", backup.display()))?;
        ensure!(
            found == manifest.sha256,
            "{} is not what its manifest says: it is damaged",
            backup.display()
        );
        Ok(manifest)
    }
}
