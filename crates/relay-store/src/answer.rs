//! An answer: what a wallet sent to a request, exactly once.

use async_trait::async_trait;

use crate::{GrantId, KeptRelease, ParkedRequest, RequestStore, Sha256, StoreError};

/// An answer that the caller has checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub request_id: String,
    /// Of the body, byte for byte.
    pub body_sha256: Sha256,
    /// The JSON that this answer gets, now and whenever it comes again.
    pub reply: String,
    /// Of the response code inside the reply's address.
    pub code_sha256: Sha256,
    pub answered_at: i64,
    /// `None`: the person declined.
    pub grant: Option<NewGrant>,
}

/// A grant that comes with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGrant {
    pub id: GrantId,
    /// Thumbprint of the person's key at this shop; `None` from a wallet that knows OpenID4VP only.
    pub holder_jkt: Option<String>,
    pub grant_claim: Option<String>,
    pub consent_receipt: Option<String>,
    pub relay_receipt: String,
    /// The sealed release, which only the shop can open.
    pub release: KeptRelease,
    pub release_sha256: Sha256,
    /// When it is to be deleted.
    pub keep_until: i64,
}

/// A request that is to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToAnswer {
    pub request: ParkedRequest,
    /// The digest of the body that answered it already, and its reply.
    pub answered: Option<(Sha256, String)>,
}

/// What became of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answered {
    /// It stands; here is its reply.
    Stored(String),
    /// The same bytes stood already; here is the reply they got.
    Again(String),
    /// Other bytes stand, here or at another request of the same transaction.
    Already,
    /// The transaction was burned by wrong codes.
    Burned,
    /// The period that the release lies under has ended, or never began. Nothing was changed.
    PeriodOver,
    NotFound,
}

/// Operations on answers.
#[async_trait]
pub trait AnswerStore: RequestStore {
    /// The digest of the body that was answered, and its reply.
    async fn find_answer(&self, request_id: &str) -> Result<Option<(Sha256, String)>, StoreError>;

    /// What [`RequestStore::find_request`] and [`AnswerStore::find_answer`] tell, at once.
    async fn find_to_answer(&self, request_id: &str) -> Result<Option<ToAnswer>, StoreError>;

    /// Stores an answer with its grant, release and reply, or says who was first. One transaction.
    async fn answer(&self, answer: &Answer) -> Result<Answered, StoreError>;
}
