//! An open vault, and what can be done with the records in it.

use std::fmt;
use std::sync::Arc;

use rand_core::CryptoRng;
use rayon::prelude::*;
use sqlx::SqliteConnection;
use tokio::sync::{Mutex, MutexGuard};

use crate::error::{RecordError, StorageError, VaultError};
use crate::file::{Identity, VaultFile};
use crate::manifest::{Contents, Rows, sign};
use crate::record::{Batch, IdClock, Index, Known, Record, RecordId, decode};
use crate::rows::{self, RecordRow};
use crate::state::{Anchored, State};
use crate::store;
use crate::unlock::{Keys, VaultId};
use crate::wholeness::Wholeness;

/// How many rows a list asks for at a time.
const PORTION: usize = 64;

/// An open vault: the only way to a person's records. Shared by reference; its operations wait for each other.
///
/// Dropping it wipes the key and releases the file, but only [`Vault::lock`] empties SQLite's write-ahead log.
pub struct Vault {
    pub(crate) keys: Keys,
    ids: Arc<IdClock>,
    pub(crate) state: Mutex<State>,
    /// Held while a backup is written.
    pub(crate) backing_up: Mutex<()>,
    /// Which file is open, whatever stands at its path by now.
    identity: Option<Identity>,
    /// Released last.
    file: VaultFile,
}

impl Vault {
    pub(crate) fn new(file: VaultFile, connection: SqliteConnection, keys: Keys, contents: Contents) -> Self {
        let ids = Arc::new(IdClock::after(contents.index.last()));
        let known = contents.find_fitting_mark(&keys.manifest);
        let wholeness = Wholeness::judge(known, None);
        let anchored = Anchored::No;
        let state = State { connection, contents: Some(contents), wholeness, known, anchored };
        let identity = file.find_identity();
        Self { keys, ids, state: Mutex::new(state), backing_up: Mutex::new(()), identity, file }
    }

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

