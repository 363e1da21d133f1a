//! The request object: a JAR (RFC 9101) in the shape of OpenID4VP 1.0, signed by the shop (docs/protocol.md section 5.2).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Asked, QueryRefusal, RequestLink, Terms, TermsText};
use crate::keys::{PublicKey, RelayKeys, SigningKey};
use crate::random_id::{Nonce, State};
use crate::sector::Sector;
use crate::time::Timestamp;
use crate::verify::{Attestation, AttestationRefusal};
use crate::wire::jws::{self, JwsError, Unverified};

/// The `typ` of a request object (RFC 9101 section 10.8).
pub const TYP: &str = "oauth-authz-req+jwt";

pub(crate) const AUDIENCE: &str = "https://self-issued.me/v2";
const STATEMENT_FORMAT: &str = "passerby-statement+jwt";
const TERMS_FORMAT: &str = "passerby-terms";

/// The longest time between `iat` and `exp`, in seconds.
const LONGEST_FETCH: i64 = 300;
/// The longest time between `iat` and `response_by`, in seconds.
const LONGEST_ANSWER: i64 = 1_800;

/// Why a request was refused before its shop was looked at (docs/protocol.md section 6, steps 1 to 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestRefusal {
    /// Larger than 65,536 bytes.
    #[error("the request is too large")]
    TooLarge,
    /// Not a request object.
    #[error("the request is malformed")]
    Malformed,
    /// Another `typ` or `alg`.
    #[error("the request is of another type")]
    Type,
    /// The relay's word for the shop does not hold.
    #[error(transparent)]
    Attestation(#[from] AttestationRefusal),
    /// Not signed by the key that the relay's word names.
    #[error("the request is not signed by the shop")]
    Signature,
    /// Not by the shop that the link names.
    #[error("the request comes from another shop than the link says")]
    ClientId,
    /// Meant for somebody else.
    #[error("the request is not meant for a wallet")]
    Audience,
    /// An answer in another form is wanted.
    #[error("the request wants an answer that would not be sealed")]
    ResponseMode,
    /// Too late.
    #[error("the request has run out")]
    Expired,
    /// From the future.
    #[error("the request lies in the future; is this computer's clock right?")]
    NotYetValid,
    /// `exp` or `response_by` beyond their bounds.
    #[error("the request wants to live longer than allowed")]
    Lifetime,
    /// `nonce` or `state` could be guessed.
    #[error("the request's one-time numbers are too short")]
    Nonce,
    /// The answer would go elsewhere.
    #[error("the answer would go to another address than the relay's")]
    ResponseUri,
    /// Neither same-device nor cross-device.
    #[error("the request does not say how it came here")]
    Flow,
    /// What is asked is not a query of this profile.
    #[error(transparent)]
    Query(#[from] QueryRefusal),
    /// The terms are missing or malformed.
    #[error("the request's terms are missing or malformed")]
    Terms,
}

impl RequestRefusal {
    /// The refusal as the protocol names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TooLarge => "request-too-large",
            Self::Malformed => "request-malformed",
            Self::Type => "request-type",
            Self::Attestation(refused) => refused.word(),
            Self::Signature => "request-signature",
            Self::ClientId => "request-client-id",
            Self::Audience => "request-audience",
            Self::ResponseMode => "request-response-mode",
            Self::Expired => "request-expired",
            Self::NotYetValid => "request-not-yet-valid",
            Self::Lifetime => "request-lifetime",
            Self::Nonce => "request-nonce",
            Self::ResponseUri => "request-response-uri",
            Self::Flow => "request-flow",
            Self::Query(QueryRefusal::Malformed) => "request-query",
            Self::Query(QueryRefusal::Values) => "request-query-values",
            Self::Terms => "request-terms",
        }
    }
}

impl From<JwsError> for RequestRefusal {
    fn from(refused: JwsError) -> Self {
        match refused {
            JwsError::TooLarge => Self::TooLarge,
            JwsError::Malformed => Self::Malformed,
            JwsError::Type => Self::Type,
            JwsError::Signature => Self::Signature,
        }
    }
}

/// How a request reached the wallet, as the shop signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// By a link on the computer where the person shops.
    SameDevice,
    /// By a QR code from another screen.
    CrossDevice,
}

/// One entry of `verifier_info` (OpenID4VP 1.0 section 5.11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifierInfo {
    /// What kind of entry.
    pub format: String,
    /// Its content.
    pub data: Value,
}

/// The payload of a request object, as it stands on the wire.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the members of OpenID4VP 1.0 section 5, named as there")]
pub struct RequestObject {
    pub client_id: String,
    pub aud: String,
    pub response_type: String,
    pub response_mode: String,
    pub response_uri: String,
    pub nonce: String,
    pub state: String,
    pub iat: Timestamp,
    pub exp: Timestamp,
    pub response_by: Timestamp,
    pub flow: String,
    pub dcql_query: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_metadata: Option<Value>,
    pub verifier_info: Vec<VerifierInfo>,
}

/// Says whose it is, and none of its one-time numbers.
impl fmt::Debug for RequestObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestObject({}, ..)", self.client_id)
    }
}

