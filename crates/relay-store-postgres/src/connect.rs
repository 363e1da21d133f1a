//! Opening the database and bringing its tables up to date.

use std::time::Duration;

use passerby_relay_store::StoreError;
use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnectionMetadata;
use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions, Postgres};
use sqlx::{Connection as _, Transaction, query};

use crate::PostgresAddress;
use crate::failure::{migration_error, store_error, was_taken_back};

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!();

/// How many connections one relay has at most, one of them to listen on. PostgreSQL's own default is 100 in all.
const CONNECTIONS: u32 = 17;
/// How long a caller waits for a free connection; and whoever opens, for a server that is just starting.
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
        MIGRATIONS.run(&pool).await.map_err(migration_error)?;
        Ok(Self { pool })
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Begins where no caller that goes away can end it: sqlx counts a transaction only once the server's word is here, and would
    /// give a connection to the next caller on which one is open. What that one writes would never be committed.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        let pool = self.pool.clone();
        let begun = tokio::spawn(async move { pool.begin().await }).await;
        begun.map_err(|ended| StoreError::Unavailable(Box::new(ended)))?.map_err(store_error)
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use passerby_relay_store::{ShopStore as _, SweepStore as _};
    use sqlx::{AssertSqlSafe, query_scalar};
    use tokio::sync::Barrier;

    use super::*;
    use crate::fresh;

    async fn make_address() -> PostgresAddress {
        fresh::make_address().await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs a statement as somebody else.
    async fn run(address: &PostgresAddress, statement: &str) {
        let mut other = PgConnection::connect_with(&address.options().unwrap()).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut other).await.unwrap();
    }

    #[tokio::test]
    async fn nothing_is_acknowledged_before_it_is_on_the_disk_whatever_the_server_says() {
        let address = make_address().await;
        let name = address.options().unwrap().get_database().unwrap().to_owned();
        run(&address, &format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
        let store = PostgresStore::open(&address).await.unwrap();
        let set: String = query_scalar("SELECT current_setting('synchronous_commit')")
            .fetch_one(store.pool())
            .await
            .unwrap();
        assert_eq!(set, "on");
        assert!(!format!("{store:?} {address:?}").contains("passerby:"), "neither user nor password");
    }

    #[tokio::test]
    async fn whoever_goes_away_while_a_transaction_begins_leaves_none_open() {
        let address = make_address().await;
        let store = PostgresStore::open(&address).await.unwrap();
        // Less and less patient: whoever stays until it has begun would end what another one left.
        for patience in (0..1_000).rev() {
            let gone = async {
                for _ in 0..patience {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                begun = store.begin() => drop(begun),
                () = gone => {}
            }
        }
        // Each connection writes: nobody else sees what is not committed.
        let mut adding = tokio::task::JoinSet::new();
        for number in 0..100 {
            let store = store.clone();
            adding.spawn(async move {
                store.add_shop(&format!("shop{number}.example"), "root", 1).await.unwrap()
            });
        }
        assert!(adding.join_all().await.into_iter().all(|added| added));
        let other = PostgresStore::open(&address).await.unwrap();
        assert_eq!(other.list_shops().await.unwrap().len(), 100);
    }

    #[tokio::test]
    async fn a_connection_that_was_cut_is_made_anew() {
        let address = make_address().await;
        let store = PostgresStore::open(&address).await.unwrap();
        store.add_shop("shop.example", "root", 1).await.unwrap();
        run(
            &address,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await;
        let mut tries = 0;
        while let Err(error) = store.ping().await {
            assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
            tries += 1;
            assert!(tries <= CONNECTIONS, "it never comes back");
        }
        assert!(store.find_shop("shop.example").await.unwrap().is_some());
    }

    #[tokio::test]
    async fn what_was_taken_back_to_end_a_deadlock_is_done_again() {
        let store = PostgresStore::open(&make_address().await).await.unwrap();
        for sector in ["a.example", "b.example"] {
            store.add_shop(sector, "root", 0).await.unwrap();
        }
        let (both_hold_one, attempts) = (Barrier::new(2), AtomicU32::new(0));
        let count_both = |first: &'static str, second: &'static str| {
            let (store, both_hold_one, attempts) = (&store, &both_hold_one, &attempts);
            move || async move {
                let mut transaction = store.begin().await?;
                let statement = "UPDATE shops SET added_at = added_at + 1 WHERE sector = $1";
                query(statement).bind(first).execute(&mut *transaction).await.map_err(store_error)?;
                if attempts.fetch_add(1, Ordering::SeqCst) < 2 {
                    both_hold_one.wait().await;
                }
                query(statement).bind(second).execute(&mut *transaction).await.map_err(store_error)?;
                transaction.commit().await.map_err(store_error)
            }
        };
        let (one, other) = tokio::join!(
            store.again(count_both("a.example", "b.example")),
            store.again(count_both("b.example", "a.example"))
        );
        one.unwrap();
        other.unwrap();
        assert_eq!(attempts.load(Ordering::SeqCst), 3, "one of the two was taken back once");
        let counted: Vec<i64> = store.list_shops().await.unwrap().iter().map(|shop| shop.added_at).collect();
        assert_eq!(counted, [2, 2]);
    }

    #[tokio::test]
    async fn a_database_of_another_encoding_is_refused() {
        let address = fresh::make_database_with("SQL_ASCII").await.unwrap_or_else(|error| panic!("{error}"));
        let error = PostgresStore::open(&PostgresAddress::parse(&address).unwrap()).await.unwrap_err();
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("UTF8"), "{error:?}");
    }

    #[tokio::test]
    async fn a_server_that_ends_while_it_greets_is_unavailable() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                // Where one letter is expected. Nobody may be there to take it.
                drop(tokio::io::AsyncWriteExt::write_all(&mut stream, &[0]).await);
            }
        });
        let address = PostgresAddress::parse(&format!("postgres://a:b@127.0.0.1:{port}/relay")).unwrap();
        let refused = PostgresStore::open(&address).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_unavailable() {
        let nobody = PostgresAddress::parse("postgres://a:b@127.0.0.1:1/relay").unwrap();
        assert!(matches!(PostgresStore::open(&nobody).await, Err(StoreError::Unavailable(_))));
    }
}
