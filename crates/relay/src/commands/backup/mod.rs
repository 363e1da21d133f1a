//! `passerby-relay backup`: the database of one moment in a file, while the relay serves; and what stands beside it.
//!
//! Never in a backup: a key of a period, or the relay's own.

mod manifest;
mod postgres;
pub mod restore;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use passerby_protocol::time::Clock as _;

use super::Failure;
use crate::cli::BackupArgs;
use crate::clock::SystemClock;
use crate::config::{Config, StorePlace};
use crate::private_file::sync_folder;
use manifest::{Kind, Manifest};

/// A path with more at its end.
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Writes a backup, all of it or nothing.
pub async fn run(args: &BackupArgs) -> Result<(), Failure> {
    let config = Config::read(&args.config.config).map_err(Failure::config)?;
    let (to, beside) = (&args.to, Manifest::path_of(&args.to));
    for path in [to, &beside] {
        if path.exists() {
            return Err(anyhow!("{} is there already; a backup overwrites nothing", path.display()).into());
        }
    }
    let part = with_ending(to, ".part");
    if part.exists() {
        fs::remove_file(&part).with_context(|| format!("removing {}", part.display()))?;
    }
    let made_at = SystemClock.now().seconds();
    let place = config.store.find_place().map_err(Failure::config)?;
    let copied = async {
        match &place {
            StorePlace::File(path) if !path.is_file() => Err(anyhow!("there is no database {place}")),
            StorePlace::File(path) => {
                let copied = passerby_relay_store_sqlite::copy_into(path, &part).await;
                Ok((Kind::Sqlite, copied.with_context(|| format!("copying {place}"))?))
            }
            StorePlace::Postgres(address) => Ok((Kind::Postgres, postgres::dump(address, &part).await?)),
        }
    };
    let outcome = match copied.await {
        Ok((kind, schema)) => finish(&config, kind, schema, made_at, &part, to),
        Err(error) => Err(error),
    };
    if outcome.is_err() {
        // What is there of it is no backup.
        let _ = fs::remove_file(&part);
    }
    let manifest = outcome?;
    println!("{} and {}: {} bytes", to.display(), beside.display(), manifest.bytes);
    println!(
        "Keys are in neither. Copy {} elsewhere, apart from backups.",
        config.keys_folder().path().display()
    );
    Ok(())
}

/// The manifest first under its name, then the backup: who finds the backup finds both.
fn finish(
    config: &Config,
    kind: Kind,
    schema: i64,
    made_at: i64,
    part: &Path,
    to: &Path,
) -> anyhow::Result<Manifest> {
    let written = || format!("writing {}", to.display());
    File::open(part).and_then(|file| file.sync_all()).with_context(written)?;
    let manifest =
        Manifest::of(part, kind, schema, config.identity.issuer.as_str(), made_at).with_context(written)?;
    manifest.write(to)?;
    fs::rename(part, to).with_context(written)?;
    sync_folder(to.parent().unwrap_or(Path::new(""))).with_context(written)?;
    Ok(manifest)
}
