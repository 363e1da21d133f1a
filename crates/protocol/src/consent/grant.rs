//! What consent makes: a grant.

use std::collections::{BTreeMap, BTreeSet};

use crate::claim::{AttributeValue, ClaimName};
use crate::request::PROFILE_QUERY;
use crate::verify::VerifiedRequest;

/// Why a choice does not answer the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConsentRefusal {
    /// A needed attribute has no value.
    #[error("{0} is needed and has no value yet")]
    Missing(ClaimName),
    /// The choice names an attribute that was not offered.
    #[error("{0} was not asked for")]
    NotOffered(ClaimName),
    /// The choice names a way to answer that the query does not have.
    #[error("the query {0} cannot be answered that way")]
    NoSuchWay(String),
    /// Nothing is needed, and nothing was chosen: an answer to a foreign verifier would be empty.
    #[error("nothing was chosen")]
    Nothing,
}

/// What the person chose: values for everything that goes, and nothing else.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// The values of the needed and of the ticked attributes.
    pub values: BTreeMap<ClaimName, AttributeValue>,
    /// Which of the optional attributes were ticked.
    pub ticked: BTreeSet<ClaimName>,
    /// Of each graded query that is answered, by its id: which of its sets goes, counted from 0, the whole.
    pub graded: BTreeMap<String, usize>,
}

/// Consent to one verified request: these attributes, to this shop, on these terms. Not `Clone`: it is sealed once.
#[derive(Debug)]
pub struct Grant {
    request: VerifiedRequest,
    parts: Vec<Part>,
}

/// The attributes that answer one credential query.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) query: String,
    pub(crate) values: Vec<(ClaimName, AttributeValue)>,
}

impl VerifiedRequest {
    /// Turns the person's choice into a grant. Every needed attribute goes, and exactly the ticked optional ones; of a
    /// graded query the one set that was chosen.
    pub fn consent(self, choice: &Choice) -> Result<Grant, ConsentRefusal> {
        let offered = |claim: &&ClaimName| self.offered().any(|offered| offered == *claim);
        if let Some(stranger) = choice.values.keys().chain(&choice.ticked).find(|claim| !offered(claim)) {
            return Err(ConsentRefusal::NotOffered(stranger.clone()));
        }
        let value = |claim: &ClaimName| {
            let value = choice.values.get(claim).filter(|value| !value.expose().is_empty());
            value
                .map(|value| (claim.clone(), value.clone()))
                .ok_or_else(|| ConsentRefusal::Missing(claim.clone()))
        };

        let mut parts = Vec::new();
        if !self.required().is_empty() {
            let values = self.required().iter().map(value).collect::<Result<_, _>>()?;
            parts.push(Part { query: PROFILE_QUERY.to_owned(), values });
        }
        for optional in self.optional().iter().filter(|optional| choice.ticked.contains(&optional.claim)) {
            parts.push(Part { query: optional.query.clone(), values: vec![value(&optional.claim)?] });
        }
        for graded in self.graded() {
            let whole = graded.ways.all().next().cloned();
            let Some(&chosen) = choice.graded.get(&graded.query) else {
                match whole {
                    Some(claim) if graded.ways.needed => return Err(ConsentRefusal::Missing(claim)),
                    _ => continue,
                }
            };
            let set = graded
                .ways
                .sets
                .get(chosen)
                .ok_or_else(|| ConsentRefusal::NoSuchWay(graded.query.clone()))?;
            let values = set.iter().map(value).collect::<Result<_, _>>()?;
            parts.push(Part { query: graded.query.clone(), values });
        }
        Ok(Grant { request: self, parts })
    }
}

impl Grant {
    /// The request that was consented to.
    #[must_use]
    pub fn request(&self) -> &VerifiedRequest {
        &self.request
    }

    /// The names of what will be sent, sorted.
    #[must_use]
    pub fn claims(&self) -> Vec<ClaimName> {
        let mut claims: Vec<_> =
            self.parts.iter().flat_map(|part| &part.values).map(|(claim, _)| claim.clone()).collect();
        claims.sort();
        claims
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }
}
