//! How far a file's tables are, without changing anything.

use std::path::Path;

use passerby_relay_store::{Schema, StoreError};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};

use crate::connect::MIGRATIONS;
use crate::failure::store_error;

/// Looks into a file, which must be there.
pub async fn find_schema(path: &Path) -> Result<Schema, StoreError> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(store_error)?;
    let run = list_run(&mut connection).await?;
    connection.close().await.map_err(store_error)?;
    Ok(Schema::compare(MIGRATIONS.iter().map(|migration| migration.version), run))
}

/// The numbers of the migrations that a file has been through.
pub(crate) async fn list_run(connection: &mut SqliteConnection) -> Result<Vec<i64>, StoreError> {
    sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success")
        .fetch_all(connection)
        .await
        .map_err(store_error)
}
