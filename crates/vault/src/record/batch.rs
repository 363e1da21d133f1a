//! Several changes that happen together or not at all.

use std::fmt;
use std::sync::Arc;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{IdClock, Record, RecordId, encode};
use crate::error::RecordError;
use crate::unlock::Nonce;

/// Changes for one durable transaction; made by [`Vault::batch`](crate::Vault::batch), done by
/// [`Vault::write`](crate::Vault::write) of the same vault. Or the first records of a vault that is about to be made.
///
/// Later changes see earlier ones, and an inserted record's id is known at once, so that a record can refer to another
/// of the same batch. Dropping a batch changes nothing.
pub struct Batch {
    clock: Arc<IdClock>,
    ops: Vec<Op>,
}

/// One change, encoded but not yet sealed: its version is known only when it is written.
pub(crate) struct Op {
    pub(crate) id: RecordId,
    pub(crate) kind: OpKind,
}

pub(crate) enum OpKind {
    Insert(Draft),
    Update(Draft),
    Remove,
}

pub(crate) struct Draft {
    pub(crate) kind: &'static str,
    pub(crate) plaintext: Zeroizing<Vec<u8>>,
    pub(crate) nonce: Nonce,
}

impl Batch {
    pub(crate) fn new(clock: Arc<IdClock>) -> Self {
        Self { clock, ops: Vec::new() }
    }

    /// An empty list of the first records of a vault, for [`Vault::create_with`](crate::Vault::create_with).
    #[must_use]
    pub fn of_new_vault() -> Self {
        Self::new(Arc::new(IdClock::after(None)))
    }

    /// Adds a new record. `now` is in Unix seconds and becomes part of the id.
    pub fn insert<T: Record>(
        &mut self,
        record: &T,
        now: i64,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<RecordId, RecordError> {
        let draft = Draft::make(record, rng)?;
        let id = self.clock.make_id(now, rng);
        self.ops.push(Op { id, kind: OpKind::Insert(draft) });
        Ok(id)
    }

    /// Replaces the record under `id`, which must be of the same kind: checked when the batch is written.
    pub fn update<T: Record>(
        &mut self,
        id: RecordId,
        record: &T,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<(), RecordError> {
        let draft = Draft::make(record, rng)?;
        self.ops.push(Op { id, kind: OpKind::Update(draft) });
        Ok(())
    }

    /// Removes the record under `id`. Removing what is not there is no fault.
    pub fn remove(&mut self, id: RecordId) {
        self.ops.push(Op { id, kind: OpKind::Remove });
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    pub(crate) fn into_ops(self) -> Vec<Op> {
        self.ops
    }
}

impl Draft {
    fn make<T: Record>(record: &T, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Self, RecordError> {
        Ok(Self { kind: T::KIND, plaintext: encode(record)?, nonce: Nonce::make(rng) })
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("changes", &self.ops.len()).finish_non_exhaustive()
    }
}
