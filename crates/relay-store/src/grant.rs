//! A grant: what consent made, here as the sealed release that a shop may have opened.

use std::fmt;
use std::str::FromStr;

use uuid::{Builder, Uuid, Variant, Version};

use crate::{KeptRelease, Sha256};

/// A grant's id: a `UUIDv7` (RFC 9562), so that grants lie in the store in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GrantId(Uuid);

impl GrantId {
    /// A fresh id from a clock (milliseconds since 1970) and ten random bytes.
    #[must_use]
    pub fn make(unix_milliseconds: u64, random: &[u8; 10]) -> Self {
        Self(Builder::from_unix_timestamp_millis(unix_milliseconds, random).into_uuid())
    }
}

impl fmt::Display for GrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// The text is not a grant id: 36 characters, lower case, version 7.
#[derive(Debug, thiserror::Error)]
#[error("not a grant id")]
pub struct ParseGrantIdError;

impl FromStr for GrantId {
    type Err = ParseGrantIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uuid = Uuid::try_parse(text).map_err(|_| ParseGrantIdError)?;
        let id = Self(uuid);
        let ours = uuid.get_version() == Some(Version::SortRand) && uuid.get_variant() == Variant::RFC4122;
        if ours && id.to_string() == text { Ok(id) } else { Err(ParseGrantIdError) }
    }
}

/// A grant as it stands in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub id: GrantId,
    pub sector: String,
    pub holder_jkt: Option<String>,
    /// The sealed release.
    pub release: KeptRelease,
    pub release_sha256: Sha256,
    pub granted_at: i64,
    pub keep_until: i64,
    pub collected_at: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lie_in_the_order_of_time() {
        let early = GrantId::make(1_700_000_000_000, &[0xff; 10]);
        let late = GrantId::make(1_700_000_000_001, &[0; 10]);
        assert!(early < late);
        assert!(early.to_string() < late.to_string(), "the text sorts as the id does");
        assert_eq!(early.to_string().parse::<GrantId>().unwrap(), early);
    }

    #[test]
    fn only_the_one_spelling_is_an_id() {
        let id = GrantId::make(1_700_000_000_000, &[7; 10]).to_string();
        for other in [
            id.to_uppercase(),
            id.replace('-', ""),
            format!("urn:uuid:{id}"),
            "8c7f7e7e-0000-4000-8000-000000000000".to_owned(),
            String::new(),
        ] {
            assert!(other.parse::<GrantId>().is_err(), "{other}");
        }
    }
}
