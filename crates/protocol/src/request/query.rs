//! What is asked: the part of DCQL (OpenID4VP 1.0 section 6) that this profile uses (docs/protocol.md section 5.3).
//!
//! The shapes and DCQL's own rules are `affinidi-openid4vp`; the rules of this profile are here.

use std::collections::HashSet;

use affinidi_openid4vp::dcql::{ClaimPathSegment, CredentialQuery, DcqlQuery};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::graded::{GradedClaims, Subject};
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
    /// What may be answered with less, needed or not.
    pub graded: Vec<GradedClaims>,
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
        let mut asked = Self { required: Vec::new(), optional: Vec::new(), graded: Vec::new() };
        let mut has_passport = false;
        for credential in &query.credentials {
            let is_named = credential.id == PASSPORT_QUERY || credential.id == PROFILE_QUERY;
            if let (Some(sets), false) = (&credential.claim_sets, is_named) {
                check_kind(credential)?;
                check_vct(credential, PROFILE_VCT)?;
                asked.graded.push(GradedClaims::parse(credential, sets)?);
                continue;
            }
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
        if !has_passport || !all_once || !(1..=MOST_CLAIMS).contains(&seen.len()) || !asked.is_told_once() {
            return Err(QueryRefusal::Malformed);
        }
        let offered = asked.read_sets(&query)?;
        for graded in &mut asked.graded {
            graded.ways.needed = !offered.contains(&graded.query);
        }
        Ok(asked)
    }

    /// Every attribute asked for.
    pub fn all(&self) -> impl Iterator<Item = &ClaimName> {
        let optional = self.optional.iter().map(|optional| &optional.claim);
        self.required.iter().chain(optional).chain(self.graded.iter().flat_map(|graded| graded.ways.all()))
    }

    /// Whether no other query asks for what a graded one is about.
    fn is_told_once(&self) -> bool {
        let told: HashSet<Subject> =
            self.graded.iter().filter_map(|graded| graded.ways.find_subject()).collect();
        let plain = self.required.iter().chain(self.optional.iter().map(|optional| &optional.claim));
        told.len() == self.graded.len()
            && plain.filter_map(Subject::find).all(|subject| !told.contains(&subject))
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
        let mut offered: Vec<&str> = Vec::new();
        for optional in &self.optional {
            let mut query = credential(&optional.query, PROFILE_VCT);
            query["claims"] = [path(&optional.claim)].into_iter().collect();
            credentials.push(query);
            offered.push(&optional.query);
        }
        for graded in &self.graded {
            let mut query = credential(&graded.query, PROFILE_VCT);
            (query["claims"], query["claim_sets"]) = graded.to_members();
            credentials.push(query);
            if graded.ways.needed {
                needed.push(&graded.query);
            } else {
                offered.push(&graded.query);
            }
        }
        if offered.is_empty() {
            return serde_json::json!({ "credentials": credentials });
        }
        let alone = offered.iter().map(|id| serde_json::json!({ "options": [[id]], "required": false }));
        let sets: Value = std::iter::once(serde_json::json!({ "options": [needed] })).chain(alone).collect();
        serde_json::json!({ "credentials": credentials, "credential_sets": sets })
    }

    /// Without optional queries `credential_sets` must be absent or say the same; with them it must list the required
    /// queries together and each optional one alone. Gives the ids of the optional ones.
    fn read_sets(&self, query: &DcqlQuery) -> Result<HashSet<String>, QueryRefusal> {
        let mut needed: Vec<&str> = vec![PASSPORT_QUERY];
        if !self.required.is_empty() {
            needed.push(PROFILE_QUERY);
        }
        let Some(sets) = &query.credential_sets else {
            return if self.optional.is_empty() { Ok(HashSet::new()) } else { Err(QueryRefusal::Malformed) };
        };
        let mut graded: HashSet<&str> = self.graded.iter().map(|graded| graded.query.as_str()).collect();
        let mut optional: HashSet<&str> =
            self.optional.iter().map(|optional| optional.query.as_str()).collect();
        let (mut offered, mut has_needed) = (HashSet::new(), false);
        for set in sets {
            let [option] = set.options.as_slice() else { return Err(QueryRefusal::Malformed) };
            if set.is_required() {
                // Each once: what is left over after the queries that are always needed is graded, and not named before.
                let holds = |id: &&str| option.iter().filter(|named| named == id).count() == 1;
                let mut rest = option.iter().filter(|named| !needed.contains(&named.as_str()));
                let same = needed.iter().all(holds) && rest.all(|id| graded.remove(id.as_str()));
                if !same || has_needed {
                    return Err(QueryRefusal::Malformed);
                }
                has_needed = true;
            } else {
                let [id] = option.as_slice() else { return Err(QueryRefusal::Malformed) };
                if !optional.remove(id.as_str()) && !graded.remove(id.as_str()) {
                    return Err(QueryRefusal::Malformed);
                }
                offered.insert(id.clone());
            }
        }
        let whole = has_needed && optional.is_empty() && graded.is_empty();
        if whole { Ok(offered) } else { Err(QueryRefusal::Malformed) }
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
    if credential.claim_sets.is_some() {
        return Err(QueryRefusal::Malformed);
    }
    check_kind(credential)
}

fn check_kind(credential: &CredentialQuery) -> Result<(), QueryRefusal> {
    let plain = credential.format == "dc+sd-jwt"
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
