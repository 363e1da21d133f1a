//! What a shop asked, and what it makes of the answer.

use serde::{Deserialize, Serialize};

use super::{Answered, AskedNames, GrantClaim, GrantClaimRefusal, Order};
use crate::claim::ClaimName;
use crate::keys::RelayKeys;
use crate::request::Ways;
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
    /// What may be answered with less.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub graded: Vec<Ways>,
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
        let (context, terms_hash) = (&self.context, &self.terms_hash);
        let rules = KeyBindingRules { context, terms_hash, now, any_age: false, any_wallet: false };
        let checked = GrantClaim::check(grant_claim, keys, sector, &rules, now)?;
        if !self.asked().is_answered_by(&checked.claims) {
            return Err(GrantClaimRefusal::Claims);
        }
        if GrantClaim::hash(grant_claim) != passerby_claim {
            return Err(GrantClaimRefusal::Mismatch);
        }
        let answered = Answered::ByPasserby {
            user_ref: checked.user_ref().to_owned(),
            passport_jkt: checked.passport.holder().jkt(),
            claims: checked.claims,
        };
        Ok(self.order(grant_id, checked.release_sha256, answered))
    }

    /// The same for an answer that, so the relay says, came without a grant claim. `only_passerby` is the shop's wish to
    /// take no answers of wallets of other makes.
    pub fn accept_unsigned(
        &self,
        grant_id: &str,
        release_sha256: &str,
        passerby_claim: Option<&str>,
        only_passerby: bool,
    ) -> Result<Order, GrantClaimRefusal> {
        // The browser vouches for a grant claim that the relay says does not exist.
        if passerby_claim.is_some() {
            return Err(GrantClaimRefusal::Mismatch);
        }
        if only_passerby {
            return Err(GrantClaimRefusal::Missing);
        }
        let answered = Answered::ByAnotherWallet { asked: self.asked() };
        Ok(self.order(grant_id, release_sha256.to_owned(), answered))
    }

    fn asked(&self) -> AskedNames {
        AskedNames {
            required: self.required.clone(),
            optional: self.optional.clone(),
            graded: self.graded.clone(),
        }
    }

    fn order(&self, grant_id: &str, release_sha256: String, answered: Answered) -> Order {
        Order {
            grant_id: grant_id.to_owned(),
            release_sha256,
            context: self.context.clone(),
            terms_hash: self.terms_hash.clone(),
            answered,
        }
    }
}
