//! What the person of a scene answers.

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::consent::Choice;
use passerby_protocol::passport::{GrantClaim, Order, Passport};
use passerby_protocol::seal::SealedRelease;
use passerby_protocol::time::Timestamp;

use super::{GRANT_ID, Scene};
use crate::clock::NOON;
use crate::rng;

/// Anna's details.
pub const DETAILS: [(&str, &str); 5] = [
    ("name", "Anna Żółć-O'Neill"),
    ("address.street_address", "Große Straße 12\n3. OG"),
    ("address.postal_code", "10115"),
    ("address.locality", "Berlin"),
    ("email", "anna@post.example"),
];

/// A release with everything around it.
pub struct Answer {
    /// What travelled.
    pub sealed: SealedRelease,
    /// What the shop stored.
    pub order: Order,
}

impl Scene {
    /// A passport of the scene's person.
    ///
    /// # Panics
    /// When the protocol refuses its own scene.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test tool")]
    pub fn passport(&self, now: Timestamp) -> Passport {
        let issued =
            Passport::issue(&self.issuer, &self.relay_key, self.pairwise().public(), &self.sector, now);
        Passport::parse(&issued.expect("a passport"), &self.relay_keys(), &self.sector, now)
            .expect("a passport")
    }

    /// Everything that was asked, and e-mail of the optional ones.
    ///
    /// # Panics
    /// Never: the names are well formed.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test tool")]
    pub fn choice(&self) -> Choice {
        let claim = |text| ClaimName::parse(text).expect("a claim name");
        Choice {
            values: DETAILS.map(|(name, value)| (claim(name), AttributeValue::new(value.into()))).into(),
            ticked: [claim("email")].into(),
            ..Choice::default()
        }
    }

    /// The scene's answer, sealed, and the order that follows from it.
    ///
    /// # Panics
    /// When the protocol refuses its own scene.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test tool")]
    pub fn answer(&self, seed: u64) -> Answer {
        let grant = self.verified().consent(&self.choice()).expect("a grant");
        let passport = self.passport(NOON);
        let sealed = SealedRelease::seal(grant, &passport, &self.pairwise(), NOON, &mut rng::seeded(seed))
            .expect("a seal");
        let claim = GrantClaim::hash(&sealed.grant_claim);
        let order = self
            .question()
            .accept(GRANT_ID, &sealed.grant_claim, &claim, &self.relay_keys(), &self.sector, NOON)
            .expect("an order");
        Answer { sealed, order }
    }
}
