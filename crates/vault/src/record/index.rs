//! What is in the vault, in memory: which record is of which kind, and which version of it is the current one.
//!
//! It lives from unlocking to locking and is never written anywhere, but the manifest is made from it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeBounds;
use std::sync::Arc;

use rayon::prelude::*;

use super::batch::Draft;
use super::{MAX_RECORD_LEN, Op, OpKind, RecordId, find_kind};
use crate::error::RecordError;
use crate::rows::RecordRow;
use crate::unlock::{RecordSeal, TAG_LEN};

#[derive(Default)]
pub(crate) struct Index {
    entries: BTreeMap<RecordId, Entry>,
}

struct Entry {
    /// `None` for a row that is damaged: its kind cannot be told.
    kind: Option<Arc<str>>,
    stamp: Stamp,
    /// The row itself, still sealed, unless it is large: a list of thousands is then opened without asking SQLite for
    /// each.
    blob: Option<Box<[u8]>>,
}

/// What is known of a record without opening it: id, version, and the sealed row where it is kept.
pub(crate) type Known<'a> = (RecordId, i64, Option<&'a [u8]>);

/// The largest blob that is kept in memory: nonce, a kibibyte and tag.
const LIGHT: usize = 24 + 1024 + TAG_LEN;

/// What the manifest knows of a record beside its id: its version and the tag of its seal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) ver: i64,
    pub(crate) tag: [u8; TAG_LEN],
}

impl Stamp {
    /// The stamp of a sealed row. A blob too short to have a tag has one of zeros: nothing opens such a row.
    pub(crate) fn of(ver: i64, blob: &[u8]) -> Self {
        Self { ver, tag: blob.last_chunk().copied().unwrap_or_default() }
    }
}

/// One sealed row to be written.
pub(crate) enum Change {
    Insert { id: RecordId, ver: i64, blob: Vec<u8> },
    Update { id: RecordId, old_ver: i64, ver: i64, blob: Vec<u8> },
    Remove { id: RecordId },
}

/// Changes that were found possible: what the index becomes, and the rows that make it so.
#[derive(Default)]
pub(crate) struct Staged {
    /// `None` for a record that is removed.
    entries: BTreeMap<RecordId, Option<Entry>>,
    pub(crate) changes: Vec<Change>,
}

impl Index {
    /// Opens every row once. Rows that do not open, or hold no record, are set aside as damaged.
    pub(crate) fn read(rows: &[(RecordId, RecordRow)], seal: &RecordSeal) -> Self {
        // The longest part of unlocking after the derivation, and each row stands alone: on all cores.
        let opened = rows.par_iter().map(|(id, row)| {
            let plaintext =
                (row.epoch == seal.epoch()).then(|| seal.open(*id, row.ver, row.epoch, &row.blob)).flatten();
            let kind = plaintext.and_then(|plaintext| find_kind(&plaintext));
            (*id, kind, Stamp::of(row.ver, &row.blob), keep(&row.blob))
        });
        let opened: Vec<_> = opened.collect();
        let mut kinds = BTreeSet::<Arc<str>>::new();
        let entries = opened.into_iter().map(|(id, kind, stamp, blob)| {
            // There are few kinds and many records.
            let kind = kind.map(|kind| {
                let one = kinds.get(kind.as_str()).cloned().unwrap_or_else(|| Arc::from(kind));
                kinds.insert(Arc::clone(&one));
                one
            });
            (id, Entry { kind, stamp, blob })
        });
        Self { entries: entries.collect() }
    }

    /// The current version of a record, if there is one of this kind.
    pub(crate) fn find(&self, id: RecordId, kind: &str) -> Option<i64> {
        self.entries.get(&id).filter(|entry| entry.is(kind)).map(|entry| entry.stamp.ver)
    }

    /// The current version of a record of any kind that can be read.
    pub(crate) fn find_version(&self, id: RecordId) -> Option<i64> {
        self.entries.get(&id).filter(|entry| entry.kind.is_some()).map(|entry| entry.stamp.ver)
    }

