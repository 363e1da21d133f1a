//! What is asked: the part of DCQL (OpenID4VP 1.0 section 6) that this profile uses (docs/protocol.md section 5.3).
//!
//! The shapes and DCQL's own rules are `affinidi-openid4vp`; the rules of this profile are here.

use std::collections::HashSet;

use affinidi_openid4vp::dcql::{ClaimPathSegment, CredentialQuery, DcqlQuery};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::claim::ClaimName;
use crate::issuer::Issuer;
use crate::wire::json;

/// The `vct` of a self-issued profile.
pub const PROFILE_VCT: &str = "urn:passerby:vct:self-asserted-profile:1";
/// The id of the query for the passport.
pub const PASSPORT_QUERY: &str = "passport";
/// The id of the query for the required attributes.
pub const PROFILE_QUERY: &str = "profile";

/// The most claims one request may ask for.
pub(crate) const MOST_CLAIMS: usize = 32;

/// Why a query was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryRefusal {
    /// Not a query of this profile.
    #[error("the request asks in a way this wallet does not know")]
    Malformed,
    /// The query names the value it expects: a way to probe what a person has.
    #[error("the request tries to test for a certain value")]
    Values,
}

/// An attribute that the person may leave out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionalClaim {
    /// The id of its credential query: the key in `vp_token`.
    pub query: String,
    /// The attribute.
    pub claim: ClaimName,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Needed: all or nothing.
    pub required: Vec<ClaimName>,
    /// The person's choice, one by one.
    pub optional: Vec<OptionalClaim>,
}

impl Asked {
    /// Reads `dcql_query` of a request parked at `relay`.
    pub fn parse(query: &Value, relay: &Issuer) -> Result<Self, QueryRefusal> {
        // A reader of DCQL takes null for absent, others do not: what two could read differently is refused.
        if holds_null(query) {
            return Err(QueryRefusal::Malformed);
        }
        let query: DcqlQuery = json::parse_value(query.clone()).map_err(|_| QueryRefusal::Malformed)?;
        query.validate().map_err(|_| QueryRefusal::Malformed)?;
        let mut asked = Self { required: Vec::new(), optional: Vec::new() };
        let mut has_passport = false;
        for credential in &query.credentials {
            check_plain(credential)?;
            if credential.id == PASSPORT_QUERY {
                check_vct(credential, &relay.passport_vct())?;
                if credential.claims.is_some() {
                    return Err(QueryRefusal::Malformed);
                }
                has_passport = true;
                continue;
            }
            check_vct(credential, PROFILE_VCT)?;
            let claims = claims_of(credential)?;
            if credential.id == PROFILE_QUERY {
                asked.required = claims;
            } else {
                let [claim] = claims.as_slice() else { return Err(QueryRefusal::Malformed) };
                asked.optional.push(OptionalClaim { query: credential.id.clone(), claim: claim.clone() });
            }
        }
        let mut seen = HashSet::new();
        let all_once = asked.all().all(|claim| seen.insert(claim));
        if !has_passport || !all_once || !(1..=MOST_CLAIMS).contains(&seen.len()) {
            return Err(QueryRefusal::Malformed);
        }
        asked.check_sets(&query)?;
        Ok(asked)
    }

    /// Every attribute asked for.
    pub fn all(&self) -> impl Iterator<Item = &ClaimName> {
        self.required.iter().chain(self.optional.iter().map(|optional| &optional.claim))
    }

