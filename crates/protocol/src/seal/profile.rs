//! Self-issued profiles: an SD-JWT VC minted for one release (docs/protocol.md section 8).

use std::collections::BTreeMap;

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::claim::{AttributeValue, ClaimName};
use crate::keys::{PublicKey, SigningKey};
use crate::request::PROFILE_VCT;
use crate::time::Timestamp;
use crate::wire::json;
use crate::wire::jws::{self, JwsError, Unverified};
use crate::wire::sd_jwt::{self, Presentation};

/// Why a profile was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProfileRefusal {
    Malformed,
    Signature,
}

/// The payload; nothing else may stand in it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    iss: String,
    vct: String,
    cnf: Confirmation,
    iat: Timestamp,
    #[serde(rename = "_sd_alg")]
    digest_alg: String,
    #[serde(rename = "_sd", default, skip_serializing_if = "Vec::is_empty")]
    digests: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    address: Option<Digests>,
}

#[derive(Serialize, Deserialize)]
struct Confirmation {
    jwk: PublicKey,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Digests {
    #[serde(rename = "_sd")]
    digests: Vec<String>,
}

/// Mints a profile with the given values: `<JWS>~<disclosure>~..~`, without key binding.
pub(crate) fn mint(
    values: &[(ClaimName, AttributeValue)],
    key: &SigningKey,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<String, JwsError> {
    let (mut top, mut below_address, mut disclosures) = (Vec::new(), Vec::new(), Vec::new());
    for (claim, value) in values {
        let member = claim.find_address_member();
        let made = sd_jwt::make_disclosure(member.unwrap_or(claim.as_str()), value.expose(), rng)
            .map_err(|_| JwsError::Malformed)?;
        if member.is_some() {
            below_address.push(made.digest.clone());
        } else {
            top.push(made.digest.clone());
        }
        disclosures.push(made);
    }
    // Digests sorted: their order must not tell the order in which a person filled in a form (RFC 9901 section 4.2.4.1).
    top.sort();
    below_address.sort();
    let payload = Payload {
        iss: key.public().jkt().urn(),
        vct: PROFILE_VCT.to_owned(),
        cnf: Confirmation { jwk: key.public().clone() },
        iat: now,
        digest_alg: "sha-256".to_owned(),
        digests: top,
        address: (!below_address.is_empty()).then_some(Digests { digests: below_address }),
    };
    let issued = jws::sign(&jws::Header::new(sd_jwt::TYP).with_kid(key.public()), &payload, key)?;
    Ok(sd_jwt::assemble(&issued, &disclosures))
}

/// A profile whose own signature holds.
pub(crate) struct ParsedProfile {
    pub(crate) holder: PublicKey,
    pub(crate) values: BTreeMap<ClaimName, AttributeValue>,
}

impl ParsedProfile {
    /// Checks and opens a profile presentation; its key binding is not looked at here.
    pub(crate) fn parse(presentation: &Presentation) -> Result<Self, ProfileRefusal> {
        let parsed = Unverified::<Payload>::parse(presentation.issued(), sd_jwt::TYP)
            .map_err(|_| ProfileRefusal::Malformed)?;
        let payload = parsed.peek();
        let holder = payload.cnf.jwk.clone();
        if payload.vct != PROFILE_VCT || payload.digest_alg != "sha-256" {
            return Err(ProfileRefusal::Malformed);
        }
        presentation.check_disclosures().map_err(|_| ProfileRefusal::Malformed)?;
        parsed.check(&holder).map_err(|_| ProfileRefusal::Signature)?;
        let kid = parsed.header().kid.as_deref();
        if payload.iss != holder.jkt().urn() || kid != Some(holder.jkt().as_str()) {
            return Err(ProfileRefusal::Signature);
        }
        let resolved = presentation.resolve(&holder).map_err(|_| ProfileRefusal::Malformed)?;
        let values = read_values(resolved).ok_or(ProfileRefusal::Malformed)?;
        if values.len() == presentation.disclosure_count() {
            Ok(Self { holder, values })
        } else {
            Err(ProfileRefusal::Malformed)
        }
    }
}

/// Moves the values out, so that no copy of them stays behind.
fn read_values(resolved: Value) -> Option<BTreeMap<ClaimName, AttributeValue>> {
    let Value::Object(members) = resolved else { return None };
    let mut values = BTreeMap::new();
    for (name, value) in members {
        match (name.as_str(), value) {
            ("iss" | "vct" | "cnf" | "iat" | "_sd_alg" | "_sd", _) => {}
            ("address", Value::Object(members)) => {
                for (member, value) in members.into_iter().filter(|(member, _)| member != "_sd") {
                    values.insert(ClaimName::parse_path(&["address", &member]).ok()?, read_value(value)?);
                }
            }
            (name, value) => {
                values.insert(ClaimName::parse_path(&[name]).ok()?, read_value(value)?);
            }
        }
    }
    Some(values)
}

fn read_value(value: Value) -> Option<AttributeValue> {
    match value {
        Value::String(text) => Some(AttributeValue::new(text)),
        _ => None,
    }
}
