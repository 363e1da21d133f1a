//! The same shop asks for an address and a birth date, and would do with less.

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::consent::Choice;
use passerby_protocol::passport::{GrantClaim, Question};
use passerby_protocol::request::{Asked, GradedClaims, RequestLink, SignedRequest, TimeLimit, Ways};
use passerby_protocol::seal::SealedRelease;
use serde_json::json;

use super::{Answer, GRANT_ID, Scene};
use crate::clock::NOON;
use crate::rng;

/// The id of the needed query for the address.
pub const ADDRESS_QUERY: &str = "address";
/// The id of the optional query for the day of birth.
pub const BIRTH_QUERY: &str = "birth";

/// What Anna would answer to it, whole and in part.
const DETAILS: [(&str, &str); 8] = [
    ("name", "Anna Żółć-O'Neill"),
    ("address.street_address", "Große Straße 12\n3. OG"),
    ("address.postal_code", "10115"),
    ("address.locality", "Berlin"),
    ("address.country", "Germany"),
    ("birthdate", "1990-01-31"),
    ("age_over_18", "true"),
    ("birth_year", "1990"),
];

/// A query that may be answered with less.
///
/// # Panics
/// When a name is not well formed.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn graded(query: &str, needed: bool, sets: &[&[&str]]) -> GradedClaims {
    let claim = |name: &&str| ClaimName::parse(name).expect("a claim name");
    let sets = sets.iter().map(|set| set.iter().map(claim).collect()).collect();
    GradedClaims { query: query.to_owned(), ways: Ways { needed, sets } }
}

/// The name, the address or less, and perhaps the day of birth or less.
///
/// # Panics
/// Never: the names are well formed.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn ask_graded() -> Asked {
    let area = ["address.locality", "address.country"];
    let whole = ["address.street_address", "address.postal_code", "address.locality", "address.country"];
    Asked {
        required: vec![ClaimName::parse("name").expect("a claim name")],
        optional: Vec::new(),
        graded: vec![
            graded(ADDRESS_QUERY, true, &[&whole, &area, &area[1..]]),
            graded(BIRTH_QUERY, false, &[&["birthdate"], &["age_over_18"], &["birth_year"]]),
        ],
    }
}

impl Scene {
    /// A Statement that allows to ask for the day of birth too. Another one each time, because its signature is.
    #[must_use]
    pub fn curious_statement(&self) -> String {
        self.statement(|payload| {
            let allowed = payload["allowed_claims"].as_array_mut().into_iter();
            for claims in allowed {
                claims.extend(["birthdate", "age_over_18", "birth_year"].map(Into::into));
            }
        })
    }

    /// What the shop remembers of another question than the scene's.
    #[must_use]
    pub fn question_of(&self, asked: &Asked) -> Question {
        Question {
            required: asked.required.clone(),
            optional: asked.optional.iter().map(|optional| optional.claim.clone()).collect(),
            graded: asked.graded.iter().map(|graded| graded.ways.clone()).collect(),
            ..self.question()
        }
    }

    /// Anna's answer to another question than the scene's: what is needed, and of each graded query the set under that
    /// number.
    ///
    /// # Panics
    /// When the protocol refuses its own scene.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test tool")]
    pub fn answer_to(&self, asked: &Asked, ways: &[(&str, usize)], seed: u64) -> Answer {
        let statement = self.curious_statement();
        let request = self.request(|payload| {
            payload["dcql_query"] = asked.to_query(&self.issuer);
            payload["verifier_info"][0]["data"] = json!(statement);
        });
        let link = RequestLink::parse(&self.link()).expect("a link");
        let verified = SignedRequest::parse(&link, &request, &self.relay_keys(), TimeLimit::FirstFetch, NOON)
            .expect("a signed request")
            .verify(&statement, None, NOON)
            .expect("a verified request");
        let known = DETAILS.map(|(name, value)| {
            (ClaimName::parse(name).expect("a claim name"), AttributeValue::new(value.into()))
        });
        let choice = Choice {
            values: known.into_iter().filter(|(claim, _)| asked.all().any(|asked| asked == claim)).collect(),
            graded: ways.iter().map(|(query, way)| ((*query).to_owned(), *way)).collect(),
            ..Choice::default()
        };
        let grant = verified.consent(&choice).expect("a grant");
        let key = self.pairwise();
        let sealed = SealedRelease::seal(grant, &self.passport(NOON), &key, NOON, &mut rng::seeded(seed))
            .expect("a seal");
        let order = self
            .question_of(asked)
            .accept(
                GRANT_ID,
                &sealed.grant_claim,
                &GrantClaim::hash(&sealed.grant_claim),
                &self.relay_keys(),
                &self.sector,
                NOON,
            )
            .expect("an order");
        Answer { sealed, order }
    }
}
