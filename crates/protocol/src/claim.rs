//! Claim names and the values under them.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The name of an attribute: an OpenID Connect standard claim, `address` members with a dot: `email`,
/// `address.postal_code` (docs/protocol.md section 1.7).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClaimName(String);

/// The text claims of OpenID Connect Core section 5.1, `address` by its members, and what follows from a birth date
/// (docs/protocol.md section 7): the names that shops and people use by custom. Others are possible; a program that meets one
/// may ask whether it is a slip.
pub const TEXT_CLAIMS: [&str; 23] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "gender",
    "birthdate",
    "age_over_18",
    "birth_year",
    "zoneinfo",
    "locale",
    "phone_number",
    "address.formatted",
    "address.street_address",
    "address.locality",
    "address.region",
    "address.postal_code",
    "address.country",
];

/// Why a text is not a claim name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a detail: such as email or address.postal_code is needed")]
pub struct NotAClaimName;

impl ClaimName {
    /// Reads a claim name: one segment, or `address` and one below it.
    pub fn parse(text: &str) -> Result<Self, NotAClaimName> {
        let well_formed = match text.split_once('.') {
            None => is_segment(text) && text != "address",
            Some((parent, child)) => parent == "address" && is_segment(child),
        };
        if well_formed { Ok(Self(text.to_owned())) } else { Err(NotAClaimName) }
    }

    /// Reads a DCQL claims path pointer of names only.
    pub fn parse_path(path: &[&str]) -> Result<Self, NotAClaimName> {
        if path.iter().any(|segment| segment.contains('.')) {
            return Err(NotAClaimName);
        }
        Self::parse(&path.join("."))
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The member below `address`, for names that have one.
    #[must_use]
    pub fn find_address_member(&self) -> Option<&str> {
        self.0.strip_prefix("address.")
    }
}

/// `_sd` and `...` are no claims, and the members that every profile has are not attributes of a person.
fn is_segment(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !matches!(
            text,
            "_sd"
                | "_sd_alg"
                | "iss"
                | "vct"
                | "cnf"
                | "iat"
                | "exp"
                | "nbf"
                | "sub"
                | "aud"
                | "jti"
                | "status"
        )
}

impl fmt::Display for ClaimName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ClaimName {
    type Error = NotAClaimName;

    fn try_from(text: String) -> Result<Self, NotAClaimName> {
        Self::parse(&text)
    }
}

impl From<ClaimName> for String {
    fn from(name: ClaimName) -> Self {
        name.0
    }
}

/// One piece of personal data. Wiped from memory when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct AttributeValue(Zeroizing<String>);

impl AttributeValue {
    /// Takes a value over.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value itself: for the seal, and for the eyes of the person or the shop's staff.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AttributeValue(..)")
    }
}
