//! Step 6, reveal: the release is opened where the shop's release key lives (docs/protocol.md section 10).
//!
//! Never in here: a log, a file, a network. The result is shown, printed, forgotten.

use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use crate::claim::{AttributeValue, ClaimName};
use crate::keys::{PublicKey, ReleaseKey, derive_user_ref};
use crate::passport::{Answered, Order, Passport};
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
    /// Whether a wallet of another make answered. Whoever reads the values must be told: nothing but the relay's word ties
    /// them to the customer.
    pub by_another_wallet: bool,
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
    let by_another_wallet = matches!(order.answered, Answered::ByAnotherWallet { .. });
    let (context, terms_hash) = (&order.context, &order.terms_hash);
    let rules = KeyBindingRules { context, terms_hash, now, any_age: true, any_wallet: by_another_wallet };

    if response.vp_token.is_empty() {
        return Err(RevealRefusal::ResponseMalformed);
    }
    let mut holder = match response.vp_token.remove(PASSPORT_QUERY) {
        Some(passport) => Some(read_passport(order, &passport, &rules)?),
        None if by_another_wallet => None,
        None => return Err(RevealRefusal::ResponseMalformed),
    };
    let mut values = BTreeMap::new();
    for presentations in response.vp_token.into_values() {
        let presentation = only_presentation(&presentations)?;
        let profile = ParsedProfile::parse(&presentation).map_err(|refused| match refused {
            ProfileRefusal::Malformed => RevealRefusal::ProfileMalformed,
            ProfileRefusal::Signature => RevealRefusal::ProfileSignature,
        })?;
        // Without a passport the first profile names the key that the others must have.
        let holder = holder.get_or_insert_with(|| profile.holder.clone());
        if profile.holder != *holder {
            return Err(RevealRefusal::ProfileKey);
        }
        KeyBinding::check(&presentation, holder, &rules)?;
        for (claim, value) in profile.values {
            if values.insert(claim, value).is_some() {
                return Err(RevealRefusal::Claims);
            }
        }
    }
    let as_promised = match &order.answered {
        Answered::ByPasserby { claims, .. } => values.keys().eq(claims.iter().collect::<BTreeSet<_>>()),
        Answered::ByAnotherWallet { asked } => asked.is_answered_by(values.keys()),
    };
    if as_promised { Ok(Disclosure { by_another_wallet, values }) } else { Err(RevealRefusal::Claims) }
}

/// Checks the passport inside and gives its key. The relay's signature was checked when the order was made, or, where another
/// wallet answered, never: then the passport says which key signs, and no more.
fn read_passport(
    order: &Order,
    presentations: &[Zeroizing<String>],
    rules: &KeyBindingRules<'_>,
) -> Result<PublicKey, RevealRefusal> {
    let passport = only_presentation(presentations)?;
    let (sub, holder) = Passport::read(passport.unbound()).map_err(|_| RevealRefusal::ResponseMalformed)?;
    let sector =
        Sector::parse_client_id(&order.context.client_id).map_err(|_| RevealRefusal::ResponseMalformed)?;
    let is_the_orders = match &order.answered {
        Answered::ByPasserby { user_ref, passport_jkt, .. } => {
            sub == *user_ref && holder.jkt() == *passport_jkt
        }
        Answered::ByAnotherWallet { .. } => true,
    };
    if !is_the_orders || sub != derive_user_ref(&sector, &holder.jkt()) {
        return Err(RevealRefusal::User);
    }
    KeyBinding::check(&passport, &holder, rules)?;
    Ok(holder)
}

fn only_presentation(presentations: &[Zeroizing<String>]) -> Result<Presentation, RevealRefusal> {
    match presentations {
        [only] => Presentation::parse(only).map_err(|_| RevealRefusal::ResponseMalformed),
        _ => Err(RevealRefusal::ResponseMalformed),
    }
}
