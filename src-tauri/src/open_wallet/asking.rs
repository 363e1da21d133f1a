//! Who asks for what, as it was shown: a shop, or a foreign verifier that has a certificate and nothing else.

use passerby_protocol::sector::Sector;
use passerby_wallet::foreign::ForeignView;
use passerby_wallet::{Answer, ChoiceError, Detail, Picked, RequestView};

/// A checked request.
#[derive(Debug, Clone)]
pub enum Asking {
    /// A shop's.
    Shop(Box<RequestView>),
    /// A foreign verifier's (docs/protocol.md section 13).
    Foreign(Box<ForeignView>),
}

impl Asking {
    /// What to call it.
    pub fn number(&self) -> u32 {
        match self {
            Self::Shop(view) => view.number,
            Self::Foreign(view) => view.number,
        }
    }

    /// Who asks.
    pub fn host(&self) -> &Sector {
        match self {
            Self::Shop(view) => &view.sector,
            Self::Foreign(view) => &view.host,
        }
    }

    /// The privacy policy, where one is named.
    pub fn find_policy(&self) -> Option<&str> {
        match self {
            Self::Shop(view) => Some(view.policy_uri.as_str()).filter(|policy| !policy.is_empty()),
            Self::Foreign(_) => None,
        }
    }

    /// Whether it asks for this detail.
    pub fn offers(&self, claim: &str) -> bool {
        let is = |detail: &Detail| detail.claim.as_str() == claim;
        match self {
            Self::Shop(view) => view.asked().any(is),
            Self::Foreign(view) => view.asked().any(is),
        }
    }

    /// What was picked among what was shown.
    pub fn answer(&self, picked: &Picked) -> Result<Answer, ChoiceError> {
        match self {
            Self::Shop(view) => view.answer(picked),
            Self::Foreign(view) => view.answer(picked),
        }
    }
}
