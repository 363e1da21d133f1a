//! Step 5, deliver: the passport, the grant claim around the sealed release, and what the shop checks
//! (docs/protocol.md section 9).
//!
//! ```text
//! pairwise key ──PassportRequest──▶ relay ──Passport──▶ wallet ──GrantClaim──▶ relay ──▶ shop ──▶ Order
//! ```
//!
//! Never in here: an attribute's value. All of this is visible to the relay.

mod grant_claim;
mod issued;
mod order;
mod proof;
mod question;
mod relay_receipt;

pub use grant_claim::{CheckedGrantClaim, GrantClaim, GrantClaimRefusal};
pub use issued::{Passport, PassportRefusal};
pub use order::{Answered, AskedNames, Order};
pub use proof::PassportRequest;
pub use question::Question;
pub use relay_receipt::{RelayReceipt, RelayReceiptRefused};
