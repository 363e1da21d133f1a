//! The published keys of a relay: JWT VC issuer metadata (SD-JWT VC, "JWT VC Issuer Metadata").

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::PublicKey;
use crate::issuer::Issuer;
use crate::wire::json;

/// The keys a relay signs passports, attestations and receipts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayKeys {
    issuer: Issuer,
    jwks: Jwks,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Jwks {
    #[serde(deserialize_with = "keep_known")]
    keys: Vec<NamedKey>,
}

/// A relay may publish keys of kinds that come later: they are skipped.
fn keep_known<'de, D: Deserializer<'de>>(reader: D) -> Result<Vec<NamedKey>, D::Error> {
    let keys = Vec::<Value>::deserialize(reader)?;
    Ok(keys.into_iter().filter_map(|key| json::parse_value(key).ok()).collect())
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct NamedKey {
    #[serde(flatten)]
    key: PublicKey,
    kid: String,
    alg: String,
}

/// A document is not the key document of this relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the relay's key document is malformed or belongs to another relay")]
pub struct NotTheRelaysKeys;

impl RelayKeys {
    /// The document of a relay with these keys; each is named by its thumbprint.
    #[must_use]
    pub fn new<'a>(issuer: Issuer, keys: impl IntoIterator<Item = &'a PublicKey>) -> Self {
        let named =
            |key: &PublicKey| NamedKey { key: key.clone(), kid: key.jkt().into(), alg: "ES256".into() };
        Self { issuer, jwks: Jwks { keys: keys.into_iter().map(named).collect() } }
    }

    /// Reads the document found at [`Issuer::keys_address`]; it must name the issuer that was asked.
    pub fn parse(bytes: &[u8], issuer: &Issuer) -> Result<Self, NotTheRelaysKeys> {
        let keys: Self = json::parse(bytes).map_err(|_| NotTheRelaysKeys)?;
        let kids: std::collections::HashSet<_> = keys.jwks.keys.iter().map(|named| &named.kid).collect();
        let unique = kids.len() == keys.jwks.keys.len();
        if keys.issuer == *issuer && unique { Ok(keys) } else { Err(NotTheRelaysKeys) }
    }

    /// Whose keys these are.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The key with this `kid`.
    #[must_use]
    pub fn find(&self, kid: Option<&str>) -> Option<&PublicKey> {
        self.jwks
            .keys
            .iter()
            .find(|named| Some(named.kid.as_str()) == kid && named.alg == "ES256")
            .map(|named| &named.key)
    }
}
