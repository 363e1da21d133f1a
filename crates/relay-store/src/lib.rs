//! What a relay keeps, and what a store must be able to do with it.
//!
//! ```text
//! shop ──park──▶ ParkedRequest ──bind──▶ (one wallet) ──answer──▶ Grant + sealed Release ──open──▶ Opening
//!                      └── Transaction: the shop's name for it, collected once
//! ```
//!
//! One file a noun: the record, and the trait with the operations on it. An operation that must not be torn apart is one
//! method here, so that no caller can put its halves in two transactions. A method that changes something returns only
//! when the change is durable.
//!
//! Times are whole seconds since 1970-01-01T00:00:00Z, handed in by the caller: a store has no clock. Digests are 32 raw bytes.
//!
//! This crate must never name a plaintext, a cryptographic primitive, or a particular database.

pub mod answer;
pub mod challenge;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod contents;
pub mod error;
pub mod grant;
pub mod opening;
pub mod period;
pub mod request;
pub mod row;
pub mod schema;
mod self_copy;
pub mod shop;
pub mod sweep;
pub mod tombstone;
pub mod transaction;
pub mod wake;

pub use answer::{Answer, AnswerStore, Answered, NewGrant, ToAnswer};
pub use challenge::{Challenge, ChallengeStore, Met, ProvenShop};
pub use error::StoreError;
pub use grant::{Grant, GrantId, ParseGrantIdError};
pub use opening::{NewOpening, Opening, OpeningStore};
pub use period::{GrantsUnder, KeptRelease, Period, PeriodStore, WrappedRelease};
pub use request::{Bind, NewRequest, Park, ParkedRequest, RequestStore};
pub use schema::Schema;
pub use self_copy::{LeaveCopy, SelfCopy, SelfCopyStore};
pub use shop::{
    KeepStatement, KeptStatement, Proof, RemovedShop, Shop, ShopStore, Suspension, read_claims, write_claims,
};
pub use sweep::{PoolUse, SweepStore, Swept};
pub use tombstone::{TombstoneStore, Tombstones};
pub use transaction::{Asked, Collect, Collected, Transaction, TransactionStore};
pub use wake::{Ears, News, WakeStore};

/// A SHA-256 digest, raw.
pub type Sha256 = [u8; 32];

/// How many wrong response codes burn a transaction (docs/protocol.md section 12).
pub const WRONG_CODES: u32 = 3;
/// For how many seconds after the first collection the same code is answered again.
pub const COLLECT_AGAIN: i64 = 120;
/// A grant that nobody collected is kept for this many seconds.
pub const UNCOLLECTED: i64 = 24 * 3600;
/// A request is kept for this many seconds after its `response_by`.
pub const AFTER_RESPONSE_BY: i64 = 24 * 3600;
/// A challenge that nobody met is kept for this many seconds.
pub const CHALLENGE_LIFE: i64 = 7 * 24 * 3600;
/// A day, by which a shop's requests are counted. It begins at midnight UTC.
pub const DAY: i64 = 24 * 3600;

/// Everything a relay needs of its store.
pub trait RelayStore:
    ShopStore
    + ChallengeStore
    + RequestStore
    + TransactionStore
    + AnswerStore
    + OpeningStore
    + SelfCopyStore
    + PeriodStore
    + TombstoneStore
    + SweepStore
    + WakeStore
{
}

impl<S> RelayStore for S where
    S: ShopStore
        + ChallengeStore
        + RequestStore
        + TransactionStore
        + AnswerStore
        + OpeningStore
        + SelfCopyStore
        + PeriodStore
        + TombstoneStore
        + SweepStore
        + WakeStore
{
}
