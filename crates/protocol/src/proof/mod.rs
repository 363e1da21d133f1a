//! Who is calling the relay: proofs that travel in HTTP headers (docs/protocol.md sections 5.4 and 12).
//!
//! Whether a proof was used before is for the relay to remember; [`Call::jti`] says what to remember.

mod dpop;
mod shop;

pub use dpop::DpopProof;
pub use shop::{HttpCall, ShopProof};

use crate::keys::PublicKey;
use crate::time::{SKEW, Timestamp};

/// How old a proof may be, in seconds.
const OLDEST: i64 = 60 + SKEW;

/// A proof is malformed, stale, made for another call, or not signed by the key it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the call's proof of possession does not hold")]
pub struct ProofRefused;

/// What a proof proved.
#[derive(Debug, Clone)]
pub struct Call {
    /// The key of the caller.
    pub key: PublicKey,
    /// To be remembered until the proof is stale, and refused a second time.
    pub jti: String,
    /// Until when to remember it.
    pub stale_at: Timestamp,
}

fn is_fresh(iat: Timestamp, now: Timestamp) -> bool {
    !iat.is_ahead_of(now) && now - iat <= OLDEST
}

fn stale_at(iat: Timestamp) -> Timestamp {
    iat + OLDEST + 1
}
