//! Step 6, reveal: the release is opened where the shop's release key lives (docs/protocol.md section 10).
//!
//! Never in here: a log, a file, a network. The result is shown, printed, forgotten.

use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use crate::claim::{AttributeValue, ClaimName};
use crate::keys::{ReleaseKey, derive_user_ref};
use crate::passport::{Order, Passport};
use crate::request::PASSPORT_QUERY;
use crate::seal::{
    KeyBinding, KeyBindingRefusal, KeyBindingRules, ParsedProfile, ProfileRefusal, Response, hash_release,
};
use crate::sector::Sector;
use crate::time::Timestamp;
use crate::wire::jwe::{self, JweError};
use crate::wire::sd_jwt::Presentation;

/// Why a release was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevealRefusal {
    /// Another release than the one that belongs to the order.
    #[error("this is not the release of this order")]
    ReleaseHash,
    /// Not a sealed release.
    #[error("the release is malformed")]
    ReleaseMalformed,
    /// Sealed to a key that is not here.
    #[error("the release is sealed to a key that is not here")]
    ReleaseKey,
    /// One word, without detail.
    #[error("the release does not open")]
    ReleaseOpen,
    /// What was inside is not an answer.
    #[error("the release opened, but what is inside is malformed")]
    ResponseMalformed,
    /// Another person's answer.
    #[error("the release belongs to another customer than the order")]
    User,
    /// A profile inside is not one.
    #[error("the details inside are malformed")]
    ProfileMalformed,
    /// A profile inside is not signed by the person.
    #[error("the details inside are not signed by the customer")]
    ProfileSignature,
    /// A profile inside is signed by somebody else than the passport's holder.
    #[error("the details inside are signed by somebody else")]
    ProfileKey,
    /// A presentation was made for something else.
    #[error(transparent)]
    KeyBinding(#[from] KeyBindingRefusal),
    /// Other attributes than the grant claim named.
    #[error("the release holds other details than were promised")]
    Claims,
}

impl RevealRefusal {
    /// The refusal as the protocol names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ReleaseHash => "release-hash",
            Self::ReleaseMalformed => "release-malformed",
            Self::ReleaseKey => "release-key",
            Self::ReleaseOpen => "release-open",
            Self::ResponseMalformed => "response-malformed",
            Self::User => "reveal-user",
            Self::ProfileMalformed => "profile-malformed",
            Self::ProfileSignature => "profile-signature",
            Self::ProfileKey => "profile-key",
            Self::KeyBinding(refused) => refused.word(),
            Self::Claims => "reveal-claims",
        }
    }
}

/// The attributes of a release, opened.
#[derive(Debug)]
pub struct Disclosure {
    /// From claim name to value.
    pub values: BTreeMap<ClaimName, AttributeValue>,
}

/// Opens the release of an order with the shop's release keys.
pub fn open(
    order: &Order,
    jwe: &str,
    keys: &[ReleaseKey],
    now: Timestamp,
) -> Result<Disclosure, RevealRefusal> {
    if hash_release(jwe) != order.release_sha256 {
        return Err(RevealRefusal::ReleaseHash);
    }
    let plaintext = jwe::open(jwe, keys, &order.context.info()).map_err(|refused| match refused {
        JweError::Malformed => RevealRefusal::ReleaseMalformed,
        JweError::Key => RevealRefusal::ReleaseKey,
        JweError::Open => RevealRefusal::ReleaseOpen,
    })?;
    let mut response = Response::parse(&plaintext).ok_or(RevealRefusal::ResponseMalformed)?;
    let rules =
        KeyBindingRules { context: &order.context, terms_hash: &order.terms_hash, now, any_age: true };

    let passport = only_presentation(response.vp_token.remove(PASSPORT_QUERY).as_deref())?;
    let (sub, holder) = Passport::read(passport.unbound()).map_err(|_| RevealRefusal::ResponseMalformed)?;
    let sector =
        Sector::parse_client_id(&order.context.client_id).map_err(|_| RevealRefusal::ResponseMalformed)?;
    let is_the_orders = sub == order.user_ref
        && derive_user_ref(&sector, &holder.jkt()) == order.user_ref
        && holder.jkt() == order.passport_jkt;
    if !is_the_orders {
        return Err(RevealRefusal::User);
    }
    KeyBinding::check(&passport, &holder, &rules)?;

    let mut values = BTreeMap::new();
    for presentations in response.vp_token.into_values() {
        let presentation = only_presentation(Some(&presentations))?;
        let profile = ParsedProfile::parse(&presentation).map_err(|refused| match refused {
            ProfileRefusal::Malformed => RevealRefusal::ProfileMalformed,
            ProfileRefusal::Signature => RevealRefusal::ProfileSignature,
        })?;
        if profile.holder != holder {
            return Err(RevealRefusal::ProfileKey);
        }
        KeyBinding::check(&presentation, &holder, &rules)?;
        for (claim, value) in profile.values {
            if values.insert(claim, value).is_some() {
                return Err(RevealRefusal::Claims);
            }
        }
    }
    let promised: BTreeSet<_> = order.claims.iter().collect();
    if values.keys().eq(promised) { Ok(Disclosure { values }) } else { Err(RevealRefusal::Claims) }
}

fn only_presentation(presentations: Option<&[Zeroizing<String>]>) -> Result<Presentation, RevealRefusal> {
    match presentations {
        Some([only]) => Presentation::parse(only).map_err(|_| RevealRefusal::ResponseMalformed),
        _ => Err(RevealRefusal::ResponseMalformed),
    }
}
