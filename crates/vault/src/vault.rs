//! An open vault: its keys, its file, and that what is remembered of the file is so. What can be done with the records in it
//! is in `reading.rs` and `writing.rs`.

use std::fmt;
use std::sync::Arc;

use sqlx::SqliteConnection;
use tokio::sync::{Mutex, MutexGuard};

use crate::error::{StorageError, VaultError};
use crate::file::{Identity, VaultFile};
use crate::manifest::{Contents, Rows};
use crate::record::{Batch, IdClock, RecordId};
use crate::rows::{self, RecordRow};
use crate::state::{Anchored, State};
use crate::store;
use crate::unlock::{Keys, VaultId};
use crate::wholeness::Wholeness;

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

    /// An empty list of changes to [`write`](Vault::write) together.
    #[must_use]
    pub fn batch(&self) -> Batch {
        Batch::new(Arc::clone(&self.ids))
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
