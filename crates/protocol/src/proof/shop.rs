//! Shop proofs (docs/protocol.md section 12, ext.): DPoP's idea with a request key, the body bound in.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use super::{Call, ProofRefused, is_fresh, stale_at};
use crate::issuer::Issuer;
use crate::keys::SigningKey;
use crate::random_id::Nonce;
use crate::sector::Sector;
use crate::time::Timestamp;
use crate::wire::b64u;
use crate::wire::jws::{self, JwsError, Unverified};

const TYP: &str = "passerby-shop+jwt";

/// The payload of a shop proof.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShopProof {
    iss: Sector,
    aud: String,
    iat: Timestamp,
    jti: String,
    htm: String,
    htu: String,
    body_sha256: String,
}

/// The call a proof is for.
#[derive(Debug, Clone, Copy)]
pub struct HttpCall<'a> {
    /// `GET`, `POST`.
    pub method: &'a str,
    /// The address without query.
    pub htu: &'a str,
    /// The exact bytes of the body.
    pub body: &'a [u8],
}

impl ShopProof {
    /// Makes a proof for one call.
    pub fn make(
        sector: &Sector,
        issuer: &Issuer,
        call: HttpCall<'_>,
        key: &SigningKey,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<String, JwsError> {
        let proof = Self {
            iss: sector.clone(),
            aud: issuer.to_string(),
            iat: now,
            jti: Nonce::make(rng).as_str().to_owned(),
            htm: call.method.to_owned(),
            htu: call.htu.to_owned(),
            body_sha256: b64u::sha256(call.body),
        };
        jws::sign(&jws::Header::new(TYP).with_jwk(key.public()), &proof, key)
    }

    /// Checks a proof for the call that it came with. Whether its key is the shop's is for the relay to look up.
    pub fn parse(
        compact: &str,
        issuer: &Issuer,
        call: HttpCall<'_>,
        now: Timestamp,
    ) -> Result<(Sector, Call), ProofRefused> {
        let parsed = Unverified::<Self>::parse(compact, TYP).map_err(|_| ProofRefused)?;
        let key = parsed.header().jwk.clone().ok_or(ProofRefused)?;
        let proof = parsed.verify(&key).map_err(|_| ProofRefused)?;
        let fits = proof.aud == issuer.as_str()
            && proof.htm == call.method
            && proof.htu == call.htu
            && proof.body_sha256 == b64u::sha256(call.body)
            && (1..=128).contains(&proof.jti.len());
        if !fits || !is_fresh(proof.iat, now) {
            return Err(ProofRefused);
        }
        Ok((proof.iss, Call { key, jti: proof.jti, stale_at: stale_at(proof.iat) }))
    }
}
