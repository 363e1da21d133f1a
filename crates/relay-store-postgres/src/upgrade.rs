//! The upgrade drill: a database of each schema there ever was, opened by today's program; and one of tomorrow's, which is refused.

use passerby_relay_store::conformance::{finds_what_was_there, write_former_rows};
use passerby_relay_store::{StoreError, SweepStore as _};
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, query_scalar};

use crate::connect::MIGRATIONS;
use crate::{PostgresAddress, PostgresStore, fresh};

/// A database as the program left it whose last migration was this one, with rows in it that each migration met on its way.
async fn make_former(version: i64) -> (PostgresAddress, PgConnection) {
    let address = fresh::make_address().await.unwrap_or_else(|error| panic!("{error}"));
    let mut connection = PgConnection::connect_with(&address.options().unwrap()).await.unwrap();
    for known in 1..=version {
        let migrations = MIGRATIONS.iter().filter(|migration| migration.version <= known).cloned().collect();
        Migrator::with_migrations(migrations).run(&mut connection).await.unwrap();
        for statement in write_former_rows(known, "false", |hex| format!("decode('{hex}', 'hex')")) {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
        }
    }
    (address, connection)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn todays_program_opens_a_database_of_each_schema() {
    for migration in MIGRATIONS.iter() {
        let (address, connection) = make_former(migration.version).await;
        connection.close().await.unwrap();
        let store = PostgresStore::open(&address).await.unwrap();
        finds_what_was_there(&store, migration.version).await;
        store.close().await;
    }
}

/// All tables with their columns, and what was run.
async fn describe(connection: &mut PgConnection) -> String {
    query_scalar(
        "SELECT (SELECT string_agg(table_name || '.' || column_name, ' ' ORDER BY table_name, column_name)
                 FROM information_schema.columns WHERE table_schema = 'public')
             || (SELECT string_agg(version::text, ' ' ORDER BY version) FROM _sqlx_migrations)",
    )
    .fetch_one(connection)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_a_newer_program_is_refused_and_not_changed() {
    let (address, mut connection) = make_former(1).await;
    sqlx::raw_sql(
        "CREATE TABLE of_tomorrow (id BIGINT);
         INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum, execution_time
         FROM _sqlx_migrations",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let before = describe(&mut connection).await;
    let refused = PostgresStore::open(&address).await;
    assert!(matches!(refused, Err(StoreError::Newer)), "{refused:?}");
    assert_eq!(describe(&mut connection).await, before);
}
