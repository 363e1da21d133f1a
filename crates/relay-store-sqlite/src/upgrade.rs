//! The upgrade drill: a file of each schema there ever was, opened by today's program; and a file of tomorrow's, which is refused.

use std::path::Path;

use passerby_relay_store::conformance::{finds_what_was_there, write_former_rows};
use passerby_relay_store::{StoreError, SweepStore as _};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

use crate::SqliteStore;
use crate::connect::MIGRATIONS;

async fn connect(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// A file as the program left it whose last migration was this one, with rows in it.
async fn make_former(path: &Path, version: i64) {
    let mut connection = connect(path).await;
    // Each migration meets the rows of those before it.
    for known in 1..=version {
        let migrations = MIGRATIONS.iter().filter(|migration| migration.version <= known).cloned().collect();
        Migrator::with_migrations(migrations).run(&mut connection).await.unwrap();
        for statement in write_former_rows(known, "0", |hex| format!("x'{hex}'")) {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
        }
    }
    connection.close().await.unwrap();
}

/// A file as that program left it, without what later ones would have written.
async fn make_as_it_was(path: &Path, version: i64) {
    let mut connection = connect(path).await;
    let migrations = MIGRATIONS.iter().filter(|migration| migration.version <= version).cloned().collect();
    Migrator::with_migrations(migrations).run(&mut connection).await.unwrap();
    for since in 1..=version {
        for statement in write_former_rows(since, "0", |hex| format!("x'{hex}'")) {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
        }
    }
    connection.close().await.unwrap();
}

#[tokio::test]
async fn todays_program_opens_a_file_of_each_schema() {
    for migration in MIGRATIONS.iter() {
        let folder = tempfile::tempdir().unwrap();
        for (name, path) in [("grown", folder.path().join("grown.db")), ("new", folder.path().join("new.db"))]
        {
            match name {
                "grown" => make_former(&path, migration.version).await,
                _ => make_as_it_was(&path, migration.version).await,
            }
            let store = SqliteStore::open(&path).await.unwrap();
            finds_what_was_there(&store, migration.version).await;
            store.close().await;
            let mut connection = connect(&path).await;
            let broken: Option<String> =
                sqlx::query_scalar("PRAGMA integrity_check").fetch_optional(&mut connection).await.unwrap();
            assert_eq!(broken.as_deref(), Some("ok"));
            let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut connection).await.unwrap();
            assert!(orphans.is_empty(), "schema {}", migration.version);
        }
    }
}

#[tokio::test]
async fn a_file_of_a_newer_program_is_refused_and_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("relay.db");
    // Behind by some and ahead by one: nothing of it may be brought up either.
    make_as_it_was(&path, 1).await;
    let mut connection = connect(&path).await;
    sqlx::raw_sql(
        "CREATE TABLE of_tomorrow (id INTEGER) STRICT;
         INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum, execution_time
         FROM _sqlx_migrations",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    let before = std::fs::read(&path).unwrap();
    let refused = SqliteStore::open(&path).await;
    assert!(matches!(refused, Err(StoreError::Newer)), "{refused:?}");
    assert!(StoreError::Newer.to_string().contains("a newer program"));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}