    /// All records of a kind, in order.
    pub(crate) fn of_kind(&self, kind: &str) -> impl DoubleEndedIterator<Item = Known<'_>> {
        self.known(kind, ..)
    }

    /// The records of a kind that stand before this id, in order.
    pub(crate) fn before(&self, id: RecordId, kind: &str) -> impl DoubleEndedIterator<Item = Known<'_>> {
        self.known(kind, ..id)
    }

    fn known(
        &self,
        kind: &str,
        range: impl RangeBounds<RecordId>,
    ) -> impl DoubleEndedIterator<Item = Known<'_>> {
        let found = self.entries.range(range).filter(move |(_, entry)| entry.is(kind));
        found.map(|(id, entry)| (*id, entry.stamp.ver, entry.blob.as_deref()))
    }

    pub(crate) fn damaged(&self) -> impl Iterator<Item = RecordId> {
        self.entries.iter().filter(|(_, entry)| entry.kind.is_none()).map(|(id, _)| *id)
    }

    pub(crate) fn is_damaged(&self, id: RecordId) -> bool {
        self.entries.get(&id).is_some_and(|entry| entry.kind.is_none())
    }

    /// Sets a record aside that was found damaged after unlocking. Its stamp stays what it should be.
    pub(crate) fn set_damaged(&mut self, id: RecordId) {
        if let Some(entry) = self.entries.get_mut(&id) {
            (entry.kind, entry.blob) = (None, None);
        }
    }

    /// The highest id, damaged ones left out: their ids may be anything.
    pub(crate) fn last(&self) -> Option<RecordId> {
        self.entries.iter().rev().find(|(_, entry)| entry.kind.is_some()).map(|(id, _)| *id)
    }

    /// What the manifest is made of: every row, damaged or not, in the order of the ids.
    pub(crate) fn stamps(&self) -> impl ExactSizeIterator<Item = (RecordId, Stamp)> {
        self.entries.iter().map(|(id, entry)| (*id, entry.stamp))
    }

    /// Seals these changes, if all of them are possible. Later ones see earlier ones.
    pub(crate) fn stage(&self, ops: Vec<Op>, seal: &RecordSeal) -> Result<Staged, RecordError> {
        let mut staged = Staged::default();
        for Op { id, kind } in ops {
            match kind {
                OpKind::Insert(draft) => staged.insert(id, draft, seal)?,
                OpKind::Update(draft) => {
                    let earlier = staged.entries.get(&id).map(Option::as_ref);
                    let kind = draft.kind;
                    let old_ver = match earlier.unwrap_or_else(|| self.entries.get(&id)) {
                        Some(Entry { kind: None, .. }) => return Err(RecordError::Damaged { id }),
                        Some(entry) if entry.is(kind) => entry.stamp.ver,
                        _ => return Err(RecordError::Missing { id, kind }),
                    };
                    staged.update(id, old_ver, draft, seal)?;
                }
                OpKind::Remove => {
                    staged.entries.insert(id, None);
                    staged.changes.push(Change::Remove { id });
                }
            }
        }
        Ok(staged)
    }

    /// Becomes what was staged; what is left to do comes back.
    pub(crate) fn apply(&mut self, staged: Staged) -> Vec<Change> {
        for (id, entry) in staged.entries {
            match entry {
                Some(entry) => self.entries.insert(id, entry),
                None => self.entries.remove(&id),
            };
        }
        staged.changes
    }
}

impl Staged {
    fn insert(&mut self, id: RecordId, draft: Draft, seal: &RecordSeal) -> Result<(), RecordError> {
        let (kind, ver) = (draft.kind, 1);
        let blob = draft.seal(id, ver, seal)?;
        self.entries.insert(id, Some(Entry::of(kind, ver, &blob)));
        self.changes.push(Change::Insert { id, ver, blob });
        Ok(())
    }

    fn update(
        &mut self,
        id: RecordId,
        old_ver: i64,
        draft: Draft,
        seal: &RecordSeal,
    ) -> Result<(), RecordError> {
        // A version that cannot be counted on is no version this program wrote.
        let ver = old_ver.checked_add(1).ok_or(RecordError::Damaged { id })?;
        let kind = draft.kind;
        let blob = draft.seal(id, ver, seal)?;
        self.entries.insert(id, Some(Entry::of(kind, ver, &blob)));
        self.changes.push(Change::Update { id, old_ver, ver, blob });
        Ok(())
    }
}

impl Entry {
    fn of(kind: &str, ver: i64, blob: &[u8]) -> Self {
        Self { kind: Some(Arc::from(kind)), stamp: Stamp::of(ver, blob), blob: keep(blob) }
    }

    fn is(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }
}

fn keep(blob: &[u8]) -> Option<Box<[u8]>> {
    (blob.len() <= LIGHT).then(|| blob.into())
}

impl Draft {
    fn seal(self, id: RecordId, ver: i64, seal: &RecordSeal) -> Result<Vec<u8>, RecordError> {
        let Self { kind, plaintext, nonce } = self;
        seal.seal(id, ver, nonce, &plaintext)
            .map_err(|_| RecordError::TooLong { kind, limit: MAX_RECORD_LEN })
    }
}
