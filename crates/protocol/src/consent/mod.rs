//! Step 3, consent: the person decides (docs/protocol.md section 7).
//!
//! Out comes a [`Grant`] with exactly the attributes that were shown and chosen, or nothing. Never in here: a default
//! that says yes.

mod grant;
mod receipt;

pub use grant::{Choice, ConsentRefusal, Grant};
pub use receipt::{ConsentReceipt, RECEIPT_TYP};