    /// The query in the form of the protocol, for a request parked at `relay`.
    #[must_use]
    pub fn to_query(&self, relay: &Issuer) -> Value {
        let credential = |id: &str, vct: &str| serde_json::json!({ "id": id, "format": "dc+sd-jwt", "meta": { "vct_values": [vct] } });
        let path =
            |claim: &ClaimName| serde_json::json!({ "path": claim.as_str().split('.').collect::<Vec<_>>() });

        let mut credentials = vec![credential(PASSPORT_QUERY, &relay.passport_vct())];
        let mut needed = vec![PASSPORT_QUERY];
        if !self.required.is_empty() {
            let mut profile = credential(PROFILE_QUERY, PROFILE_VCT);
            profile["claims"] = self.required.iter().map(path).collect();
            credentials.push(profile);
            needed.push(PROFILE_QUERY);
        }
        let mut sets = vec![serde_json::json!({ "options": [needed] })];
        for optional in &self.optional {
            let mut query = credential(&optional.query, PROFILE_VCT);
            query["claims"] = [path(&optional.claim)].into_iter().collect();
            credentials.push(query);
            sets.push(serde_json::json!({ "options": [[optional.query]], "required": false }));
        }
        if self.optional.is_empty() {
            serde_json::json!({ "credentials": credentials })
        } else {
            serde_json::json!({ "credentials": credentials, "credential_sets": sets })
        }
    }

    /// Without optional queries `credential_sets` must be absent or say the same; with them it must list the required
    /// queries together and each optional one alone.
    fn check_sets(&self, query: &DcqlQuery) -> Result<(), QueryRefusal> {
        let mut needed: Vec<&str> = vec![PASSPORT_QUERY];
        if !self.required.is_empty() {
            needed.push(PROFILE_QUERY);
        }
        let Some(sets) = &query.credential_sets else {
            return if self.optional.is_empty() { Ok(()) } else { Err(QueryRefusal::Malformed) };
        };
        let mut left: HashSet<&str> = self.optional.iter().map(|optional| optional.query.as_str()).collect();
        let mut has_needed = false;
        for set in sets {
            let [option] = set.options.as_slice() else { return Err(QueryRefusal::Malformed) };
            if set.is_required() {
                let same = option.len() == needed.len()
                    && needed.iter().all(|id| option.iter().any(|named| named == id));
                if !same || has_needed {
                    return Err(QueryRefusal::Malformed);
                }
                has_needed = true;
            } else {
                let [id] = option.as_slice() else { return Err(QueryRefusal::Malformed) };
                if !left.remove(id.as_str()) {
                    return Err(QueryRefusal::Malformed);
                }
            }
        }
        if has_needed && left.is_empty() { Ok(()) } else { Err(QueryRefusal::Malformed) }
    }
}

pub(crate) fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(holds_null),
        Value::Object(members) => members.values().any(holds_null),
        _ => false,
    }
}

pub(crate) fn check_plain(credential: &CredentialQuery) -> Result<(), QueryRefusal> {
    let plain = credential.format == "dc+sd-jwt"
        && credential.claim_sets.is_none()
        && credential.trusted_authorities.is_none()
        && !credential.multiple()
        && credential.require_cryptographic_holder_binding();
    if plain { Ok(()) } else { Err(QueryRefusal::Malformed) }
}

fn check_vct(credential: &CredentialQuery, vct: &str) -> Result<(), QueryRefusal> {
    let values = credential.meta.as_ref().and_then(|meta| meta.get("vct_values")).and_then(Value::as_array);
    match values.map(Vec::as_slice) {
        Some([only]) if only == vct => Ok(()),
        _ => Err(QueryRefusal::Malformed),
    }
}

pub(crate) fn claims_of(credential: &CredentialQuery) -> Result<Vec<ClaimName>, QueryRefusal> {
    let claims = credential.claims.as_deref().ok_or(QueryRefusal::Malformed)?;
    if claims.iter().any(|claim| claim.values.is_some()) {
        return Err(QueryRefusal::Values);
    }
    claims.iter().map(|claim| claim_of(&claim.path)).collect()
}

fn claim_of(path: &[ClaimPathSegment]) -> Result<ClaimName, QueryRefusal> {
    let names: Option<Vec<&str>> = path
        .iter()
        .map(|segment| match segment {
            ClaimPathSegment::Name(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    ClaimName::parse_path(&names.ok_or(QueryRefusal::Malformed)?).map_err(|_| QueryRefusal::Malformed)
}
