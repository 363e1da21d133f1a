//! A database of its own for each test.
//!
//! The server is the private one that `cargo xtask` starts and throws away: nothing is dropped here.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use passerby_relay_store::StoreError;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use url::Url;

use crate::PostgresAddress;
use crate::failure::store_error;

/// Names the server: the address of a database on it, as somebody who may make further ones.
pub const SERVER: &str = "PASSERBY_TEST_POSTGRES";

/// No database could be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FreshError {
    #[error(
        "this test needs a PostgreSQL server, and PASSERBY_TEST_POSTGRES names none: run it as \
         `cargo xtask postgres -- cargo nextest run ..`, which starts a private one, or run `cargo xtask test --only rust`"
    )]
    NoServer,
    #[error("PASSERBY_TEST_POSTGRES is not the address of a PostgreSQL server")]
    Address,
    #[error("making a database for a test")]
    Make(#[source] StoreError),
}

/// Makes an empty database, and gives its address as a text.
pub async fn make_database() -> Result<String, FreshError> {
    make_database_with("UTF8").await
}

pub(crate) async fn make_database_with(encoding: &str) -> Result<String, FreshError> {
    let server = std::env::var(SERVER).map_err(|_| FreshError::NoServer)?;
    let mut url = Url::parse(&server).map_err(|_| FreshError::Address)?;
    // A number that no other test has: each process keys this hasher anew.
    let name = format!("test_{:016x}", RandomState::new().build_hasher().finish());
    let made = |error| FreshError::Make(store_error(error));
    let mut connection = PgConnection::connect(&server).await.map_err(made)?;
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name} ENCODING {encoding} TEMPLATE template0")))
        .execute(&mut connection)
        .await
        .map_err(made)?;
    connection.close().await.map_err(made)?;
    url.set_path(&name);
    Ok(url.into())
}

/// Ends each connection to this database that listens.
pub async fn cut_off_listeners(address: &PostgresAddress) -> Result<(), StoreError> {
    let options = address.options().map_err(store_error)?;
    let mut connection = PgConnection::connect_with(&options).await.map_err(store_error)?;
    sqlx::raw_sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()",
    )
    .execute(&mut connection)
    .await
    .map_err(store_error)?;
    connection.close().await.map_err(store_error)
}

/// The same, as an address to open.
pub async fn make_address() -> Result<PostgresAddress, FreshError> {
    PostgresAddress::parse(&make_database().await?).map_err(|_| FreshError::Address)
}
