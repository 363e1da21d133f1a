//! The relay's verifier attestation (OpenID4VP 1.0 section 12): which root key its admin recorded for a shop.

use serde::{Deserialize, Serialize};

use crate::issuer::Issuer;
use crate::keys::{Jkt, PublicKey, RelayKeys, SigningKey};
use crate::sector::Sector;
use crate::time::{DAY, Timestamp};
use crate::wire::jws::{self, JwsError, Unverified};

const TYP: &str = "verifier-attestation+jwt";

/// The longest life of an attestation.
const LONGEST: i64 = 30 * DAY;

/// Why an attestation was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttestationRefusal {
    /// Not an attestation at all.
    #[error("the relay's word for this shop is malformed")]
    Malformed,
    /// Another `typ` or `alg`.
    #[error("the relay's word for this shop is of another type")]
    Type,
    /// Not signed by a key of the relay.
    #[error("the relay's word for this shop is not signed by the relay")]
    Signature,
    /// By another relay than the one that carries the request.
    #[error("the relay's word for this shop comes from another relay")]
    Issuer,
    /// Ended, not yet valid, or made for more than 30 days.
    #[error("the relay's word for this shop has run out")]
    Expired,
    /// For another shop.
    #[error("the relay's word is for another shop")]
    Sector,
}

impl AttestationRefusal {
    /// The refusal as the protocol names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malformed => "attestation-malformed",
            Self::Type => "attestation-type",
            Self::Signature => "attestation-signature",
            Self::Issuer => "attestation-issuer",
            Self::Expired => "attestation-expired",
            Self::Sector => "attestation-sector",
        }
    }
}

impl From<JwsError> for AttestationRefusal {
    fn from(refused: JwsError) -> Self {
        match refused {
            JwsError::TooLarge | JwsError::Malformed => Self::Malformed,
            JwsError::Type => Self::Type,
            JwsError::Signature => Self::Signature,
        }
    }
}

/// What a relay says of a shop.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attestation {
    iss: String,
    sub: String,
    iat: Timestamp,
    exp: Timestamp,
    cnf: Confirmation,
    statement_root_jkt: Jkt,
    response_uri_prefix: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Confirmation {
    jwk: PublicKey,
}

impl Attestation {
    /// What a relay says: this root was recorded for `sector`, and this key may sign its requests for `life` seconds.
    #[must_use]
    pub fn new(
        issuer: &Issuer,
        sector: &Sector,
        request_key: &PublicKey,
        root: &Jkt,
        now: Timestamp,
        life: i64,
    ) -> Self {
        Self {
            iss: issuer.to_string(),
            sub: sector.to_string(),
            iat: now,
            exp: now + life.min(LONGEST),
            cnf: Confirmation { jwk: request_key.clone() },
            statement_root_jkt: root.clone(),
            response_uri_prefix: issuer.response_prefix(),
        }
    }

    /// Signs it with a key of the relay.
    pub fn sign(&self, relay_key: &SigningKey) -> Result<String, JwsError> {
        jws::sign(&jws::Header::new(TYP).with_kid(relay_key.public()), self, relay_key)
    }

    /// Reads and checks an attestation found in the header of a request parked at the relay of `keys`.
    pub fn parse(
        compact: &str,
        keys: &RelayKeys,
        sector: &Sector,
        now: Timestamp,
    ) -> Result<Self, AttestationRefusal> {
        let parsed = Unverified::<Self>::parse(compact, TYP)?;
        let key = keys.find(parsed.header().kid.as_deref()).ok_or(AttestationRefusal::Signature)?;
        let attestation = parsed.verify(key)?;
        if attestation.iss != keys.issuer().as_str()
            || attestation.response_uri_prefix != keys.issuer().response_prefix()
        {
            return Err(AttestationRefusal::Issuer);
        }
        let life = attestation.exp - attestation.iat;
        if attestation.exp.has_ended(now)
            || attestation.iat.is_ahead_of(now)
            || !(1..=LONGEST).contains(&life)
        {
            return Err(AttestationRefusal::Expired);
        }
        if attestation.sub == sector.as_str() { Ok(attestation) } else { Err(AttestationRefusal::Sector) }
    }

    /// The key that may sign requests.
    #[must_use]
    pub fn request_key(&self) -> &PublicKey {
        &self.cnf.jwk
    }

    /// The root that the relay's admin recorded.
    #[must_use]
    pub fn root_jkt(&self) -> &Jkt {
        &self.statement_root_jkt
    }

    /// When it ends.
    #[must_use]
    pub fn exp(&self) -> Timestamp {
        self.exp
    }
}
