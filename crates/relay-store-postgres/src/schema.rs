//! How far a database's tables are, without changing anything.

use passerby_relay_store::{Schema, StoreError};
use sqlx::{Connection as _, PgConnection};

use crate::PostgresAddress;
use crate::connect::MIGRATIONS;
use crate::failure::store_error;

/// Looks into a database, which must be there. One without tables is behind by all migrations.
pub async fn find_schema(address: &PostgresAddress) -> Result<Schema, StoreError> {
    let options = address.options().map_err(store_error)?;
    let mut connection = PgConnection::connect_with(&options).await.map_err(store_error)?;
    let is_laid_out: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut connection)
        .await
        .map_err(store_error)?;
    let run: Vec<i64> = if is_laid_out {
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success")
            .fetch_all(&mut connection)
            .await
            .map_err(store_error)?
    } else {
        Vec::new()
    };
    connection.close().await.map_err(store_error)?;
    Ok(Schema::compare(MIGRATIONS.iter().map(|migration| migration.version), run))
}

/// The number of the last migration that a database has been through; 0: none.
pub async fn find_last_migration(address: &PostgresAddress) -> Result<i64, StoreError> {
    let options = address.options().map_err(store_error)?;
    let mut connection = PgConnection::connect_with(&options).await.map_err(store_error)?;
    let last: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
        .fetch_one(&mut connection)
        .await
        .map_err(store_error)?;
    connection.close().await.map_err(store_error)?;
    Ok(last.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PostgresStore, fresh};

    #[tokio::test]
    async fn an_empty_database_is_behind_and_an_opened_one_is_not() {
        let address = fresh::make_address().await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(find_schema(&address).await.unwrap(), Schema::Behind(MIGRATIONS.iter().count()));
        let store = PostgresStore::open(&address).await.unwrap();
        assert_eq!(find_schema(&address).await.unwrap(), Schema::Current, "also while it is open");
        sqlx::query("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1")
            .execute(store.pool())
            .await
            .unwrap();
        assert_eq!(find_schema(&address).await.unwrap(), Schema::Newer);
    }
}
