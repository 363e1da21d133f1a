//! Key binding JWTs (RFC 9901 section 4.3): this presentation was made for this request, by the holder of this key.

use serde::{Deserialize, Serialize};

use super::Context;
use crate::keys::{PublicKey, SigningKey};
use crate::time::{SKEW, Timestamp};
use crate::wire::jws::{self, JwsError, Unverified};
use crate::wire::sd_jwt::Presentation;
use crate::wire::{b64u, json};

const TYP: &str = "kb+jwt";

/// How old a key binding may be when a shop collects it: the longest life of a request.
const OLDEST: i64 = 1_800 + SKEW;

/// Why a key binding was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyBindingRefusal {
    /// Not signed by the holder's key, malformed, or over something else.
    #[error("the proof of possession does not hold")]
    Signature,
    /// Made for another shop.
    #[error("the proof of possession was made for another shop")]
    Audience,
    /// Made for another request.
    #[error("the proof of possession was made for another request")]
    Nonce,
    /// Made for other terms.
    #[error("the proof of possession was made for other terms")]
    Terms,
    /// Too old or from the future.
    #[error("the proof of possession is too old or lies in the future")]
    Time,
}

impl KeyBindingRefusal {
    /// The refusal as the protocol names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Signature => "kb-signature",
            Self::Audience => "kb-audience",
            Self::Nonce => "kb-nonce",
            Self::Terms => "kb-terms",
            Self::Time => "kb-time",
        }
    }
}

/// What a key binding must say.
#[derive(Debug, Clone)]
pub struct KeyBindingRules<'a> {
    /// For which request.
    pub context: &'a Context,
    /// The hash of the terms.
    pub terms_hash: &'a str,
    /// The present moment.
    pub now: Timestamp,
    /// Whether it may be old: a release is opened weeks after it was sealed.
    pub any_age: bool,
    /// Whether it may leave out the terms: a wallet of another make does not know them (section 10).
    pub any_wallet: bool,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct KeyBinding {
    iat: Timestamp,
    aud: String,
    nonce: String,
    sd_hash: String,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    passerby_terms_hash: Option<String>,
}

impl KeyBinding {
    /// Binds an SD-JWT (`<JWS>~<disclosure>~..~`) to a request: the whole presentation.
    pub(crate) fn bind(
        unbound: &str,
        context: &Context,
        terms_hash: &str,
        key: &SigningKey,
        now: Timestamp,
    ) -> Result<String, JwsError> {
        let binding = Self {
            iat: now,
            aud: context.client_id.clone(),
            nonce: context.nonce.clone(),
            sd_hash: b64u::sha256(unbound),
            passerby_terms_hash: Some(terms_hash.to_owned()),
        };
        Ok(format!("{unbound}{}", jws::sign(&jws::Header::new(TYP), &binding, key)?))
    }

    /// Checks the key binding of a presentation.
    pub(crate) fn check(
        presentation: &Presentation,
        holder: &PublicKey,
        rules: &KeyBindingRules<'_>,
    ) -> Result<(), KeyBindingRefusal> {
        let binding = Unverified::<Self>::parse(presentation.key_binding(), TYP)
            .and_then(|parsed| parsed.verify(holder))
            .map_err(|_| KeyBindingRefusal::Signature)?;
        let complete = binding.passerby_terms_hash.is_some() || rules.any_wallet;
        if !complete || binding.sd_hash != presentation.sd_hash() {
            return Err(KeyBindingRefusal::Signature);
        }
        if binding.aud != rules.context.client_id {
            return Err(KeyBindingRefusal::Audience);
        }
        if binding.nonce != rules.context.nonce {
            return Err(KeyBindingRefusal::Nonce);
        }
        if binding.passerby_terms_hash.is_some_and(|hash| hash != rules.terms_hash) {
            return Err(KeyBindingRefusal::Terms);
        }
        let too_old = !rules.any_age && rules.now - binding.iat > OLDEST;
        if binding.iat.is_ahead_of(rules.now) || too_old { Err(KeyBindingRefusal::Time) } else { Ok(()) }
    }
}
