//! From an older schema to this program's: with a copy beside the vault first, then all at once or not at all.
//!
//! To add a migration: a new file in `migrations/` that ends by setting the schema's number, [`SCHEMA`] here, then
//! `cargo xtask generate`, a line in `tests/migrations.sha256`, and, when it is released, a vault of that schema in
//! `tests/fixtures`, which must open for ever.
//!
//! A migration makes tables and indexes, never a view, a trigger or a computed column: every program refuses those
//! ([`store::refuse_computed`]).
//!
//! What it must never do: change a vault whose key was not proven yet, or one that a newer program wrote.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Connection, SqliteConnection};

use crate::error::{StorageError, VaultError};
use crate::file::VaultFile;
use crate::manifest::{Contents, sign_anew};
use crate::store;
use crate::unlock::{FIRST_EPOCH, Keys};

/// The number of the newest migration.
pub const SCHEMA: i64 = 2;

/// The first schema with a manifest.
pub(crate) const FIRST_SIGNED: i64 = 2;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Lays out the tables of an empty file.
pub(crate) async fn lay_out(connection: &mut SqliteConnection) -> Result<(), StorageError> {
    // `run` takes anything a connection can be acquired from, and a future that awaits it on a reference cannot be proven
    // `Send`; `run_direct` is sqlx's own way around that.
    MIGRATIONS.run_direct(None, connection, false).await.map_err(|error| match error {
        MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _) => cause.into(),
        // The list of migrations in the file is not one that any program left.
        MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) | MigrateError::Dirty(_) => {
            StorageError::Damaged
        }
        other => StorageError::Database(other.into()),
    })
}

/// Refuses a file that a newer program wrote. Reads only.
pub(crate) async fn check(connection: &mut SqliteConnection, schema: i64) -> Result<(), VaultError> {
    let found = schema.max(store::find_newest_migration(connection).await?);
    if found > SCHEMA {
        return Err(VaultError::Newer { found, known: SCHEMA });
    }
    Ok(())
}

/// Brings the vault from `schema` to [`SCHEMA`], with the manifest that follows from `contents`.
///
/// A schema-1 vault had no manifest, so there is nothing to compare its contents with: they are taken as they are. Only
/// vaults of the first epoch can be so old. In a later epoch a missing manifest was taken away; none is made then, and
/// the vault is reported as altered.
pub(crate) async fn bring_up(
    file: &VaultFile,
    connection: &mut SqliteConnection,
    schema: i64,
    keys: &Keys,
    contents: &mut Contents,
) -> Result<(), VaultError> {
    lay_copy(file, connection, schema).await.map_err(VaultError::Copy)?;
    let mut transaction = connection.begin().await.map_err(StorageError::from)?;
    lay_out(&mut transaction).await?;
    if schema < FIRST_SIGNED && keys.record.epoch() < FIRST_EPOCH {
        sign_anew(&mut transaction, &keys.manifest, contents, 0).await?;
    }
    let now = store::find_header(&mut transaction).await?;
    if now.is_none_or(|header| header.schema != SCHEMA) {
        return Err(StorageError::Damaged.into());
    }
    transaction.commit().await.map_err(StorageError::from)?;
    // One copy too many harms nobody, and the vault is ready.
    drop(file.drop_older_copies(schema));
    Ok(())
}

/// A durable copy beside the vault, as it is before the migration.
async fn lay_copy(
    file: &VaultFile,
    connection: &mut SqliteConnection,
    schema: i64,
) -> Result<(), StorageError> {
    let draft = file.make_copy_draft()?;
    let copied = match store::copy(connection, &draft).await {
        Ok(()) => file.keep_copy(&draft, schema).map_err(StorageError::from),
        Err(error) => Err(error),
    };
    if copied.is_err() {
        // The first error is the one that explains.
        drop(std::fs::remove_file(&draft));
    }
    copied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_number_is_the_newest_migration() {
        assert_eq!(MIGRATIONS.iter().map(|migration| migration.version).max(), Some(SCHEMA));
    }
}
