//! A request that a shop parked for a wallet to fetch.

use async_trait::async_trait;

use crate::StoreError;

/// What a shop hands over. The caller has checked the signature and the times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRequest {
    /// The shop's random id, also the last part of the link's `request_uri`.
    pub id: String,
    pub sector: String,
    /// The shop's own name for the purchase; a link and a QR code may share one.
    pub transaction_id: String,
    /// The request object, compact.
    pub request: String,
    /// Where the person's browser goes afterwards.
    pub redirect_uri: String,
    /// What a grant claim must repeat.
    pub client_id: String,
    pub nonce: String,
    pub response_uri: String,
    pub terms_hash: String,
    /// The last moment for the first fetch.
    pub exp: i64,
    /// The last moment for an answer.
    pub response_by: i64,
    /// Days for which the shop may have the release opened.
    pub retention_days: u32,
    pub parked_at: i64,
}

/// A request as it stands in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedRequest {
    pub parked: NewRequest,
    /// Thumbprint of the wallet key that fetched it first.
    pub bound_jkt: Option<String>,
    /// Its transaction was burned by wrong codes.
    pub burned: bool,
}

/// What became of a request that was to be parked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Park {
    /// It stands, now or since an earlier call with the same content.
    Parked,
    /// Something else is parked under this id.
    IdTaken,
    /// Its transaction has been answered or burned: no further request can join it.
    TransactionClosed,
    /// The shop has parked as many as it may on the day of `parked_at`.
    OverQuota,
}

/// What became of a request that a wallet wanted to have to itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bind {
    /// It belongs to this key, now or since an earlier call.
    Bound(Box<ParkedRequest>),
    /// Another key was first.
    TakenByAnother,
    /// It is not bound and may no longer be: `now` is at or past `until`, or its transaction is answered or burned.
    TooLate,
    NotFound,
}

/// Operations on requests.
#[async_trait]
pub trait RequestStore: Send + Sync {
    /// Parks a request, and opens its transaction unless that is open. `parked_at` does not count when contents are compared.
    ///
    /// At most `most_a_day` requests of a shop are parked between two midnights (UTC, see [`crate::DAY`]), whatever becomes of them. One that is
    /// parked already counts once.
    async fn park_request(&self, request: &NewRequest, most_a_day: u32) -> Result<Park, StoreError>;

    async fn find_request(&self, id: &str) -> Result<Option<ParkedRequest>, StoreError>;

    /// Binds a request to the first key that asks. `leeway` seconds are added to `exp`. A key that is bound already gets the
    /// request again, whatever the time.
    async fn bind_request(&self, id: &str, jkt: &str, now: i64, leeway: i64) -> Result<Bind, StoreError>;
}
