//! Step 1, request: what a shop asks, signed (docs/protocol.md section 5).
//!
//! ```text
//! link ──▶ RequestLink ──GET──▶ SignedRequest      nothing in either is trusted before step 2
//! ```
//!
//! Never in here: a decision whether the shop may ask. That is [`crate::verify`].

mod graded;
mod link;
mod object;
mod query;
mod terms;

pub use graded::{GradedClaims, Subject, Ways};
pub(crate) use link::{LONGEST, Parameters, is_address};
pub use link::{LinkRefusal, RequestLink, RequestUri};
pub(crate) use object::AUDIENCE;
pub use object::{Flow, RequestObject, RequestRefusal, SignedRequest, TYP, TimeLimit, VerifierInfo};
pub use query::{Asked, OptionalClaim, PASSPORT_QUERY, PROFILE_QUERY, PROFILE_VCT, QueryRefusal};
pub(crate) use query::{MOST_CLAIMS, check_plain, claims_of, holds_null};
pub(crate) use terms::is_shown_text;
pub use terms::{Terms, TermsRefusal, TermsText};