impl RequestObject {
    /// The two entries of `verifier_info` that every request of this profile has.
    #[must_use]
    pub fn verifier_info(statement: &str, terms: &TermsText) -> Vec<VerifierInfo> {
        vec![
            VerifierInfo { format: STATEMENT_FORMAT.into(), data: statement.into() },
            VerifierInfo { format: TERMS_FORMAT.into(), data: terms.as_str().into() },
        ]
    }

    /// Signs it with a request key of the shop; the attestation travels in the header.
    pub fn sign(&self, key: &SigningKey, attestation: &str) -> Result<String, JwsError> {
        jws::sign(&jws::Header::new(TYP).with_kid(key.public()).with_jwt(attestation), self, key)
    }

    /// The text of the one entry with this format.
    fn find_info(&self, format: &str) -> Option<&str> {
        let mut entries = self.verifier_info.iter().filter(|entry| entry.format == format);
        let only = entries.next()?;
        if entries.next().is_some() { None } else { only.data.as_str() }
    }
}

/// Which of its two limits a request must keep (docs/protocol.md section 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeLimit {
    /// Just fetched: `exp` counts.
    FirstFetch,
    /// Bound to this wallet before: `response_by` counts.
    Answer,
}

/// A request that a key signed for which a relay vouches. It is not known yet whether that key is the shop's.
#[derive(Debug, Clone)]
pub struct SignedRequest {
    pub(crate) object: RequestObject,
    pub(crate) link: RequestLink,
    pub(crate) attestation: Attestation,
    pub(crate) flow: Flow,
    pub(crate) nonce: Nonce,
    pub(crate) state: State,
    pub(crate) asked: Asked,
    pub(crate) terms: Terms,
    pub(crate) terms_text: TermsText,
    pub(crate) statement: String,
}

impl SignedRequest {
    /// Reads and checks what was fetched from `link`, with the keys of the relay it was fetched from.
    pub fn parse(
        link: &RequestLink,
        compact: &str,
        relay: &RelayKeys,
        limit: TimeLimit,
        now: Timestamp,
    ) -> Result<Self, RequestRefusal> {
        let parsed = Unverified::<RequestObject>::parse(compact, TYP)?;
        let attestation = parsed.header().jwt.as_deref().ok_or(AttestationRefusal::Malformed)?;
        let attestation = Attestation::parse(attestation, relay, link.claimed_sector(), now)?;
        check_kid(parsed.header().kid.as_deref(), attestation.request_key())?;
        let object = parsed.verify(attestation.request_key())?;

        if object.client_id != link.claimed_sector().client_id() {
            return Err(RequestRefusal::ClientId);
        }
        if object.aud != AUDIENCE {
            return Err(RequestRefusal::Audience);
        }
        if object.response_type != "vp_token" || object.response_mode != "direct_post.jwt" {
            return Err(RequestRefusal::ResponseMode);
        }
        check_times(&object, limit, now)?;
        let nonce = Nonce::parse(&object.nonce).map_err(|_| RequestRefusal::Nonce)?;
        let state = State::parse(&object.state).map_err(|_| RequestRefusal::Nonce)?;
        let response_uri =
            format!("{}{}", relay.issuer().response_prefix(), link.request_uri().id().as_str());
        if object.response_uri != response_uri || link.request_uri().issuer() != relay.issuer() {
            return Err(RequestRefusal::ResponseUri);
        }
        let flow = match object.flow.as_str() {
            "same_device" => Flow::SameDevice,
            "cross_device" => Flow::CrossDevice,
            _ => return Err(RequestRefusal::Flow),
        };
        let asked = Asked::parse(&object.dcql_query, relay.issuer())?;
        let terms_text = object.find_info(TERMS_FORMAT).ok_or(RequestRefusal::Terms)?;
        let terms_text = TermsText::from_text(terms_text.to_owned());
        let terms = terms_text.read().map_err(|_| RequestRefusal::Terms)?;
        // A Statement that is missing is one that cannot be read: step 4 refuses it.
        let statement = object.find_info(STATEMENT_FORMAT).unwrap_or_default().to_owned();
        let link = link.clone();
        Ok(Self { object, link, attestation, flow, nonce, state, asked, terms, terms_text, statement })
    }

    /// The sector that the request *claims*; proven only by [`Self::verify`].
    #[must_use]
    pub fn claimed_sector(&self) -> &Sector {
        self.link.claimed_sector()
    }

    /// What is asked; whether the shop may ask for it is decided by [`Self::verify`].
    #[must_use]
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// On which terms.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }
}

fn check_kid(kid: Option<&str>, key: &PublicKey) -> Result<(), RequestRefusal> {
    if kid == Some(key.jkt().as_str()) { Ok(()) } else { Err(RequestRefusal::Signature) }
}

fn check_times(object: &RequestObject, limit: TimeLimit, now: Timestamp) -> Result<(), RequestRefusal> {
    let ends = match limit {
        TimeLimit::FirstFetch => object.exp,
        TimeLimit::Answer => object.response_by,
    };
    if ends.has_ended(now) {
        return Err(RequestRefusal::Expired);
    }
    if object.iat.is_ahead_of(now) {
        return Err(RequestRefusal::NotYetValid);
    }
    let fetch = object.exp - object.iat;
    let answer = object.response_by - object.iat;
    let within = (1..=LONGEST_FETCH).contains(&fetch) && (fetch..=LONGEST_ANSWER).contains(&answer);
    if within { Ok(()) } else { Err(RequestRefusal::Lifetime) }
}
