//! `passerby-relay restore`: a backup becomes the database again, without what was deleted since.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, anyhow, ensure};
use passerby_protocol::time::Clock as _;
use passerby_relay_store::{RelayStore, StoreError};
use passerby_relay_store_postgres::{PostgresAddress, PostgresStore};
use passerby_relay_store_sqlite::{SqliteContents, SqliteStore};
use rand::rngs::SysRng;
use rand_core::UnwrapErr;

use super::manifest::{Kind, Manifest};
use super::{postgres, with_ending};
use crate::cli::RestoreArgs;
use crate::clock::SystemClock;
use crate::commands::Failure;
use crate::config::{Config, StorePlace};
use crate::journal::{Journal, Replayed};
use crate::period::{Openable, ReleaseKeys, look};
use crate::private_file;
use crate::state::{Now, Randomness};

/// What a restore found.
struct Restored {
    replayed: Option<Replayed>,
    openable: Openable,
    /// The number of a period that had to begin, because the key of the backup's own is gone.
    begun: Option<i64>,
}

/// Puts a backup in the place of an empty database. Nobody may serve meanwhile.
pub async fn run(args: &RestoreArgs) -> Result<(), Failure> {
    let config = Config::read(&args.config.config).map_err(Failure::config)?;
    let manifest = Manifest::read(&args.from)?;
    let (theirs, ours) = (&manifest.issuer, config.identity.issuer.as_str());
    // A development issuer may name any free port.
    if theirs != ours && !config.identity.development {
        return Err(anyhow!("this backup is of the relay {theirs}, and this one is {ours}").into());
    }
    let keys = config.keys_folder();
    if !keys.is_there() && !args.without_keys {
        return Err(anyhow!(
            "the keys folder {} is not there, without which no release in the backup opens and nobody knows what was deleted since: put back your copy of it first, or add --without-keys",
            keys.path().display()
        )
        .into());
    }
    let place = config.store.find_place().map_err(Failure::config)?;
    let restored = match (&place, manifest.kind) {
        (StorePlace::File(path), Kind::Sqlite) => restore_file(&config, &args.from, path).await?,
        (StorePlace::Postgres(address), Kind::Postgres) => {
            restore_postgres(&config, &args.from, address).await?
        }
        (_, Kind::Sqlite) => {
            return Err(anyhow!(
                "this is a backup of a SQLite file; restore it into one, and then run `passerby-relay move`"
            )
            .into());
        }
        (_, Kind::Postgres) => {
            return Err(
                anyhow!("this is a backup of a PostgreSQL database; name an empty one in [store]").into()
            );
        }
    };
    say(&restored, &place, SystemClock.now().seconds().saturating_sub(manifest.made_at));
    Ok(())
}

/// All of it happens to a copy, which then gets its name: whoever is cut off has changed nothing.
async fn restore_file(config: &Config, from: &Path, to: &Path) -> anyhow::Result<Restored> {
    if to.exists() {
        check_empty_file(to).await?;
    }
    let part = with_ending(to, ".restoring");
    for ending in ["", "-wal", "-shm"] {
        let left_over = with_ending(&part, ending);
        if left_over.exists() {
            fs::remove_file(&left_over).with_context(|| format!("removing {}", left_over.display()))?;
        }
    }
    let copying = || format!("copying the backup to {}", part.display());
    private_file::write(&part, b"").with_context(copying)?;
    fs::copy(from, &part).with_context(copying)?;
    private_file::make_private(&part).with_context(copying)?;
    let store = SqliteStore::open(&part).await.with_context(|| format!("opening {}", part.display()))?;
    let store: Arc<dyn RelayStore> = Arc::new(store);
    let restored = complete(config, &store).await;
    store.close().await;
    let restored = restored?;
    let putting = || format!("putting the database in its place {}", to.display());
    fs::File::open(&part).and_then(|file| file.sync_all()).with_context(putting)?;
    for ending in ["-wal", "-shm"] {
        let old = with_ending(to, ending);
        if old.exists() {
            fs::remove_file(&old).with_context(putting)?;
        }
    }
    fs::rename(&part, to).with_context(putting)?;
    private_file::sync_folder(to.parent().unwrap_or(Path::new(""))).with_context(putting)?;
    Ok(restored)
}

