//! What a shop keeps: the order that follows from an answer.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::claim::ClaimName;
use crate::keys::Jkt;
use crate::request::Ways;
use crate::seal::Context;
use crate::wire::json;

/// The record of a grant beside an order: nothing personal (docs/protocol.md section 9.4).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Record", into = "Record")]
pub struct Order {
    /// The grant.
    pub grant_id: String,
    /// Which sealed release.
    pub release_sha256: String,
    /// For which request.
    pub context: Context,
    /// On which terms.
    pub terms_hash: String,
    /// Who answered.
    pub answered: Answered,
}

/// Who answered, as far as the shop could check it.
#[derive(Clone, PartialEq, Eq)]
pub enum Answered {
    /// A Passerby wallet, with a grant claim that held.
    ByPasserby {
        /// The pseudonym.
        user_ref: String,
        /// The thumbprint of the passport's key.
        passport_jkt: Jkt,
        /// The names of what is in the release.
        claims: Vec<ClaimName>,
    },
    /// A wallet of another make, or so the relay says: nobody the shop knows, and nothing it was promised.
    ByAnotherWallet {
        /// What was asked, and what the release is therefore held to.
        asked: AskedNames,
    },
}

/// The names of what a shop asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedNames {
    /// Needed attributes.
    pub required: Vec<ClaimName>,
    /// Optional attributes.
    pub optional: Vec<ClaimName>,
    /// What may be answered with less.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub graded: Vec<Ways>,
}

impl AskedNames {
    /// Whether these are all that was needed, nothing that was not asked for, and each once; of what may be answered with
    /// less exactly one set.
    pub(crate) fn is_answered_by<'a>(&self, claims: impl IntoIterator<Item = &'a ClaimName>) -> bool {
        let mut named = HashSet::new();
        let graded = |name: &ClaimName| self.graded.iter().any(|ways| ways.all().any(|own| own == name));
        let asked =
            |name: &ClaimName| self.required.contains(name) || self.optional.contains(name) || graded(name);
        let fits = claims.into_iter().all(|name| asked(name) && named.insert(name));
        fits && self.required.iter().all(|needed| named.contains(needed))
            && self.graded.iter().all(|ways| ways.is_answered_by(&named))
    }
}

impl Order {
    /// The pseudonym; none when a wallet of another make answered.
    #[must_use]
    pub fn find_user_ref(&self) -> Option<&str> {
        match &self.answered {
            Answered::ByPasserby { user_ref, .. } => Some(user_ref),
            Answered::ByAnotherWallet { .. } => None,
        }
    }
}

/// Says which grant, and no pseudonym.
impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Order({}, ..)", self.grant_id)
    }
}

/// Says which kind, and no pseudonym.
impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ByPasserby { .. } => "ByPasserby(..)",
            Self::ByAnotherWallet { .. } => "ByAnotherWallet(..)",
        })
    }
}

/// The record as it is stored: `null`, and not a missing member, says that another wallet answered.
#[derive(Serialize, Deserialize)]
struct Record {
    grant_id: String,
    #[serde(deserialize_with = "Option::deserialize")]
    user_ref: Option<String>,
    release_sha256: String,
    #[serde(flatten)]
    context: Context,
    terms_hash: String,
    #[serde(deserialize_with = "Option::deserialize")]
    passport_jkt: Option<Jkt>,
    #[serde(deserialize_with = "Option::deserialize")]
    claims: Option<Vec<ClaimName>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    asked: Option<AskedNames>,
}

/// Some members say that a Passerby wallet answered, and others that another one did.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("not an order's record")]
struct NotARecord;

impl TryFrom<Record> for Order {
    type Error = NotARecord;

    fn try_from(record: Record) -> Result<Self, NotARecord> {
        let Record { grant_id, release_sha256, context, terms_hash, .. } = record;
        let answered = match (record.user_ref, record.passport_jkt, record.claims, record.asked) {
            (Some(user_ref), Some(passport_jkt), Some(claims), None) => {
                Answered::ByPasserby { user_ref, passport_jkt, claims }
            }
            (None, None, None, Some(asked)) => Answered::ByAnotherWallet { asked },
            _ => return Err(NotARecord),
        };
        Ok(Self { grant_id, release_sha256, context, terms_hash, answered })
    }
}

impl From<Order> for Record {
    fn from(order: Order) -> Self {
        let (user_ref, passport_jkt, claims, asked) = match order.answered {
            Answered::ByPasserby { user_ref, passport_jkt, claims } => {
                (Some(user_ref), Some(passport_jkt), Some(claims), None)
            }
            Answered::ByAnotherWallet { asked } => (None, None, None, Some(asked)),
        };
        let Order { grant_id, release_sha256, context, terms_hash, .. } = order;
        Self { grant_id, user_ref, release_sha256, context, terms_hash, passport_jkt, claims, asked }
    }
}
