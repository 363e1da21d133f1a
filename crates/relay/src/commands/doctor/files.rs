//! What stands on this computer: the key, the database, room on the disk.

use std::path::Path;

use passerby_relay_store::{Shop, ShopStore as _};
use passerby_relay_store_sqlite::{Schema, SqliteStore, find_schema};

use super::finding::Finding;
use crate::commands::key_file;
use crate::config::Config;
use crate::shop::unreachable::Trouble;

pub fn look_at_key(config: &Config) -> Finding {
    let path = &config.identity.key;
    match key_file::read(path) {
        Ok(_) => Finding::ok("key", format!("{} is there and its owner's only", path.display())),
        Err(error) => Finding::mend(
            "key",
            Trouble::new(
                format!("{error:#}"),
                "Give it to its owner only (chmod 600), or put back your copy; a new key is one that no wallet knows.",
            ),
        ),
    }
}

/// Below this, SQLite's next large write may fail.
const TOO_LITTLE: u64 = 100 << 20;
/// Below this, somebody should think of it.
const LITTLE: u64 = 1 << 30;

pub fn look_at_room(config: &Config) -> Finding {
    let folder = match config.store.file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let about = "disk";
    let mend =
        "Make room, or move the database to a larger disk: a relay that cannot write takes no answers.";
    match find_free_bytes(folder) {
        Ok(free) => {
            let what = format!("{} MiB free at {}", free >> 20, folder.display());
            match free {
                0..TOO_LITTLE => Finding::mend(about, Trouble::new(what, mend)),
                TOO_LITTLE..LITTLE => Finding::look(about, Trouble::new(what, mend)),
                _ => Finding::ok(about, what),
            }
        }
        Err(error) => {
            let what = format!("the room at {} cannot be seen ({error})", folder.display());
            Finding::look(about, Trouble::new(what, "See that the folder is there and can be read."))
        }
    }
}

#[cfg(unix)]
fn find_free_bytes(folder: &Path) -> std::io::Result<u64> {
    let about = rustix::fs::statvfs(folder)?;
    Ok(about.f_bavail.saturating_mul(about.f_frsize))
}

#[cfg(not(unix))]
fn find_free_bytes(_: &Path) -> std::io::Result<u64> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// The database, and the shops in it when it can be read.
pub async fn look_at_database(config: &Config) -> (Vec<Finding>, Vec<Shop>) {
    let path = &config.store.file;
    let (about, shown) = ("database", path.display());
    if !path.is_file() {
        let trouble = Trouble::new(
            format!("{shown} is not there"),
            "If it was lost, put back your copy; a new one is made by `passerby-relay migrate`, and knows no shop.",
        );
        return (vec![Finding::mend(about, trouble)], Vec::new());
    }
    let mut findings: Vec<_> = look_at_mode(path).into_iter().collect();
    match find_schema(path).await {
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            findings.push(Finding::mend(
                about,
                Trouble::new(
                    format!("{shown} cannot be read ({cause})"),
                    "See whose file it is; if it is damaged, put back your copy.",
                ),
            ));
            return (findings, Vec::new());
        }
        Ok(Schema::Newer) => {
            findings.push(Finding::mend(
                about,
                Trouble::new(
                    format!("{shown} was used by a newer program"),
                    "Run the newer program, or put back the copy from before its first start.",
                ),
            ));
            return (findings, Vec::new());
        }
        Ok(Schema::Behind(many)) => {
            let what =
                format!("{shown} opens, and {many} migrations are to be run; its shops were not looked at");
            let mend = "Make a copy, then run `passerby-relay migrate`; `serve` does it too.";
            findings.push(Finding::look(about, Trouble::new(what, mend)));
            return (findings, Vec::new());
        }
        Ok(Schema::Current) => {}
    }
    match list_shops(path).await {
        Ok(shops) => {
            let what = format!("{shown} opens and is up to date; {} shops", shops.len());
            findings.push(Finding::ok(about, what));
            (findings, shops)
        }
        Err(error) => {
            let what = format!("{shown} cannot be used ({error})");
            findings.push(Finding::mend(about, Trouble::new(what, "If it is damaged, put back your copy.")));
            (findings, Vec::new())
        }
    }
}

async fn list_shops(path: &Path) -> Result<Vec<Shop>, passerby_relay_store::StoreError> {
    let store = SqliteStore::open(path).await?;
    let shops = store.list_shops().await;
    store.close().await;
    shops
}

#[cfg(unix)]
fn look_at_mode(path: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    (mode & 0o077 != 0).then(|| {
        let what = format!("{} can be read by others of this computer", path.display());
        Finding::mend("database", Trouble::new(what, format!("Run: chmod 600 {}*", path.display())))
    })
}

#[cfg(not(unix))]
fn look_at_mode(_: &Path) -> Option<Finding> {
    None
}
