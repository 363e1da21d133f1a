//! Step 2, verify: who is really asking, and may they ask for that (docs/protocol.md section 6).
//!
//! ```text
//! SignedRequest ─┐
//! fetched Statement ─┼──▶ VerifiedRequest (and the Pin to remember)
//! Pin, if known ─┘
//! ```
//!
//! At first sight three sources must name the same root key; later the pin decides. A relay's attestation alone never
//! proves a sector, and no pairwise key may be derived before all of this has passed.

mod attestation;
mod pin;
mod sources;
mod statement;
mod verified;

pub use attestation::{Attestation, AttestationRefusal};
pub use pin::{Familiarity, Pin};
pub(crate) use statement::is_called_statement;
pub use statement::{ParsedStatement, Statement, StatementRefusal};
pub use verified::{VerifiedRequest, VerifyRefusal};
