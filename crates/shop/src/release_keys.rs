//! The private release keys of a shop, as a JWK set (RFC 7517 section 5): for the packing computer only.
//!
//! Old keys stay in the set: releases that were sealed to them are opened with them. Never near the shop's web server.

use passerby_protocol::keys::{ReleaseKey, ReleaseSuite};
use passerby_protocol::wire::json;
use rand_core::CryptoRng;
use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// The keys, newest last.
#[derive(Debug, Clone, Default)]
pub struct ReleaseKeys(Vec<ReleaseKey>);

/// Why a file does not hold release keys. Says nothing of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a JWK set of private release keys (AKP with alg HPKE-9, or OKP on X25519 with alg HPKE-4)")]
pub struct NotReleaseKeys;

impl ReleaseKeys {
    /// Makes a fresh key of each suite, the one that wallets prefer first.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        Self(ReleaseSuite::ALL.map(|suite| ReleaseKey::make(suite, rng)).into())
    }

    /// Reads `{"keys":[..]}`; a single key that cannot be read refuses the whole, or it would be missed only when a parcel waits.
    pub fn parse(text: &str) -> Result<Self, NotReleaseKeys> {
        #[derive(Deserialize)]
        struct KeySet<'a> {
            #[serde(borrow)]
            keys: Vec<&'a RawValue>,
        }
        json::refuse_ambiguity(text.as_bytes()).map_err(|_| NotReleaseKeys)?;
        let set: KeySet<'_> = serde_json::from_str(text).map_err(|_| NotReleaseKeys)?;
        let keys = set.keys.iter().map(|jwk| ReleaseKey::parse_jwk(jwk.get())).collect::<Result<_, _>>();
        keys.map(Self).map_err(|_| NotReleaseKeys)
    }

    /// Adds newer keys.
    pub fn append(&mut self, newer: Self) {
        self.0.extend(newer.0);
    }

    /// The keys.
    #[must_use]
    pub fn as_slice(&self) -> &[ReleaseKey] {
        &self.0
    }

    /// The set as text, one key a line: for a file that only its owner can read.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(16 + 2_048 * self.0.len()));
        text.push_str("{\"keys\":[\n");
        for (number, key) in self.0.iter().enumerate() {
            text.push_str(if number == 0 { "" } else { ",\n" });
            text.push_str(&key.to_jwk());
        }
        text.push_str("\n]}\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn a_set_reads_back() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut keys = ReleaseKeys::default();
        for _ in 0..3 {
            keys.append(ReleaseKeys::make(&mut rng));
        }
        let back = ReleaseKeys::parse(&keys.to_text()).unwrap();
        let kids =
            |keys: &ReleaseKeys| keys.as_slice().iter().map(|key| key.public().clone()).collect::<Vec<_>>();
        assert_eq!(kids(&back), kids(&keys));
    }

    #[test]
    fn anything_else_is_refused() {
        let key = ReleaseKey::make(ReleaseSuite::Hpke9, &mut ChaCha20Rng::seed_from_u64(2));
        let public = serde_json::to_string(key.public()).unwrap();
        let twice = format!(r#"{{"keys":[],"keys":[{}]}}"#, key.to_jwk().as_str());
        for text in [
            "",
            "[]",
            "{}",
            r#"{"keys":{}}"#,
            r#"{"keys":[{}]}"#,
            &format!(r#"{{"keys":[{public}]}}"#),
            &twice,
        ] {
            assert_eq!(ReleaseKeys::parse(text).unwrap_err(), NotReleaseKeys);
        }
    }
}
