//! The self-copy: what a wallet leaves at a relay for its own person, should only the 24 words remain
//! (docs/protocol.md section 14, ext.).
//!
//! ```text
//! SelfCopy ──seal──▶ SealedCopy ──▶ relay ──▶ SealedCopy ──open──▶ SelfCopy
//!     root secret, sector, n ─────────────────────────────┘
//! ```
//!
//! It brings back what the person gave to one shop, and which keys that shop had. What it must never hold: the value of
//! a detail, or anything of another shop.

mod copy;
mod sealed;

pub use copy::{CopiedGrant, CopiedState, SelfCopy};
pub use sealed::{SealedCopy, SelfCopyRefusal, SelfCopyTooLarge};
