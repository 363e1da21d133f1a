//! What the shop of a scene asks.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::passport::Question;
use passerby_protocol::request::{
    Asked, OptionalClaim, RequestLink, SignedRequest, Terms, TermsText, TimeLimit,
};
use passerby_protocol::seal::Context;
use passerby_protocol::verify::VerifiedRequest;
use serde_json::{Value, json};

use super::{NONCE, REQUEST_ID, STATE, Scene, unaltered};
use crate::clock::NOON;
use crate::forge;

/// The attributes that the scene's shop asks for.
///
/// # Panics
/// Never: the names are well formed.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn ask() -> Asked {
    let claim = |text| ClaimName::parse(text).expect("a claim name");
    Asked {
        required: ["name", "address.street_address", "address.postal_code", "address.locality"]
            .map(claim)
            .to_vec(),
        optional: vec![
            OptionalClaim { query: "optional_email".into(), claim: claim("email") },
            OptionalClaim { query: "optional_phone_number".into(), claim: claim("phone_number") },
            OptionalClaim { query: "optional_birthdate".into(), claim: claim("birthdate") },
        ],
        graded: Vec::new(),
    }
}

/// The terms of the scene.
///
/// # Panics
/// Never: the terms are well formed.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn terms() -> TermsText {
    let terms = Terms {
        purpose: "To deliver your order".into(),
        retention: 30,
        standing: false,
        recipients: vec!["the parcel carrier".into()],
    };
    TermsText::write(&terms).expect("well-formed terms")
}

impl Scene {
    /// The content of the scene's request object.
    #[must_use]
    pub fn request_payload(&self) -> Value {
        json!({
            "client_id": self.sector.client_id(),
            "aud": "https://self-issued.me/v2",
            "response_type": "vp_token",
            "response_mode": "direct_post.jwt",
            "response_uri": format!("{}{REQUEST_ID}", self.issuer.response_prefix()),
            "nonce": NONCE,
            "state": STATE,
            "iat": NOON.seconds() - 10,
            "exp": NOON.seconds() + 290,
            "response_by": NOON.seconds() + 1_700,
            "flow": "same_device",
            "dcql_query": ask().to_query(&self.issuer),
            "client_metadata": { "jwks": { "keys": [self.release_key.public()] } },
            "verifier_info": [
                { "format": "passerby-statement+jwt", "data": self.first_statement() },
                { "format": "passerby-terms", "data": terms().as_str() },
            ],
        })
    }

    /// The header of the scene's request object.
    #[must_use]
    pub fn request_header(&self) -> Value {
        json!({
            "alg": "ES256",
            "typ": "oauth-authz-req+jwt",
            "kid": self.request_key.public().jkt(),
            "jwt": self.attestation(unaltered),
        })
    }

    /// The scene's request object, altered before it is signed.
    #[must_use]
    pub fn request(&self, alter: impl FnOnce(&mut Value)) -> String {
        let mut payload = self.request_payload();
        alter(&mut payload);
        forge::jws(&self.request_header(), &payload, &self.request_key)
    }

    /// The scene's request with another header.
    #[must_use]
    pub fn request_with_header(&self, alter: impl FnOnce(&mut Value)) -> String {
        let mut header = self.request_header();
        alter(&mut header);
        forge::jws(&header, &self.request_payload(), &self.request_key)
    }

    /// The scene's request, verified at first sight.
    ///
    /// # Panics
    /// When the protocol refuses its own scene.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test tool")]
    pub fn verified(&self) -> VerifiedRequest {
        let link = RequestLink::parse(&self.link()).expect("a link");
        let request = self.request(unaltered);
        SignedRequest::parse(&link, &request, &self.relay_keys(), TimeLimit::FirstFetch, NOON)
            .expect("a signed request")
            .verify(self.first_statement(), None, NOON)
            .expect("a verified request")
    }

    /// What the shop remembers of its question.
    #[must_use]
    pub fn question(&self) -> Question {
        let asked = ask();
        Question {
            context: Context {
                client_id: self.sector.client_id(),
                nonce: NONCE.into(),
                response_uri: format!("{}{REQUEST_ID}", self.issuer.response_prefix()),
            },
            terms_hash: terms().hash(),
            required: asked.required,
            optional: asked.optional.into_iter().map(|optional| optional.claim).collect(),
            graded: asked.graded.into_iter().map(|graded| graded.ways).collect(),
        }
    }
}
