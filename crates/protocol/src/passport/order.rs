//! What a shop keeps: the question it asked, and the order that follows from the answer.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{GrantClaim, GrantClaimRefusal};
use crate::claim::ClaimName;
use crate::keys::{Jkt, RelayKeys};
use crate::seal::{Context, KeyBindingRules};
use crate::sector::Sector;
use crate::time::Timestamp;

/// What a shop asked: kept with the browser session until the answer is collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// For which request.
    #[serde(flatten)]
    pub context: Context,
    /// On which terms.
    pub terms_hash: String,
    /// Needed attributes.
    pub required: Vec<ClaimName>,
    /// Optional attributes.
    pub optional: Vec<ClaimName>,
}

/// The record of a grant beside an order: nothing personal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The grant.
    pub grant_id: String,
    /// The pseudonym.
    pub user_ref: String,
    /// Which sealed release.
    pub release_sha256: String,
    /// For which request.
    #[serde(flatten)]
    pub context: Context,
    /// On which terms.
    pub terms_hash: String,
    /// The thumbprint of the passport's key.
    pub passport_jkt: Jkt,
    /// The names of what is in the release.
    pub claims: Vec<ClaimName>,
}

/// Says which grant, and no pseudonym.
impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Order({}, ..)", self.grant_id)
    }
}

impl Question {
    /// The shop's checks, in the order of docs/protocol.md section 9.4.
    ///
    /// `passerby_claim` is what the browser brought; `sector` is the shop's own.
    pub fn accept(
        &self,
        grant_id: &str,
        grant_claim: &str,
        passerby_claim: &str,
        keys: &RelayKeys,
        sector: &Sector,
        now: Timestamp,
    ) -> Result<Order, GrantClaimRefusal> {
        let rules =
            KeyBindingRules { context: &self.context, terms_hash: &self.terms_hash, now, any_age: false };
        let checked = GrantClaim::check(grant_claim, keys, sector, &rules, now)?;
        let asked = |claim: &ClaimName| self.required.contains(claim) || self.optional.contains(claim);
        let answered = self.required.iter().all(|claim| checked.claims.contains(claim));
        let mut once = std::collections::HashSet::new();
        if !answered || !checked.claims.iter().all(|claim| asked(claim) && once.insert(claim)) {
            return Err(GrantClaimRefusal::Claims);
        }
        if GrantClaim::hash(grant_claim) != passerby_claim {
            return Err(GrantClaimRefusal::Mismatch);
        }
        Ok(Order {
            grant_id: grant_id.to_owned(),
            user_ref: checked.user_ref().to_owned(),
            release_sha256: checked.release_sha256,
            context: self.context.clone(),
            terms_hash: self.terms_hash.clone(),
            passport_jkt: checked.passport.holder().jkt(),
            claims: checked.claims,
        })
    }
}
