//! What is very personal by custom: what helps strangers to pass for a person, or cannot be taken back.

use passerby_protocol::claim::ClaimName;

/// What is very personal about a detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sensitive {
    /// When or where somebody was born.
    Birth,
    /// The number of a document, or one that an authority gave.
    Document,
    /// Anything else, such as what the person marked.
    Other,
}

impl Sensitive {
    /// What is usual for a detail when its person said nothing: names of OpenID Connect, of its identity assurance claims and
    /// of the European identity wallet.
    #[must_use]
    pub fn find(claim: &ClaimName) -> Option<Self> {
        match claim.as_str() {
            "birthdate" | "birth_date" | "birth_place" | "place_of_birth" => Some(Self::Birth),
            "document_number" | "personal_administrative_number" | "tax_id" => Some(Self::Document),
            "nationality" | "nationalities" => Some(Self::Other),
            _ => None,
        }
    }
}
