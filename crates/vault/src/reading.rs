//! Records out of an open vault.
//!
//! What it must never do: give out a record whose seal does not fit its place, or believe what is remembered of a file that
//! something else has written to.

use rayon::prelude::*;

use crate::error::{RecordError, StorageError};
use crate::manifest::Contents;
use crate::record::{Index, Known, Record, RecordId, decode};
use crate::rows;
use crate::state::State;
use crate::store;
use crate::vault::Vault;

/// How many rows a list asks for at a time.
const PORTION: usize = 64;

impl Vault {
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
}
