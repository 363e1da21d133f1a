//! Opening a release for an order: the shop's side of step 6 (docs/protocol.md section 10).
//!
//! Never in here: a file that is written, a log. What comes out is shown or printed, then wiped.

use passerby_protocol::passport::Order;
use passerby_protocol::reveal::{self, Disclosure, RevealRefusal};
use passerby_protocol::time::Timestamp;
use passerby_protocol::wire::json;

use crate::release_keys::ReleaseKeys;

/// Why a release was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The order's record is not one.
    #[error(
        "the order's record is incomplete: grant_id, user_ref, release_sha256, client_id, nonce, response_uri, terms_hash, \
         passport_jkt and claims are needed, as the shop stored them, and asked where another wallet answered"
    )]
    Order,
    /// The release does not open, or not for this order.
    #[error(transparent)]
    Refused(#[from] RevealRefusal),
}

/// Opens the release of the order whose record is `order` (JSON), with the shop's release keys.
pub fn open_release(
    order: &str,
    release: &str,
    keys: &ReleaseKeys,
    now: Timestamp,
) -> Result<Disclosure, OpenError> {
    let order: Order = json::parse(order.as_bytes()).map_err(|_| OpenError::Order)?;
    Ok(reveal::open(&order, release.trim_ascii(), keys.as_slice(), now)?)
}
