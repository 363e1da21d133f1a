//! How far a file's tables are, without changing anything.

use std::collections::BTreeSet;
use std::path::Path;

use passerby_relay_store::StoreError;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};

use crate::connect::MIGRATIONS;
use crate::failure::store_error;

/// How far the tables are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    Current,
    /// So many migrations are to be run; opening the store does so.
    Behind(usize),
    /// A newer program was here.
    Newer,
}

/// Looks into a file, which must be there.
pub async fn find_schema(path: &Path) -> Result<Schema, StoreError> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(store_error)?;
    let run: Vec<i64> = sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success")
        .fetch_all(&mut connection)
        .await
        .map_err(store_error)?;
    connection.close().await.map_err(store_error)?;
    let ours: BTreeSet<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    let run: BTreeSet<i64> = run.into_iter().collect();
    Ok(if !run.is_subset(&ours) {
        Schema::Newer
    } else if run == ours {
        Schema::Current
    } else {
        Schema::Behind(ours.len() - run.len())
    })
}
