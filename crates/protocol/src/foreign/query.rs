//! What a foreign verifier asks for: the part of DCQL that a self-issued profile can answer (docs/protocol.md section 13.2).

use std::collections::{BTreeMap, HashSet};

use affinidi_openid4vp::dcql::{CredentialQuery, DcqlQuery};
use serde_json::Value;

use crate::claim::ClaimName;
use crate::request::{
    MOST_CLAIMS, OptionalClaim, PROFILE_VCT, QueryRefusal, check_plain, claims_of, holds_null,
};

/// One credential query that must be answered, and its claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignPart {
    /// Its id: the key in `vp_token`.
    pub query: String,
    /// What it asks for.
    pub claims: Vec<ClaimName>,
}

/// What a foreign verifier asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ForeignAsked {
    /// Needed: all or nothing.
    pub required: Vec<ForeignPart>,
    /// The person's choice, one by one.
    pub optional: Vec<OptionalClaim>,
}

impl ForeignAsked {
    /// Reads `dcql_query`.
    pub fn parse(query: &Value) -> Result<Self, QueryRefusal> {
        if holds_null(query) {
            return Err(QueryRefusal::Malformed);
        }
        let query = DcqlQuery::from_json(query).map_err(|_| QueryRefusal::Malformed)?;
        let mut left = BTreeMap::new();
        for credential in &query.credentials {
            left.insert(credential.id.as_str(), answerable(credential)?);
        }
        let mut asked = Self::default();
        match &query.credential_sets {
            None => {
                for credential in &query.credentials {
                    asked.require(&mut left, &credential.id)?;
                }
            }
            Some(sets) => {
                for set in sets {
                    let [option] = set.options.as_slice() else { return Err(QueryRefusal::Malformed) };
                    if set.is_required() {
                        for id in option {
                            asked.require(&mut left, id)?;
                        }
                    } else {
                        let [id] = option.as_slice() else { return Err(QueryRefusal::Malformed) };
                        asked.offer(&mut left, id)?;
                    }
                }
            }
        }
        let mut seen = HashSet::new();
        let all_once = asked.all().all(|claim| seen.insert(claim));
        if all_once && (1..=MOST_CLAIMS).contains(&seen.len()) {
            Ok(asked)
        } else {
            Err(QueryRefusal::Malformed)
        }
    }

    /// Every attribute asked for.
    pub fn all(&self) -> impl Iterator<Item = &ClaimName> {
        let required = self.required.iter().flat_map(|part| &part.claims);
        required.chain(self.optional.iter().map(|optional| &optional.claim))
    }

    fn require(&mut self, left: &mut Left<'_>, id: &str) -> Result<(), QueryRefusal> {
        // What this wallet cannot answer and must: the request is unanswerable.
        let claims = left.remove(id).flatten().ok_or(QueryRefusal::Malformed)?;
        self.required.push(ForeignPart { query: id.to_owned(), claims });
        Ok(())
    }

    fn offer(&mut self, left: &mut Left<'_>, id: &str) -> Result<(), QueryRefusal> {
        match left.remove(id).ok_or(QueryRefusal::Malformed)?.as_deref() {
            None => Ok(()),
            Some([claim]) => {
                self.optional.push(OptionalClaim { query: id.to_owned(), claim: claim.clone() });
                Ok(())
            }
            Some(_) => Err(QueryRefusal::Malformed),
        }
    }
}

/// The queries that no set has named yet; those for something else than a profile have no claims.
type Left<'a> = BTreeMap<&'a str, Option<Vec<ClaimName>>>;

fn answerable(credential: &CredentialQuery) -> Result<Option<Vec<ClaimName>>, QueryRefusal> {
    let values = credential.meta.as_ref().and_then(|meta| meta.get("vct_values")).and_then(Value::as_array);
    let for_profile = values.is_some_and(|values| values.iter().any(|vct| vct == PROFILE_VCT));
    if credential.format != "dc+sd-jwt" || !for_profile {
        return Ok(None);
    }
    check_plain(credential)?;
    claims_of(credential).map(Some)
}
