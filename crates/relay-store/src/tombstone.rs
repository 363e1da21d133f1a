//! A tombstone: the trace, outside the database, of a grant that was deleted before its time, so that no backup brings it back.

use async_trait::async_trait;

use crate::{GrantId, StoreError};

/// Where tombstones are written. Whatever deletes a grant that time alone would not delete has to be handed one of these: there is no
/// other door.
#[async_trait]
pub trait Tombstones: Send + Sync {
    /// Writes that these grants are deleted. A store calls it within the transaction that deletes them, before that counts; when it
    /// fails, nothing is deleted. It may be called again for the same grants.
    async fn write(&self, grants: &[GrantId]) -> Result<(), StoreError>;
}

/// What replaying tombstones needs of a store.
#[async_trait]
pub trait TombstoneStore: Send + Sync {
    /// The next grants, in the order of their ids.
    async fn list_grants(&self, after: Option<GrantId>, most: u32) -> Result<Vec<GrantId>, StoreError>;

    /// Whether a grant is there.
    async fn has_grant(&self, id: GrantId) -> Result<bool, StoreError>;

    /// Deletes grants whose tombstones are written already. All of them or none; gives how many were there.
    async fn delete_grants(&self, ids: &[GrantId]) -> Result<u64, StoreError>;

    /// What [`TombstoneStore::keep_seen`] kept last.
    async fn find_seen(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// Keeps which state of the journal this database has been through. The bytes mean nothing to a store.
    async fn keep_seen(&self, journal: &[u8]) -> Result<(), StoreError>;
}
