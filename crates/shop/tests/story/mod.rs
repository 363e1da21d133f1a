//! The others in a shop's story: a relay that attests, a wallet that verifies and answers. Real parts of the protocol, no network.

#![allow(clippy::unwrap_used, clippy::panic, reason = "only for tests")]
#![allow(dead_code, reason = "each test file uses its part of the story")]

use std::collections::BTreeMap;

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::consent::Choice;
use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::{Jkt, PairwiseKey, RelayKeys, RootSecret, SigningKey};
use passerby_protocol::passport::{Order, Passport, Question};
use passerby_protocol::random_id::{Nonce, RequestId, State};
use passerby_protocol::request::{
    Asked, RequestLink, RequestObject, SignedRequest, Terms, TermsText, TimeLimit,
};
use passerby_protocol::seal::SealedRelease;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_protocol::verify::{Attestation, Pin, VerifiedRequest, VerifyRefusal};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use url::Url;

/// What Anna sends with every order.
pub const ANNA: [(&str, &str); 3] = [
    ("address.locality", "Zwiebelhausen"),
    ("address.street_address", "Nebelgasse 7\nHinterhof"),
    ("name", "Anna Zwielicht"),
];

/// A relay and a wallet.
pub struct Story {
    pub rng: ChaCha20Rng,
    issuer: Issuer,
    relay_key: SigningKey,
    person: RootSecret,
}

impl Story {
    pub fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (relay_key, person) = (SigningKey::make(&mut rng), RootSecret::make(&mut rng));
        Self { rng, issuer: Issuer::parse("https://relay.example").unwrap(), relay_key, person }
    }

    fn relay_keys(&self) -> RelayKeys {
        RelayKeys::new(self.issuer.clone(), [self.relay_key.public()])
    }

    /// A request signed by the shop, verified by a wallet that finds the same Statement at the shop's address.
    pub fn verify(
        &mut self,
        sector: &Sector,
        request_key: &SigningKey,
        statement: &str,
        recorded_root: &Jkt,
        pin: Option<&Pin>,
        now: Timestamp,
    ) -> Result<VerifiedRequest, VerifyRefusal> {
        let attestation =
            Attestation::new(&self.issuer, sector, request_key.public(), recorded_root, now, 3_600);
        let attestation = attestation.sign(&self.relay_key).unwrap();
        let id = RequestId::make(&mut self.rng);
        let asked = Asked {
            required: ANNA.map(|(name, _)| ClaimName::parse(name).unwrap()).to_vec(),
            optional: Vec::new(),
            graded: Vec::new(),
        };
        let terms = Terms {
            purpose: "To deliver your order".into(),
            retention: 30,
            standing: false,
            recipients: Vec::new(),
        };
        let object = RequestObject {
            client_id: sector.client_id(),
            aud: "https://self-issued.me/v2".into(),
            response_type: "vp_token".into(),
            response_mode: "direct_post.jwt".into(),
            response_uri: format!("{}{}", self.issuer.response_prefix(), id.as_str()),
            nonce: Nonce::make(&mut self.rng).as_str().into(),
            state: State::make(&mut self.rng).as_str().into(),
            iat: now,
            exp: now + 300,
            response_by: now + 1_800,
            flow: "same_device".into(),
            dcql_query: asked.to_query(&self.issuer),
            client_metadata: None,
            verifier_info: RequestObject::verifier_info(statement, &TermsText::write(&terms).unwrap()),
        };
        let compact = object.sign(request_key, &attestation).unwrap();
        let request_uri = format!("{}/r/{}", self.issuer, id.as_str());
        let link = Url::parse_with_params(
            "openid4vp://",
            [("client_id", sector.client_id()), ("request_uri", request_uri)],
        );
        let link = RequestLink::parse(link.unwrap().as_str()).unwrap();
        let signed =
            SignedRequest::parse(&link, &compact, &self.relay_keys(), TimeLimit::FirstFetch, now).unwrap();
        signed.verify(statement, pin, now)
    }

    /// Anna's answer: the sealed release, and the order that the shop makes of it.
    pub fn answer(&mut self, request: VerifiedRequest, now: Timestamp) -> (String, Order) {
        let (keys, sector) = (self.relay_keys(), request.sector().clone());
        let key = PairwiseKey::derive(&self.person, &sector, 0).unwrap();
        let passport = Passport::issue(&self.issuer, &self.relay_key, key.public(), &sector, now).unwrap();
        let passport = Passport::parse(&passport, &keys, &sector, now).unwrap();
        let question = Question {
            context: request.context(),
            terms_hash: request.terms_text().hash(),
            required: request.required().to_vec(),
            optional: Vec::new(),
            graded: Vec::new(),
        };
        let value = |(name, value): (&str, &str)| {
            (ClaimName::parse(name).unwrap(), AttributeValue::new(value.into()))
        };
        let choice =
            Choice { values: ANNA.map(value).into_iter().collect::<BTreeMap<_, _>>(), ..Choice::default() };
        let sealed =
            SealedRelease::seal(request.consent(&choice).unwrap(), &passport, &key, now, &mut self.rng)
                .unwrap();
        let order = question
            .accept("grant-1", &sealed.grant_claim, &sealed.passerby_claim(), &keys, &sector, now)
            .unwrap();
        (sealed.jwe, order)
    }
}
