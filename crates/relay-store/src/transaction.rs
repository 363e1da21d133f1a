//! A transaction: what the shop calls a purchase, and where it collects the outcome, once.

use async_trait::async_trait;

use crate::{GrantId, Sha256, StoreError, Tombstones};

/// A transaction as it stands. Transactions of two shops may have the same id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Three wrong codes were tried.
    pub burned: bool,
    pub answered: bool,
    /// Its requests: one link, or a link and a QR code.
    pub asked: Vec<Asked>,
}

/// What a transaction's state is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub exp: i64,
    pub response_by: i64,
    /// A wallet has fetched it.
    pub bound: bool,
}

/// What a shop collects of a granted transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    pub grant_id: GrantId,
    /// `None` from a wallet that knows OpenID4VP only.
    pub grant_claim: Option<String>,
    pub consent_receipt: Option<String>,
    pub relay_receipt: String,
    pub release_sha256: Sha256,
}

/// The outcome of a try to collect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Collect {
    Granted(Box<Collected>),
    Declined,
    /// The code is not the right one; this try has been counted, unless the right one was presented earlier.
    Wrong,
    /// Too many wrong codes: the grant and its release are gone.
    Burned,
    /// The right code, too late: after the first time, or after the answer; or its grant is gone.
    Used,
    NotFound,
}

/// Operations on transactions.
#[async_trait]
pub trait TransactionStore: Send + Sync {
    async fn find_transaction(&self, sector: &str, id: &str) -> Result<Option<Transaction>, StoreError>;

    /// Compares the digest of a response code, counts a wrong one, burns the transaction at the third, marks the first right one:
    /// all in one transaction of the database. The tombstone of a grant that burns is written before that counts.
    async fn collect(
        &self,
        sector: &str,
        id: &str,
        code_sha256: &Sha256,
        now: i64,
        tombstones: &dyn Tombstones,
    ) -> Result<Collect, StoreError>;
}
