//! The proof with which a wallet asks for a passport (docs/protocol.md section 9.1, ext.).

use serde::{Deserialize, Serialize};

use crate::issuer::Issuer;
use crate::keys::{PairwiseKey, PublicKey};
use crate::random_id::RequestId;
use crate::sector::Sector;
use crate::time::{SKEW, Timestamp};
use crate::wire::jws::{self, JwsError, Unverified};

const TYP: &str = "passerby-passport-request+jwt";

/// How old a proof may be, in seconds.
const OLDEST: i64 = 60 + SKEW;

/// "I hold this key at this sector, and I am answering this request."
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PassportRequest {
    aud: String,
    iat: Timestamp,
    sector: Sector,
    request: RequestId,
}

impl PassportRequest {
    /// Makes and signs the proof.
    pub fn sign(
        issuer: &Issuer,
        request: &RequestId,
        key: &PairwiseKey,
        now: Timestamp,
    ) -> Result<String, JwsError> {
        let proof = Self {
            aud: issuer.to_string(),
            iat: now,
            sector: key.sector().clone(),
            request: request.clone(),
        };
        jws::sign(&jws::Header::new(TYP).with_jwk(key.public()), &proof, key.signing_key())
    }

    /// Checks a proof that came with a call for `request` of `sector`; gives the key it proves.
    pub fn parse(
        compact: &str,
        issuer: &Issuer,
        sector: &Sector,
        request: &RequestId,
        now: Timestamp,
    ) -> Result<PublicKey, JwsError> {
        let parsed = Unverified::<Self>::parse(compact, TYP)?;
        let holder = parsed.header().jwk.clone().ok_or(JwsError::Malformed)?;
        let proof = parsed.verify(&holder)?;
        let fresh = !proof.iat.is_ahead_of(now) && now - proof.iat <= OLDEST;
        let fits = proof.aud == issuer.as_str() && proof.sector == *sector && proof.request == *request;
        if fresh && fits { Ok(holder) } else { Err(JwsError::Signature) }
    }
}
