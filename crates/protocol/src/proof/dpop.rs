//! DPoP proofs (RFC 9449 section 4.2), without access tokens: "the same wallet as before".

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use super::{Call, ProofRefused, is_fresh, stale_at};
use crate::keys::SigningKey;
use crate::random_id::Nonce;
use crate::time::Timestamp;
use crate::wire::jws::{self, JwsError, Unverified};

const TYP: &str = "dpop+jwt";

/// The payload of a DPoP proof.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DpopProof {
    jti: String,
    htm: String,
    htu: String,
    iat: Timestamp,
}

impl DpopProof {
    /// Makes a proof for one call; `htu` is the address without query and fragment.
    pub fn make(
        method: &str,
        htu: &str,
        key: &SigningKey,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<String, JwsError> {
        let jti = Nonce::make(rng).as_str().to_owned();
        let proof = Self { jti, htm: method.to_owned(), htu: htu.to_owned(), iat: now };
        jws::sign(&jws::Header::new(TYP).with_jwk(key.public()), &proof, key)
    }

    /// Checks a proof for the call that it came with.
    pub fn parse(compact: &str, method: &str, htu: &str, now: Timestamp) -> Result<Call, ProofRefused> {
        let parsed = Unverified::<Self>::parse(compact, TYP).map_err(|_| ProofRefused)?;
        let key = parsed.header().jwk.clone().ok_or(ProofRefused)?;
        let proof = parsed.verify(&key).map_err(|_| ProofRefused)?;
        let fits = proof.htm == method && proof.htu == htu && (1..=128).contains(&proof.jti.len());
        if !fits || !is_fresh(proof.iat, now) {
            return Err(ProofRefused);
        }
        Ok(Call { key, jti: proof.jti, stale_at: stale_at(proof.iat) })
    }
}