async fn restore_postgres(config: &Config, from: &Path, to: &PostgresAddress) -> anyhow::Result<Restored> {
    let opening = || format!("opening the {to}");
    let store = PostgresStore::open(to).await.with_context(opening)?;
    let store: Arc<dyn RelayStore> = Arc::new(store);
    let empty = check_empty(&*store, &to.to_string()).await;
    store.close().await;
    empty?;
    postgres::restore(to, from).await?;
    let store: Arc<dyn RelayStore> = Arc::new(PostgresStore::open(to).await.with_context(opening)?);
    let restored = complete(config, &store).await;
    store.close().await;
    restored
}

/// Deletes what was deleted, and begins a period when the key of the last one is gone.
async fn complete(config: &Config, store: &Arc<dyn RelayStore>) -> anyhow::Result<Restored> {
    let (keys, now) = (config.keys_folder(), Now::by(Arc::new(SystemClock)));
    let replayed = Journal::new(keys.clone(), now.clone()).replay(&**store).await?;
    let openable = look(&**store, &keys).await?;
    let mut begun = None;
    if !openable.can_seal() {
        let randomness = Randomness::by(UnwrapErr(SysRng));
        let releases = ReleaseKeys::new(Arc::clone(store), keys, now, randomness);
        begun = Some(releases.begin().await?.number);
    }
    Ok(Restored { replayed, openable, begun })
}

async fn check_empty_file(path: &Path) -> anyhow::Result<()> {
    match SqliteContents::open(path).await {
        Err(StoreError::Unavailable(cause)) => {
            return Err(anyhow!("the database {} is in use ({cause}); stop the relay first", path.display()));
        }
        opened => drop(opened.with_context(|| format!("opening {}", path.display()))?),
    }
    let store = SqliteStore::open(path).await.with_context(|| format!("opening {}", path.display()))?;
    let empty = check_empty(&store, &path.display().to_string()).await;
    passerby_relay_store::SweepStore::close(&store).await;
    empty
}

/// Everything that is worth something hangs on a shop.
async fn check_empty(store: &dyn RelayStore, place: &str) -> anyhow::Result<()> {
    let looked = || format!("looking into {place}");
    let holds_something = !store.list_shops().await.with_context(looked)?.is_empty()
        || !store.list_grants(None, 1).await.with_context(looked)?.is_empty();
    ensure!(!holds_something, "{place} is not empty: nothing was changed; move it away first");
    Ok(())
}

fn say(restored: &Restored, place: &StorePlace, age: i64) {
    let Restored { replayed, openable, begun } = restored;
    let replayed = replayed.unwrap_or_default();
    println!("{place} is back as it was {} minutes ago.", age / 60);
    println!("{:>10}  grants stand, and their releases open", openable.open);
    println!("{:>10}  grants stand whose releases do not open any more", openable.lost);
    println!("{:>10}  grants had been deleted since, and are deleted again", replayed.deleted);
    if openable.lost > 0 {
        let periods: Vec<_> = openable.missing.iter().map(ToString::to_string).collect();
        println!();
        println!("The keys of these periods are not in the keys folder: {}.", periods.join(", "));
        println!(
            "If a copy of the folder has them, put them beside the others, and the releases open; otherwise they never do."
        );
    }
    if let Some(number) = begun {
        println!("Period {number} was begun, under which new releases lie.");
    }
    if replayed.unreadable > 0 {
        println!("{} lines of the journal of tombstones could not be read.", replayed.unreadable);
    }
    println!();
    println!("What was acknowledged after the backup is not in it. Next: passerby-relay doctor, and serve.");
}
