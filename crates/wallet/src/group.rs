//! What is chosen as one. An address is one thing: its members are never taken from two. So is the day of birth, with what
//! follows from it.

use std::fmt;

use passerby_protocol::claim::ClaimName;
use passerby_protocol::request::Subject;

use crate::derived::BIRTHDATE;

/// The name that stands for a whole address.
const ADDRESS: &str = "address";

/// A name under which one value, or one address, is chosen: `email`, or `address` with all its members, or `birthdate` with
/// `age_over_18` and `birth_year`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group(String);

/// A text names nothing that can be chosen as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not what is chosen as one: such as email is needed, or address for a whole address")]
pub struct NotAGroup;

impl Group {
    /// Reads `address`, or the name of a detail that is no member of an address.
    pub fn parse(text: &str) -> Result<Self, NotAGroup> {
        if text == ADDRESS {
            return Ok(Self(text.to_owned()));
        }
        let single = ClaimName::parse(text).ok().filter(|claim| claim.find_address_member().is_none());
        single.map(|claim| Self::of(&claim)).ok_or(NotAGroup)
    }

    /// What a detail is chosen with.
    #[must_use]
    pub fn of(claim: &ClaimName) -> Self {
        let name = match Subject::find(claim) {
            Some(Subject::Address) => ADDRESS,
            Some(Subject::BirthDay) => BIRTHDATE,
            None => claim.as_str(),
        };
        Self(name.to_owned())
    }

    /// Whether a detail is chosen with this.
    #[must_use]
    pub fn holds(&self, claim: &ClaimName) -> bool {
        Self::of(claim) == *self
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is marked or forgotten: one detail, or a whole address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// One detail.
    Detail(ClaimName),
    /// All members of an address.
    Address,
}

impl Which {
    /// Reads the name of a detail, or `address`.
    pub fn parse(text: &str) -> Result<Self, passerby_protocol::claim::NotAClaimName> {
        if text == ADDRESS { Ok(Self::Address) } else { ClaimName::parse(text).map(Self::Detail) }
    }

    /// Whether it names this detail.
    #[must_use]
    pub fn holds(&self, claim: &ClaimName) -> bool {
        match self {
            Self::Detail(named) => named == claim,
            Self::Address => claim.find_address_member().is_some(),
        }
    }

    /// What it is chosen with.
    #[must_use]
    pub fn group(&self) -> Group {
        match self {
            Self::Detail(claim) => Group::of(claim),
            Self::Address => Group(ADDRESS.to_owned()),
        }
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Detail(claim) => claim.fmt(f),
            Self::Address => f.write_str(ADDRESS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_an_address_are_chosen_together_and_all_else_alone() {
        let street = ClaimName::parse("address.street_address").unwrap();
        let email = ClaimName::parse("email").unwrap();
        let address = Group::parse("address").unwrap();
        assert!(address.holds(&street) && !address.holds(&email));
        assert_eq!(Group::of(&email), Group::parse("email").unwrap());
        let of_age = ClaimName::parse("age_over_18").unwrap();
        let birthdate = Group::parse("birthdate").unwrap();
        assert!(birthdate.holds(&of_age) && Group::parse("birth_year") == Ok(birthdate));
        for text in ["address.street_address", "", "E-Mail"] {
            assert_eq!(Group::parse(text), Err(NotAGroup), "{text}");
        }
        assert_eq!(Which::parse("address"), Ok(Which::Address));
        assert!(Which::Address.holds(&street) && Which::Address.group() == address);
        let one = Which::parse("address.street_address").unwrap();
        assert!(one.holds(&street) && one.group() == address);
    }
}
