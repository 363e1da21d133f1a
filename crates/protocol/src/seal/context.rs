//! What a release is bound to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The request that an answer belongs to. Bound into the HPKE `info` and kept with the order.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The shop's `client_id`, whole.
    pub client_id: String,
    /// The request's one-time number.
    pub nonce: String,
    /// Where the answer went.
    pub response_uri: String,
}

/// Says whose it is, and none of its one-time numbers.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Context({}, ..)", self.client_id)
    }
}

impl Context {
    /// `"OpenID4VP-si" FF client_id FF nonce FF response_uri`: `session_info` of the OpenID4VP 1.1 draft.
    pub(crate) fn info(&self) -> Vec<u8> {
        let parts = ["OpenID4VP-si", &self.client_id, &self.nonce, &self.response_uri];
        parts.map(str::as_bytes).join(&0xff)
    }
}
