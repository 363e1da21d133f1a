//! Less instead of the whole: a query that may be answered in several ways (OpenID4VP 1.0 section 6.3, docs/protocol.md
//! section 5.3).
//!
//! What counts as less is a closed list: a shop must not call something less that tells as much, or something else.

use std::collections::{BTreeSet, HashSet};

use affinidi_openid4vp::dcql::CredentialQuery;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::query::{QueryRefusal, claims_of};
use crate::claim::ClaimName;

/// The fewest and the most sets of one query.
const SETS: std::ops::RangeInclusive<usize> = 2..=8;
/// The members of an address that tell an area and no door.
const AREAS: [&str; 4] = ["locality", "region", "postal_code", "country"];
/// What follows from a birth date.
const FROM_BIRTHDATE: [&str; 2] = ["age_over_18", "birth_year"];
const BIRTHDATE: &str = "birthdate";

/// What can be told in whole or in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// `birthdate`, and what is derived from it.
    BirthDay,
    /// All members of `address`.
    Address,
}

impl Subject {
    /// What a claim tells of, if it can be told in part.
    #[must_use]
    pub fn find(claim: &ClaimName) -> Option<Self> {
        let name = claim.as_str();
        if claim.find_address_member().is_some() {
            Some(Self::Address)
        } else if name == BIRTHDATE || FROM_BIRTHDATE.contains(&name) {
            Some(Self::BirthDay)
        } else {
            None
        }
    }

    /// Whether `less` is less than `whole`, both about this.
    fn is_less(self, less: &BTreeSet<&ClaimName>, whole: &BTreeSet<&ClaimName>) -> bool {
        match self {
            Self::BirthDay => {
                less.len() == 1 && less.iter().all(|claim| FROM_BIRTHDATE.contains(&claim.as_str()))
            }
            Self::Address => {
                let is_area = |claim: &&ClaimName| {
                    claim.find_address_member().is_some_and(|member| AREAS.contains(&member))
                };
                less.iter().all(is_area) && less.is_subset(whole) && less.len() < whole.len()
            }
        }
    }

    /// Whether this can be the whole.
    fn is_whole(self, claims: &BTreeSet<&ClaimName>) -> bool {
        match self {
            Self::BirthDay => claims.len() == 1 && claims.iter().all(|claim| claim.as_str() == BIRTHDATE),
            Self::Address => {
                let plain = |claim: &&ClaimName| {
                    claim.find_address_member().is_some_and(|member| member != "formatted")
                };
                claims.len() > 1 && claims.iter().all(plain)
            }
        }
    }
}

/// The ways in which one query may be answered: the whole first, each further one less. Exactly one of them goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradedClaims {
    /// The id of its credential query: the key in `vp_token`.
    pub query: String,
    /// Which ways there are, and whether one of them is needed.
    pub ways: Ways,
}

/// The names of a graded query: what a shop keeps of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ways {
    /// Whether the shop cannot do without any of them.
    pub needed: bool,
    /// The whole first, each further one less, in the shop's order.
    pub sets: Vec<Vec<ClaimName>>,
}

impl Ways {
    /// What the query is about. None if these are not ways of telling one thing, each but the first less than it.
    #[must_use]
    pub fn find_subject(&self) -> Option<Subject> {
        let sets: Vec<BTreeSet<&ClaimName>> = self.sets.iter().map(|set| set.iter().collect()).collect();
        let once = sets.iter().zip(&self.sets).all(|(set, listed)| set.len() == listed.len());
        let different = sets.iter().collect::<HashSet<_>>().len() == sets.len();
        let (whole, less) = sets.split_first()?;
        let subject = Subject::find(whole.first()?)?;
        let fits = subject.is_whole(whole)
            && less.iter().all(|less| !less.is_empty() && subject.is_less(less, whole));
        (SETS.contains(&sets.len()) && once && different && fits).then_some(subject)
    }

    /// Every name, those of the whole first, each once.
    pub fn all(&self) -> impl Iterator<Item = &ClaimName> {
        let whole = self.sets.first().into_iter().flatten();
        // An area is among the members of the whole address.
        whole.clone().chain(
            self.sets
                .iter()
                .skip(1)
                .flatten()
                .filter(move |claim| !whole.clone().any(|known| known == *claim)),
        )
    }

    /// Whether these names answer it: all names of one set and no others, or none where none is needed. Names that are
    /// not its own are passed over.
    pub(crate) fn is_answered_by(&self, named: &HashSet<&ClaimName>) -> bool {
        let came: HashSet<&ClaimName> = self.all().filter(|claim| named.contains(claim)).collect();
        let is_set = |set: &Vec<ClaimName>| set.iter().collect::<HashSet<_>>() == came;
        (came.is_empty() && !self.needed) || self.sets.iter().any(is_set)
    }
}

impl GradedClaims {
    /// Reads the claims of a credential query with `claim_sets`; whether it is needed is said elsewhere.
    pub(super) fn parse(credential: &CredentialQuery, sets: &[Vec<String>]) -> Result<Self, QueryRefusal> {
        let claims = claims_of(credential)?;
        let ids = credential.claims.iter().flatten().map(|claim| claim.id.as_deref());
        let known: Vec<(Option<&str>, ClaimName)> = ids.zip(claims).collect();
        let find = |id: &String| {
            let found = known.iter().find(|(known, _)| *known == Some(id));
            found.map(|(_, claim)| claim.clone()).ok_or(QueryRefusal::Malformed)
        };
        let sets: Vec<Vec<ClaimName>> = sets
            .iter()
            .map(|set| set.iter().map(find).collect::<Result<_, _>>())
            .collect::<Result<_, _>>()?;
        let ways = Ways { needed: true, sets };
        // A path under two ids, and a claim in no set, are both more claims than names.
        if ways.find_subject().is_none() || ways.all().count() != known.len() {
            return Err(QueryRefusal::Malformed);
        }
        Ok(Self { query: credential.id.clone(), ways })
    }

    /// The members `claims` and `claim_sets` of its query.
    pub(super) fn to_members(&self) -> (Value, Value) {
        let id = |claim: &ClaimName| claim.as_str().replace('.', "_");
        let claims = self
            .ways
            .all()
            .map(|claim| json!({ "id": id(claim), "path": claim.as_str().split('.').collect::<Vec<_>>() }));
        let sets = self.ways.sets.iter().map(|set| set.iter().map(id).collect::<Vec<_>>());
        (claims.collect(), sets.map(Value::from).collect())
    }
}
