//! The relay's receipt: "I hold this release under this grant" (docs/protocol.md section 9.3, ext.).

use serde::{Deserialize, Serialize};

use crate::issuer::Issuer;
use crate::keys::{RelayKeys, SigningKey};
use crate::time::Timestamp;
use crate::wire::jws::{self, JwsError, Unverified};

const TYP: &str = "passerby-relay-receipt+jwt";

/// The receipt names something else than what was sent, or is not the relay's: `relay-receipt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the relay confirms something else than what this wallet sent")]
pub struct RelayReceiptRefused;

/// What a relay confirms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayReceipt {
    /// The relay.
    pub iss: Issuer,
    /// When.
    pub iat: Timestamp,
    /// The grant it made.
    pub grant_id: String,
    /// Which request was answered.
    pub response_uri: String,
    /// Which sealed release it holds.
    pub release_sha256: String,
    /// Which grant claim it holds; absent for a foreign wallet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_sha256: Option<String>,
}

impl RelayReceipt {
    /// Signs it with the relay's key.
    pub fn sign(&self, key: &SigningKey) -> Result<String, JwsError> {
        jws::sign(&jws::Header::new(TYP).with_kid(key.public()), self, key)
    }

    /// Checks that the relay of `keys` confirms exactly what was sent; gives the grant's id.
    pub fn check(
        compact: &str,
        keys: &RelayKeys,
        response_uri: &str,
        release_sha256: &str,
        claim_sha256: &str,
        grant_id: &str,
    ) -> Result<Self, RelayReceiptRefused> {
        let parsed = Unverified::<Self>::parse(compact, TYP).map_err(|_| RelayReceiptRefused)?;
        let key = keys.find(parsed.header().kid.as_deref()).ok_or(RelayReceiptRefused)?;
        let receipt = parsed.verify(key).map_err(|_| RelayReceiptRefused)?;
        let same = receipt.iss == *keys.issuer()
            && receipt.response_uri == response_uri
            && receipt.release_sha256 == release_sha256
            && receipt.claim_sha256.as_deref() == Some(claim_sha256)
            && receipt.grant_id == grant_id;
        if same { Ok(receipt) } else { Err(RelayReceiptRefused) }
    }
}
