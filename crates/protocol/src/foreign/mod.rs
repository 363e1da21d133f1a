//! Foreign verifiers: who asks by a certificate alone, in plain OpenID4VP and HAIP (docs/protocol.md section 13).
//!
//! ```text
//! link ──▶ ForeignLink ──GET or POST──▶ CertifiedRequest ──no Statement at the host──▶ ForeignRequest
//!                                                                                          │ consent
//!                                                     ForeignAnswer ◀──seal── ForeignGrant ◀┘
//! ```
//!
//! A certificate proves a host and nothing else: no purpose, no retention, nobody who vouches for who reads the answer.
//! Never in here: a passport, a grant claim, a key derived for a host that has a Statement, an answer to an unsigned request.

mod answer;
mod certificate;
mod encryption;
mod host;
mod link;
mod query;
mod refusal;
mod request;
mod wallet_metadata;

pub use answer::{ForeignAnswer, ForeignGrant};
pub use certificate::{NotAnAnchor, TrustAnchors};
pub use host::ForeignHost;
pub use link::{FetchMethod, ForeignClientId, ForeignLink, Link};
pub use query::{ForeignAsked, ForeignPart};
pub use refusal::ForeignRefusal;
pub use request::{CertifiedRequest, Fetch, ForeignRequest};
pub use wallet_metadata::wallet_metadata;
