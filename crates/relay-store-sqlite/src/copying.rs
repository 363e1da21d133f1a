//! A copy of the file, of one moment, while others write.

use std::path::Path;

use passerby_relay_store::StoreError;
use passerby_relay_store::row::ForeignRow;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};

use crate::connect::make_private_file;
use crate::failure::store_error;
use crate::schema::list_run;

/// Copies a database into a file that is not there yet, without what was deleted in it. Nobody has to wait for that, and nothing is changed.
/// Gives the number of the last migration that it has been through.
pub async fn copy_into(from: &Path, to: &Path) -> Result<i64, StoreError> {
    make_private_file(to).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    let options = SqliteConnectOptions::new().filename(from).read_only(true).pragma("trusted_schema", "OFF");
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(store_error)?;
    let schema = list_run(&mut connection).await?.into_iter().max().ok_or(ForeignRow("schema"))?;
    let name = to.to_str().ok_or(ForeignRow("file name"))?;
    sqlx::query("VACUUM INTO ?").bind(name).execute(&mut connection).await.map_err(store_error)?;
    connection.close().await.map_err(store_error)?;
    Ok(schema)
}
