//! Opening the database and bringing its tables up to date.

use std::time::Duration;

use passerby_relay_store::StoreError;
use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnectionMetadata;
use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions, Postgres};
use sqlx::{Connection as _, Transaction, query};

use crate::PostgresAddress;
use crate::failure::{store_error, was_taken_back};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// How many connections one relay has at most. PostgreSQL's own default is 100 in all.
const CONNECTIONS: u32 = 16;
/// How long a caller waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(10);
/// A connection that nobody used for so long is asked whether it is still one.
const IDLE: Duration = Duration::from_secs(1);
/// How often a transaction is begun that PostgreSQL takes back.
const TRIES: u32 = 5;

/// A relay's store in PostgreSQL. Cloning shares the connections.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pool: PgPool,
}

/// The database keeps texts in another encoding: some of what wallets and shops send could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("the database's encoding is not UTF8; make it with: createdb --encoding UTF8 --template template0")]
struct ForeignEncoding;

impl PostgresStore {
    /// Connects to a database, which must be there, and runs the migrations it lacks. Several relays may do so at once.
    pub async fn open(address: &PostgresAddress) -> Result<Self, StoreError> {
        let options = address.options().map_err(store_error)?;
        let options = match options.get_application_name() {
            Some(_) => options,
            None => options.application_name("passerby-relay"),
        };
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE)
            .test_before_acquire(false)
            .after_connect(|connection, _| Box::pin(settle(connection)))
            .before_acquire(|connection, about| Box::pin(is_alive(connection, about)))
            .connect_with(options)
            .await
            .map_err(store_error)?;
        check_encoding(&pool).await?;
        MIGRATIONS.run(&pool).await.map_err(|error| StoreError::Migration(Box::new(error)))?;
        Ok(Self { pool })
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        self.pool.begin().await.map_err(store_error)
    }

    /// Runs a whole transaction, and runs it anew when PostgreSQL took it back so that another one could go on.
    pub(crate) async fn again<T, F>(&self, run: impl Fn() -> F + Sync) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>> + Send,
    {
        for _ in 1..TRIES {
            match run().await {
                Err(error) if was_taken_back(&error) => {}
                outcome => return outcome,
            }
        }
        run().await
    }
}

/// Each connection acknowledges nothing that is not on the server's disk, waits for no lock for ever, and gives its own locks up when
/// this process stands still or is cut off.
async fn settle(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    query(
        "SELECT set_config('synchronous_commit', 'on', false), set_config('lock_timeout', '5s', false),
                set_config('idle_in_transaction_session_timeout', '30s', false)",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A connection may have died while nobody used it, as when the server was started anew.
async fn is_alive(connection: &mut PgConnection, about: PoolConnectionMetadata) -> Result<bool, sqlx::Error> {
    Ok(about.idle_for < IDLE || connection.ping().await.is_ok())
}

async fn check_encoding(pool: &PgPool) -> Result<(), StoreError> {
    let encoding: String = sqlx::query_scalar("SELECT current_setting('server_encoding')")
        .fetch_one(pool)
        .await
        .map_err(store_error)?;
    if encoding == "UTF8" { Ok(()) } else { Err(StoreError::Broken(Box::new(ForeignEncoding))) }
}