    /// An empty list of changes to [`write`](Vault::write) together.
    #[must_use]
    pub fn batch(&self) -> Batch {
        Batch::new(Arc::clone(&self.ids))
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

    /// The record under `id`, or `None` if there is none of this kind.
    pub async fn load<T: Record>(&self, id: RecordId) -> Result<Option<T>, RecordError> {
        let mut state = self.ready().await?;
        let State { connection, contents: Some(Contents { index, .. }), .. } = &mut *state else {
            return Err(StorageError::Damaged.into());
        };
        if index.is_damaged(id) {
            return Err(RecordError::Damaged { id });
        }
        let Some(ver) = index.find(id, T::KIND) else { return Ok(None) };
        let row = rows::find_records(connection, &[id]).await?.pop();
        let Some(plaintext) = row.and_then(|(id, row)| self.open_row(id, ver, &row)) else {
            index.set_damaged(id);
            return Err(RecordError::Damaged { id });
        };
        decode(&plaintext).map(Some)
    }

    /// All readable records of a kind, oldest first. Damaged ones are left out and named by [`Vault::damaged`]; a record of
    /// another shape than `T` is the program's fault and an error.
    pub async fn list<T: Record>(&self) -> Result<Vec<(RecordId, T)>, RecordError> {
        let mut state = self.ready().await?;
        self.read_known(&mut state, |index| index.of_kind(T::KIND).collect()).await
    }

    /// The newest readable records of a kind, newest first: at most so many, and only those that stand before a record. Fewer
    /// than so many are all that are left. Otherwise like [`Vault::list`]; no other record is opened.
    pub async fn list_newest<T: Record>(
        &self,
        before: Option<RecordId>,
        most: usize,
    ) -> Result<Vec<(RecordId, T)>, RecordError> {
        let mut state = self.ready().await?;
        let (mut found, mut from) = (Vec::new(), before);
        while found.len() < most {
            let wanted = most - found.len();
            let (mut asked, mut oldest) = (0, None);
            let some = self.read_known(&mut state, |index| {
                let some: Vec<_> = match from {
                    Some(id) => index.before(id, T::KIND).rev().take(wanted).collect(),
                    None => index.of_kind(T::KIND).rev().take(wanted).collect(),
                };
                (asked, oldest) = (some.len(), some.last().map(|(id, ..)| *id));
                some
            });
            // Damaged ones were left out: what stands before them takes their places.
            found.extend(some.await?.into_iter().rev());
            if asked < wanted {
                break;
            }
            from = oldest;
        }
        Ok(found)
    }

    /// Opens the records that are chosen, in the order of their ids. Damaged ones are set aside.
    async fn read_known<T: Record>(
        &self,
        state: &mut State,
        choose: impl FnOnce(&Index) -> Vec<Known<'_>>,
    ) -> Result<Vec<(RecordId, T)>, RecordError> {
        let State { connection, contents: Some(Contents { index, version, .. }), .. } = state else {
            return Err(StorageError::Damaged.into());
        };
        let now = store::find_version(connection).await?;
        // Something else wrote to the file: what it holds now is looked at, not what is remembered of it.
        let remembered = *version.get_or_insert(now) == now;

        let seal = &self.keys.record;
        let found = choose(index);
        let opened = found.par_iter().map(|(id, ver, blob)| {
            let blob = blob.filter(|_| remembered);
            let plaintext = blob.and_then(|blob| seal.open(*id, *ver, seal.epoch(), blob));
            plaintext.map(|plaintext| decode(&plaintext)).transpose()
        });
        let opened: Vec<Option<T>> = opened.collect::<Result<_, _>>()?;
        let (mut records, mut unread) = (Vec::new(), Vec::new());
        for ((id, ver, _), record) in found.into_iter().zip(opened) {
            match record {
                Some(record) => records.push((id, record)),
                None => unread.push((id, ver)),
            }
        }
        for portion in unread.chunks(PORTION) {
            let ids: Vec<_> = portion.iter().map(|(id, _)| *id).collect();
            // Only these: a list must not become slower with every record of another kind.
            let mut rows = rows::find_records(connection, &ids).await?.into_iter().peekable();
            for (id, ver) in portion {
                let row = rows.next_if(|(found, _)| found == id);
                // No row: somebody took it out of the file while it was open here.
                match row.and_then(|(id, row)| self.open_row(id, *ver, &row)) {
                    Some(plaintext) => records.push((*id, decode(&plaintext)?)),
                    None => index.set_damaged(*id),
                }
            }
        }
        records.sort_by_key(|(id, _)| *id);
        Ok(records)
    }

    /// The rows whose seal did not fit their place, or that vanished while the vault was open, as far as is known.
    ///
    /// Their kind cannot be told. They stay in the file until they are [removed](Vault::remove).
    pub async fn damaged(&self) -> Result<Vec<RecordId>, RecordError> {
        let state = self.ready().await?;
        Ok(state.contents.iter().flat_map(|contents| contents.index.damaged()).collect())
    }

    /// When the newest readable record was made, in Unix seconds by the clock of then.
    pub async fn newest(&self) -> Result<Option<i64>, StorageError> {
        let state = self.ready().await?;
        let newest = state.contents.as_ref().and_then(|contents| contents.index.last());
        Ok(newest.map(|id| i64::try_from(id.millis() / 1000).unwrap_or(i64::MAX)))
    }

    /// Closes the vault: SQLite's log is emptied into the file, the keys and the index are wiped, the file is released.
    pub async fn lock(self) -> Result<(), VaultError> {
        let Self { keys, ids: _, state, backing_up: _, identity: _, file } = self;
        drop(keys);
        let State { connection, anchored, .. } = state.into_inner();
        let closed = store::close(connection).await;
        drop(file);
        if let Anchored::FromNow(keeper) | Anchored::Yes(keeper) = anchored {
            keeper.finish().await;
        }
        Ok(closed?)
    }

    /// The vault and the epoch that its slots are bound to.
    pub(crate) fn place(&self) -> (VaultId, i64) {
        self.keys.record.place()
    }

    /// The state with contents that match the file.
    pub(crate) async fn ready(&self) -> Result<MutexGuard<'_, State>, StorageError> {
        let mut state = self.state.lock().await;
        if state.contents.is_none() {
            store::take_back(&mut state.connection).await;
            let version = store::find_version(&mut state.connection).await?;
            let slots = store::read_slots(&mut state.connection).await?;
            let mark = store::find_mark(&mut state.connection).await?;
            let records = rows::read_records(&mut state.connection).await?;
            let version = Some(version);
            state.contents = Some(Contents::read(&Rows { slots, records, mark, version }, &self.keys));
            let known = state.known;
            state.judge(&self.keys, known);
        }
        Ok(state)
    }

    /// Commits, and makes sure that it is the vault's own file that it went to: what is taken away while it is open can be
    /// written to until it is closed, and is then gone.
    pub(crate) async fn commit(&self, connection: &mut SqliteConnection) -> Result<(), StorageError> {
        store::commit(connection).await?;
        self.check_place()?;
        if self.file.has_log() { Ok(()) } else { Err(StorageError::Gone) }
    }

    pub(crate) fn check_place(&self) -> Result<(), StorageError> {
        if self.file.find_identity() == self.identity { Ok(()) } else { Err(StorageError::Gone) }
    }

    pub(crate) fn open_row(
        &self,
        id: RecordId,
        ver: i64,
        row: &RecordRow,
    ) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        let seal = &self.keys.record;
        (row.ver == ver && row.epoch == seal.epoch())
            .then(|| seal.open(id, row.ver, row.epoch, &row.blob))
            .flatten()
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("keys", &self.keys).finish_non_exhaustive()
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
