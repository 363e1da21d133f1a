//! `passerby-relay migrate`: the database is brought up to date.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use passerby_relay_store::RelayStore;
use passerby_relay_store_postgres::PostgresStore;
use passerby_relay_store_sqlite::SqliteStore;

use super::Failure;
use crate::cli::ConfigArgs;
use crate::config::{Config, StorePlace};
use crate::private_file::{Readers, make_new};

/// Opens the store of a configuration, which runs the migrations it lacks.
pub async fn open_store(config: &Config) -> Result<Arc<dyn RelayStore>, Failure> {
    let place = config.store.find_place().map_err(Failure::config)?;
    let opened: Result<Arc<dyn RelayStore>, _> = match &place {
        StorePlace::File(path) => {
            make_file(path).with_context(|| format!("making {place}")).map_err(Failure::Config)?;
            SqliteStore::open(path).await.map(|store| Arc::new(store) as _)
        }
        StorePlace::Postgres(address) => PostgresStore::open(address).await.map(|store| Arc::new(store) as _),
    };
    opened.with_context(|| format!("opening {place}")).map_err(Failure::Config)
}

/// Makes the file if it is not there, for whoever serves from that folder; what `SQLite` puts beside it gets the same owner.
fn make_file(path: &Path) -> std::io::Result<()> {
    match make_new(path, Readers::Owner) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

/// Brings the database up to date and ends.
pub async fn run(args: &ConfigArgs) -> Result<(), Failure> {
    let config = Config::read(&args.config).map_err(Failure::config)?;
    open_store(&config).await?.close().await;
    println!("{} is up to date", config.store.find_place().map_err(Failure::config)?);
    Ok(())
}
