//! A relay, a shop and a person that are the same in every run: `shoes.example` asks, Anna answers.
//!
//! Each message can be altered before it is signed, so that a test or a vector holds exactly one fault.

mod answer;
mod graded;
mod question;

pub use answer::{Answer, DETAILS};
pub use graded::{ADDRESS_QUERY, BIRTH_QUERY, ask_graded, graded};
pub use question::{ask, terms};

use std::sync::OnceLock;

use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::{PairwiseKey, RelayKeys, ReleaseKey, ReleaseSuite, RootSecret, SigningKey};
use passerby_protocol::sector::Sector;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::clock::NOON;
use crate::{forge, rng};

/// The id of the scene's request.
pub const REQUEST_ID: &str = "cmVxdWVzdC1vZi1hLXNjZW5l";
/// Its one-time number.
pub const NONCE: &str = "bm9uY2Utb2YtYS1zY2VuZS0x";
/// What is echoed inside the answer.
pub const STATE: &str = "c3RhdGUtb2YtYS1zY2VuZS0x";
/// The id of the scene's grant.
pub const GRANT_ID: &str = "019a0000-0000-7000-8000-000000000001";

/// The people of a scene, with their keys.
pub struct Scene {
    /// `https://relay.example`.
    pub issuer: Issuer,
    /// `shoes.example`.
    pub sector: Sector,
    /// The relay's key.
    pub relay_key: SigningKey,
    /// The shop's root key.
    pub root: SigningKey,
    /// The root key the shop has announced.
    pub next_root: SigningKey,
    /// The shop's request key.
    pub request_key: SigningKey,
    /// The shop's release key, of `HPKE-4`. Its Statement lists no other unless a test adds one.
    pub release_key: ReleaseKey,
    /// Its post-quantum release key, of `HPKE-9`.
    pub post_quantum_key: ReleaseKey,
    /// The person's root secret.
    pub person: RootSecret,
    /// A key of somebody else.
    pub stranger: SigningKey,
    /// Signed once, because two signatures over the same Statement are two Statements.
    first_statement: OnceLock<String>,
}

/// Leaves a message as it is.
pub fn unaltered(_: &mut Value) {}

impl Default for Scene {
    fn default() -> Self {
        Self::new()
    }
}

impl Scene {
    /// The scene at `shoes.example` with `https://relay.example`.
    ///
    /// # Panics
    /// Never: the names are well formed.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test tool")]
    pub fn new() -> Self {
        let mut keys = rng::seeded(0x5053_4259);
        Self {
            issuer: Issuer::parse("https://relay.example").expect("an issuer"),
            sector: Sector::parse("shoes.example").expect("a sector"),
            relay_key: SigningKey::make(&mut keys),
            root: SigningKey::make(&mut keys),
            next_root: SigningKey::make(&mut keys),
            request_key: SigningKey::make(&mut keys),
            release_key: ReleaseKey::make(ReleaseSuite::Hpke4, &mut keys),
            post_quantum_key: ReleaseKey::make(ReleaseSuite::Hpke9, &mut rng::seeded(0x5053_4251)),
            person: RootSecret::from_bytes(Zeroizing::new([7; 32])),
            stranger: SigningKey::make(&mut keys),
            first_statement: OnceLock::new(),
        }
    }

    /// The relay's published keys.
    #[must_use]
    pub fn relay_keys(&self) -> RelayKeys {
        RelayKeys::new(self.issuer.clone(), [self.relay_key.public()])
    }

    /// The person's key at this shop.
    ///
    /// # Panics
    /// Never: the sector is well formed.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test tool")]
    pub fn pairwise(&self) -> PairwiseKey {
        PairwiseKey::derive(&self.person, &self.sector, 0).expect("a key")
    }

    /// The link to the scene's request.
    #[must_use]
    pub fn link(&self) -> String {
        format!(
            "openid4vp://?client_id=verifier_attestation%3A{}&request_uri={}%2Fr%2F{REQUEST_ID}",
            self.sector.as_str().replace(':', "%3A"),
            self.issuer.as_str().replace(':', "%3A").replace('/', "%2F"),
        )
    }

    /// The content of the shop's first Statement.
    #[must_use]
    pub fn statement_payload(&self) -> Value {
        json!({
            "iss": self.sector,
            "seq": 1,
            "iat": NOON.seconds() - 86_400,
            "exp": NOON.seconds() + 90 * 86_400,
            "name": "Shoes & Sons",
            "request_jkts": [self.request_key.public().jkt()],
            "release_keys": [self.release_key.public()],
            "allowed_claims": ["name", "email", "phone_number", "address.street_address", "address.locality", "address.postal_code", "address.country"],
            "retention_max": 60,
            "policy_uri": format!("{}/privacy", self.sector.origin()),
            "deletion_contact": "mailto:privacy@shoes.example",
            "next_root_jkt_hash": self.next_root.public().jkt().commitment(),
        })
    }

    /// The shop's first Statement.
    #[must_use]
    pub fn first_statement(&self) -> &str {
        self.first_statement.get_or_init(|| self.statement(unaltered))
    }

    /// The shop's first Statement, altered before the root key signs it.
    #[must_use]
    pub fn statement(&self, alter: impl FnOnce(&mut Value)) -> String {
        self.statement_by(&self.root, alter)
    }

    /// The same by another root key.
    #[must_use]
    pub fn statement_by(&self, root: &SigningKey, alter: impl FnOnce(&mut Value)) -> String {
        let mut payload = self.statement_payload();
        alter(&mut payload);
        forge::jws(&statement_header(root), &payload, root)
    }

    /// The relay's word for the shop, altered before the relay signs it.
    #[must_use]
    pub fn attestation(&self, alter: impl FnOnce(&mut Value)) -> String {
        let mut payload = json!({
            "iss": self.issuer,
            "sub": self.sector,
            "iat": NOON.seconds() - 3_600,
            "exp": NOON.seconds() + 29 * 86_400,
            "cnf": { "jwk": self.request_key.public() },
            "statement_root_jkt": self.root.public().jkt(),
            "response_uri_prefix": self.issuer.response_prefix(),
        });
        alter(&mut payload);
        let header = json!({ "alg": "ES256", "typ": "verifier-attestation+jwt", "kid": self.relay_key.public().jkt() });
        forge::jws(&header, &payload, &self.relay_key)
    }
}

/// The header of a Statement by this root key.
#[must_use]
pub fn statement_header(root: &SigningKey) -> Value {
    json!({ "alg": "ES256", "typ": "passerby-statement+jwt", "kid": root.public().jkt(), "jwk": root.public() })
}
