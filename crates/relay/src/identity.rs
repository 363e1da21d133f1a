//! Who this relay is: its issuer and its signing keys, of which one signs at a time.

use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::{RelayKeys, SigningKey};
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;

/// A signing key with its time. Debug shows neither half of it.
#[derive(Debug, Clone)]
pub struct HeldKey {
    pub key: SigningKey,
    /// Published before, so that whoever has read the list lately knows it when it signs. Seconds since 1970.
    pub signs_from: i64,
    /// When nothing that it signed is valid any more, and it leaves the list; `None`: no other key is to follow it yet.
    pub published_until: Option<i64>,
}

/// A relay's name and keys.
#[derive(Debug, Clone)]
pub struct Identity {
    issuer: Issuer,
    /// In the order in which they sign; never empty.
    held: Vec<HeldKey>,
    /// The published list from each of its changes on, the first one first.
    lists: Vec<(i64, RelayKeys)>,
}

/// The issuer or the keys cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    #[error("an http issuer is for development only: set `development = true`, or use an https issuer")]
    HttpInProduction,
    #[error("development mode needs an http issuer on this computer, such as http://127.0.0.1:4180")]
    HttpsInDevelopment,
    #[error("there is no signing key")]
    NoKey,
}

impl Identity {
    /// A relay with one key, that reaches the world by `https`, or, for development, this computer by `http`.
    pub fn new(issuer: Issuer, key: SigningKey, development: bool) -> Result<Self, IdentityError> {
        Self::with_keys(issuer, vec![HeldKey { key, signs_from: 0, published_until: None }], development)
    }

    /// The same with several keys.
    pub fn with_keys(
        issuer: Issuer,
        mut held: Vec<HeldKey>,
        development: bool,
    ) -> Result<Self, IdentityError> {
        match (development, issuer.is_development()) {
            (false, true) => return Err(IdentityError::HttpInProduction),
            (true, false) => return Err(IdentityError::HttpsInDevelopment),
            _ if held.is_empty() => return Err(IdentityError::NoKey),
            _ => {}
        }
        held.sort_by_key(|held| held.signs_from);
        // Passports and attestations come back to the relay that signed them.
        let remembering = |held: HeldKey| HeldKey { key: held.key.remembering(), ..held };
        let held: Vec<_> = held.into_iter().map(remembering).collect();
        let mut changes: Vec<_> = held.iter().filter_map(|held| held.published_until).collect();
        changes.push(i64::MIN);
        changes.sort_unstable();
        let lists = changes.into_iter().map(|from| {
            let published = held.iter().filter(|held| held.published_until.is_none_or(|until| until > from));
            (from, RelayKeys::new(issuer.clone(), published.map(|held| held.key.public())))
        });
        let lists = lists.collect();
        Ok(Self { issuer, held, lists })
    }

    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// What passports, attestations and receipts are signed with now.
    ///
    /// # Panics
    /// Never: a relay without a key is not made.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "there is a first key")]
    pub fn key(&self, now: Timestamp) -> &SigningKey {
        let signing = self.held.iter().rev().find(|held| held.signs_from <= now.seconds());
        &signing.unwrap_or(&self.held[0]).key
    }

    /// The keys that are published now.
    ///
    /// # Panics
    /// Never: the first list begins before all time.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "there is a first list")]
    pub fn keys(&self, now: Timestamp) -> &RelayKeys {
        let current = self.lists.iter().rev().find(|(from, _)| *from <= now.seconds());
        &current.unwrap_or(&self.lists[0]).1
    }

    /// Whether this relay speaks for a sector at all: shops on this computer are for development.
    #[must_use]
    pub fn serves(&self, sector: &Sector) -> bool {
        !sector.is_development() || self.issuer.is_development()
    }
}

#[cfg(test)]
mod tests {
    use passerby_testkit::rng;

    use super::*;

    #[test]
    fn a_key_is_published_before_it_signs_and_after() {
        let mut rng = rng::seeded(1);
        let [old, new] = [SigningKey::make(&mut rng), SigningKey::make(&mut rng)];
        let held = vec![
            HeldKey { key: new.clone(), signs_from: 100, published_until: None },
            HeldKey { key: old.clone(), signs_from: 0, published_until: Some(500) },
        ];
        let issuer = Issuer::parse("https://relay.example").unwrap();
        let identity = Identity::with_keys(issuer.clone(), held, false).unwrap();
        for (at, signs, published) in [
            (-5, &old, vec![&old, &new]),
            (99, &old, vec![&old, &new]),
            (100, &new, vec![&old, &new]),
            (499, &new, vec![&old, &new]),
            (500, &new, vec![&new]),
        ] {
            let now = Timestamp::from_seconds(at);
            assert_eq!(identity.key(now).public(), signs.public(), "{at}");
            for key in [&old, &new] {
                let is_listed = identity.keys(now).find(Some(key.public().jkt().as_str())).is_some();
                assert_eq!(is_listed, published.iter().any(|it| it.public() == key.public()), "{at}");
            }
        }
        assert_eq!(Identity::with_keys(issuer, Vec::new(), false).unwrap_err(), IdentityError::NoKey);
    }
}
