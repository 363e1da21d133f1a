//! Records into an open vault: all changes of a batch, or none.
//!
//! What it must never do: confirm what is not on the disk, or write to a vault that something else has changed.

use rand_core::CryptoRng;

use crate::error::{RecordError, StorageError};
use crate::manifest::sign;
use crate::record::{Batch, Record, RecordId};
use crate::rows;
use crate::state::State;
use crate::store;
use crate::vault::Vault;

impl Vault {
    /// Keeps a new record. `now` is in Unix seconds. It is on the disk when this returns.
    pub async fn insert<T: Record>(
        &self,
        record: &T,
        now: i64,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<RecordId, RecordError> {
        let mut batch = self.batch();
        let id = batch.insert(record, now, rng)?;
        self.write(batch).await?;
        Ok(id)
    }

    /// Replaces a record of the same kind.
    pub async fn update<T: Record>(
        &self,
        id: RecordId,
        record: &T,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<(), RecordError> {
        let mut batch = self.batch();
        batch.update(id, record, rng)?;
        self.write(batch).await
    }

    /// Removes a record, damaged or not. Removing what is not there is no fault.
    pub async fn remove(&self, id: RecordId) -> Result<(), RecordError> {
        let mut batch = self.batch();
        batch.remove(id);
        self.write(batch).await
    }

    /// Does all changes in one transaction, which is on the disk when this returns, or none of them.
    pub async fn write(&self, batch: Batch) -> Result<(), RecordError> {
        let mut state = self.ready().await?;
        let State { connection, contents, wholeness, known, .. } = &mut *state;
        if !wholeness.is_fine() {
            return Err(RecordError::NotWhole { found: *wholeness });
        }
        let current = contents.as_ref().ok_or(StorageError::Damaged)?;
        let staged = current.index.stage(batch.into_ops(), &self.keys.record)?;
        let mut next = contents.take().ok_or(StorageError::Damaged)?;
        let changes = next.index.apply(staged);

        self.check_place()?;
        store::begin(connection).await?;
        rows::write_changes(connection, self.keys.record.epoch(), &changes).await?;
        let mark = sign(connection, &self.keys.manifest, &mut next).await?;
        self.commit(connection).await?;
        *known = Some(mark);
        *contents = Some(next);
        state.remember();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;
    use secrecy::SecretString;

    use super::*;
    use crate::new_slots::NewSlots;
    use crate::unlock::Stretching;

    #[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    struct Note(String);

    impl Record for Note {
        const KIND: &'static str = "note";
    }

    async fn new_vault() -> (tempfile::TempDir, Vault, ChaCha20Rng) {
        let folder = tempfile::tempdir().unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let passphrase = SecretString::from("a long enough passphrase");
        let slots = NewSlots::new(&passphrase, Stretching::FLOOR);
        let vault = Vault::create(&folder.path().join("vault.db"), &slots, 100, &mut rng).await.unwrap();
        (folder, vault, rng)
    }

    #[tokio::test]
    async fn a_full_disk_is_named_and_loses_nothing() {
        let (_folder, vault, mut rng) = new_vault().await;
        let id = vault.insert(&Note("kept".to_owned()), 100, &mut rng).await.unwrap();
        // SQLite's own limit gives the very code that a full disk gives.
        let full = "PRAGMA max_page_count = 1";
        sqlx::raw_sql(full).execute(&mut vault.state.lock().await.connection).await.unwrap();

        let large = Note("x".repeat(1_000_000));
        let refused = vault.insert(&large, 100, &mut rng).await;
        assert!(matches!(refused, Err(RecordError::Storage(StorageError::Full))), "{refused:?}");
        assert_eq!(vault.list().await.unwrap(), [(id, Note("kept".to_owned()))]);

        let room = "PRAGMA max_page_count = 100000";
        sqlx::raw_sql(room).execute(&mut vault.state.lock().await.connection).await.unwrap();
        vault.insert(&large, 100, &mut rng).await.unwrap();
        assert_eq!(vault.list::<Note>().await.unwrap().len(), 2);
    }

    /// SQLite takes some refused writes back by itself, as where the disk is full when they are committed, and others it does
    /// not. After neither may what is confirmed be left in a transaction that nobody ends.
    #[tokio::test]
    async fn what_is_confirmed_after_refused_writes_is_in_the_file() {
        let (folder, vault, mut rng) = new_vault().await;
        for refusal in [
            "CREATE TEMP TRIGGER refuse BEFORE INSERT ON record BEGIN SELECT RAISE(ROLLBACK, 'full'); END",
            "CREATE TEMP TRIGGER refuse BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'full'); END",
        ] {
            sqlx::raw_sql(refusal).execute(&mut vault.state.lock().await.connection).await.unwrap();
            vault.insert(&Note("refused".to_owned()), 100, &mut rng).await.unwrap_err();
            assert!(vault.list::<Note>().await.unwrap().is_empty());
            let again = "DROP TRIGGER refuse";
            sqlx::raw_sql(again).execute(&mut vault.state.lock().await.connection).await.unwrap();
        }
        vault.insert(&Note("kept".to_owned()), 100, &mut rng).await.unwrap();
        // Somebody else sees only what is committed.
        let mut other = store::connect(&folder.path().join("vault.db")).await.unwrap();
        let rows = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM record");
        assert_eq!(rows.fetch_one(&mut other).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn an_abandoned_write_leaves_the_vault_as_it_was_or_as_it_should_be() {
        let (_folder, vault, mut rng) = new_vault().await;
        let id = vault.insert(&Note("0".to_owned()), 100, &mut rng).await.unwrap();
        // How far each one comes depends on the threads; over forty attempts all moments are met.
        for polls in 1..40 {
            let before: Note = vault.load(id).await.unwrap().unwrap();
            let after = Note(format!("{polls}"));
            let mut batch = vault.batch();
            batch.update(id, &after, &mut rng).unwrap();
            let mut write = Box::pin(vault.write(batch));
            for _ in 0..polls {
                if write.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(write);
            let found: Note = vault.load(id).await.unwrap().unwrap();
            assert!(found == before || found == after, "{found:?}");
            assert!(vault.damaged().await.unwrap().is_empty());
        }
        vault.update(id, &Note("last".to_owned()), &mut rng).await.unwrap();
        assert_eq!(vault.load(id).await.unwrap(), Some(Note("last".to_owned())));
    }
}
