//! Group commit: whoever waits to write while another writes shares its transaction, and so its one write to the disk.
//!
//! ```text
//! first      BEGIN  part  · · · · · · · · · · · · · told
//! second            · · · part  · · · · · · · · · · told
//! committer         · · · · · · COMMIT, on the disk ▲
//! ```
//!
//! Turns are taken in the order in which they were asked for, and the committer asks when the transaction begins: after those who
//! waited by then. A part is a savepoint, so that what fails or is given up halfway takes back what it wrote and nothing else. Nobody
//! is answered before the commit, not even who only read: it may have been what another part wrote.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use passerby_relay_store::StoreError;
use sqlx::sqlite::{Sqlite, SqliteConnection, SqlitePool};
use sqlx::{SqlSafeStr as _, Transaction};
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard, watch};

use crate::failure::{shared_error, store_error};

#[cfg(test)]
mod tests;

/// How long a caller waits for its turn.
const TURN: Duration = Duration::from_secs(10);

type Fate = Option<Result<(), Arc<StoreError>>>;

/// The one connection that writes, with the transaction that is open on it.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    pool: SqlitePool,
    open: Arc<Mutex<Option<Group>>>,
}

#[derive(Debug)]
struct Group {
    transaction: Transaction<'static, Sqlite>,
    /// A savepoint stands: of the part at work, or of one that was given up.
    unfinished: bool,
    /// After this failure nobody knows what a commit would keep.
    spoiled: Option<StoreError>,
    fate: watch::Sender<Fate>,
}

/// One caller's turn in a transaction. Dropped before its end, it takes back what it wrote.
#[derive(Debug)]
pub(crate) struct Part(OwnedMappedMutexGuard<Option<Group>, Group>);

impl Writer {
    pub(crate) fn new(pool: SqlitePool) -> Self {
        Self { pool, open: Arc::default() }
    }

    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Waits for the right to write. The part holds it until its end, so that what it reads cannot change under it.
    pub(crate) async fn begin(&self) -> Result<Part, StoreError> {
        let turn = tokio::time::timeout(TURN, Arc::clone(&self.open).lock_owned()).await;
        let mut open = turn.map_err(|_| store_error(sqlx::Error::PoolTimedOut))?;
        if let Some(group) = open.as_mut() {
            group.take_back().await;
        }
        if let Some(group) = open.take_if(|group| group.spoiled.is_some()) {
            group.end().await;
        }
        if open.is_none() {
            let transaction = self.pool.begin_with("BEGIN IMMEDIATE".into_sql_str()).await;
            let transaction = transaction.map_err(store_error)?;
            let fate = watch::Sender::new(None);
            *open = Some(Group { transaction, unfinished: false, spoiled: None, fate });
            tokio::spawn(end(Arc::clone(&self.open)));
        }
        let closed = |_| store_error(sqlx::Error::PoolClosed);
        let mut part = Part(OwnedMutexGuard::try_map(open, Option::as_mut).map_err(closed)?);
        sqlx::query("SAVEPOINT part").execute(&mut *part).await.map_err(store_error)?;
        part.0.unfinished = true;
        Ok(part)
    }
}

impl Part {
    /// Keeps what was written if all went well, and gives the outcome back once it is on the disk; else takes it back.
    pub(crate) async fn end<T>(self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        let Self(mut group) = self;
        if outcome.is_err() {
            group.take_back().await;
            return outcome;
        }
        group.unfinished = false;
        group.run("RELEASE part").await;
        let mut fate = group.fate.subscribe();
        drop(group);
        // Without a word the whole program is about to end.
        let told = fate.wait_for(Option::is_some).await.map_err(|_| store_error(sqlx::Error::PoolClosed))?;
        match &*told {
            Some(Err(error)) => Err(shared_error(error)),
            _ => outcome,
        }
    }
}

impl Group {
    /// Takes back the part that was not finished, if there is one.
    async fn take_back(&mut self) {
        if self.unfinished {
            self.run("ROLLBACK TO part").await;
            self.unfinished = false;
            self.run("RELEASE part").await;
        }
    }

    /// SQLite takes a whole transaction back by itself when a disk is full, for one; then its savepoints are unknown.
    async fn run(&mut self, statement: &'static str) {
        if let Err(error) = sqlx::query(statement).execute(&mut *self.transaction).await {
            self.spoiled.get_or_insert(store_error(error));
        }
    }

    async fn end(mut self) {
        self.take_back().await;
        let committed = match self.spoiled {
            None => self.transaction.commit().await.map_err(store_error),
            Some(error) => Err(error),
        };
        self.fate.send_replace(Some(committed.map_err(Arc::new)));
    }
}

async fn end(open: Arc<Mutex<Option<Group>>>) {
    let mut open = open.lock().await;
    if let Some(group) = open.take() {
        group.end().await;
    }
}

impl Deref for Part {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.0.transaction
    }
}

impl DerefMut for Part {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.0.transaction
    }
}
