//! `passerby-relay migrate`: the database is brought up to date.

use passerby_relay_store_sqlite::SqliteStore;

use anyhow::Context as _;

use super::Failure;
use crate::cli::ConfigArgs;
use crate::config::Config;

/// Opens the store of a configuration, which runs the migrations it lacks.
pub async fn open_store(config: &Config) -> Result<SqliteStore, Failure> {
    SqliteStore::open(&config.store.file)
        .await
        .with_context(|| format!("opening the database {}", config.store.file.display()))
        .map_err(Failure::Config)
}

/// Brings the database up to date and ends.
pub async fn run(args: &ConfigArgs) -> Result<(), Failure> {
    let config = Config::read(&args.config).map_err(Failure::config)?;
    open_store(&config).await?.close().await;
    println!("{} is up to date", config.store.file.display());
    Ok(())
}
