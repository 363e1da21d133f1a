//! What is in the vault, in memory: which record is of which kind, and which version of it is the current one.
//!
//! It lives from unlocking to locking and is never written anywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::batch::Draft;
use super::{MAX_RECORD_LEN, Op, OpKind, RecordId, find_kind};
use crate::error::RecordError;
use crate::store::RecordRow;
use crate::unlock::RecordSeal;

#[derive(Clone, Default)]
pub(crate) struct Index {
    entries: BTreeMap<RecordId, Entry>,
    damaged: BTreeSet<RecordId>,
}

#[derive(Clone)]
pub(crate) struct Entry {
    kind: Arc<str>,
    ver: i64,
}

/// One sealed row to be written.
pub(crate) enum Change {
    Insert { id: RecordId, ver: i64, blob: Vec<u8> },
    Update { id: RecordId, old_ver: i64, ver: i64, blob: Vec<u8> },
    Remove { id: RecordId },
}

impl Index {
    /// Opens every row once. Rows that do not open, or hold no record, are set aside as damaged.
    pub(crate) fn read(rows: &[(RecordId, RecordRow)], seal: &RecordSeal) -> Self {
        let mut kinds = BTreeSet::<Arc<str>>::new();
        let mut index = Self::default();
        for (id, row) in rows {
            let kind = (row.epoch == seal.epoch())
                .then(|| seal.open(*id, row.ver, row.epoch, &row.blob))
                .flatten()
                .and_then(|plaintext| find_kind(&plaintext));
            let Some(kind) = kind else {
                index.damaged.insert(*id);
                continue;
            };
            let kind = kinds.get(kind.as_str()).cloned().unwrap_or_else(|| Arc::from(kind));
            kinds.insert(Arc::clone(&kind));
            index.entries.insert(*id, Entry { kind, ver: row.ver });
        }
        index
    }

    /// The current version of a record, if there is one of this kind.
    pub(crate) fn find(&self, id: RecordId, kind: &str) -> Option<i64> {
        self.entries.get(&id).filter(|entry| &*entry.kind == kind).map(|entry| entry.ver)
    }

    /// Ids and versions of all records of a kind, in order.
    pub(crate) fn of_kind(&self, kind: &str) -> BTreeMap<RecordId, i64> {
        self.entries
            .iter()
            .filter(|(_, entry)| &*entry.kind == kind)
            .map(|(id, entry)| (*id, entry.ver))
            .collect()
    }

    pub(crate) fn damaged(&self) -> &BTreeSet<RecordId> {
        &self.damaged
    }

    /// Sets a record aside that was found damaged after unlocking.
    pub(crate) fn set_damaged(&mut self, id: RecordId) {
        self.entries.remove(&id);
        self.damaged.insert(id);
    }

    /// The highest id, damaged ones left out: their ids may be anything.
    pub(crate) fn last(&self) -> Option<RecordId> {
        self.entries.last_key_value().map(|(id, _)| *id)
    }

    /// The index after these changes, and the sealed rows that make it so.
    pub(crate) fn stage(&self, ops: Vec<Op>, seal: &RecordSeal) -> Result<(Self, Vec<Change>), RecordError> {
        let mut next = self.clone();
        let mut changes = Vec::with_capacity(ops.len());
        for Op { id, kind } in ops {
            match kind {
                OpKind::Insert(draft) => {
                    let ver = 1;
                    next.entries.insert(id, Entry { kind: Arc::from(draft.kind), ver });
                    changes.push(Change::Insert { id, ver, blob: draft.seal(id, ver, seal)? });
                }
                OpKind::Update(draft) => {
                    if next.damaged.contains(&id) {
                        return Err(RecordError::Damaged { id });
                    }
                    let entry = next.entries.get_mut(&id).filter(|entry| &*entry.kind == draft.kind);
                    let entry = entry.ok_or(RecordError::Missing { id, kind: draft.kind })?;
                    let old_ver = entry.ver;
                    entry.ver += 1;
                    let ver = entry.ver;
                    changes.push(Change::Update { id, old_ver, ver, blob: draft.seal(id, ver, seal)? });
                }
                OpKind::Remove => {
                    next.entries.remove(&id);
                    next.damaged.remove(&id);
                    changes.push(Change::Remove { id });
                }
            }
        }
        Ok((next, changes))
    }
}

impl Draft {
    fn seal(self, id: RecordId, ver: i64, seal: &RecordSeal) -> Result<Vec<u8>, RecordError> {
        let Self { kind, plaintext, nonce } = self;
        seal.seal(id, ver, nonce, &plaintext)
            .map_err(|_| RecordError::TooLong { kind, limit: MAX_RECORD_LEN })
    }
}
