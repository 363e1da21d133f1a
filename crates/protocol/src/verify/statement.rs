//! The Statement: a shop's keys and limits, signed by its offline root key (docs/protocol.md section 3, ext.).

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::claim::ClaimName;
use crate::keys::{Jkt, PublicKey, ReleasePublicKey, ReleaseSuite, SigningKey};
use crate::request::is_shown_text;
use crate::sector::Sector;
use crate::time::{DAY, Timestamp};
use crate::wire::jws::{self, JwsError, Unverified};
use crate::wire::{b64u, json};

const TYP: &str = "passerby-statement+jwt";

/// The longest life of a Statement.
pub const LONGEST: i64 = 180 * DAY;

/// Whether a text begins as a JWS that calls itself a Statement, be it valid or not, whole or cut off.
pub(crate) fn is_called_statement(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Kind {
        typ: String,
    }
    let header = text.trim().split('.').next().and_then(|header| b64u::decode(header).ok());
    let kind = header.and_then(|header| json::parse::<Kind>(&header).ok());
    kind.is_some_and(|kind| kind.typ == TYP)
}

/// Why a Statement was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementRefusal {
    /// Not a Statement, or one with members beyond their bounds.
    #[error("the shop's keys are malformed")]
    Malformed,
    /// Another `typ` or `alg`.
    #[error("the shop's keys are of another type")]
    Type,
    /// Not signed by the root key it names.
    #[error("the shop's keys are not signed by the root key they name")]
    Signature,
    /// For another sector.
    #[error("these are the keys of another shop")]
    Sector,
    /// Ended, not yet valid, or made for more than 180 days.
    #[error("the shop's keys have run out")]
    Expired,
}

impl StatementRefusal {
    /// The refusal as the protocol names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malformed => "statement-malformed",
            Self::Type => "statement-type",
            Self::Signature => "statement-signature",
            Self::Sector => "statement-sector",
            Self::Expired => "statement-expired",
        }
    }
}

impl From<JwsError> for StatementRefusal {
    fn from(refused: JwsError) -> Self {
        match refused {
            JwsError::TooLarge | JwsError::Malformed => Self::Malformed,
            JwsError::Type => Self::Type,
            JwsError::Signature => Self::Signature,
        }
    }
}

/// What the root key says: who may ask, for what, and what releases are sealed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Whose keys these are.
    pub iss: Sector,
    /// Raised by one with each Statement, from 1.
    pub seq: u64,
    /// Made at.
    pub iat: Timestamp,
    /// Ends at; at most 180 days after `iat`.
    pub exp: Timestamp,
    /// `b64u(SHA-256(predecessor))`, from `seq` 2 on.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    pub prev: Option<String>,
    /// What the shop calls itself.
    pub name: String,
    /// Which keys may sign requests.
    pub request_jkts: Vec<Jkt>,
    /// Keys that releases are sealed to. Kept as JSON: algorithms that this program does not know are for others.
    pub release_keys: Vec<Value>,
    /// Request and release keys taken back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revoked_jkts: Vec<Jkt>,
    /// What this shop may ask for.
    pub allowed_claims: Vec<ClaimName>,
    /// The longest retention it may ask for, in days.
    pub retention_max: u32,
    /// Its privacy policy.
    pub policy_uri: String,
    /// Further origins a browser may be sent back to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub return_origins: Vec<String>,
    /// Origins where its staff open releases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub desk_origins: Vec<String>,
    /// Where to ask for deletion.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    pub deletion_contact: Option<String>,
    /// Which authority to complain to.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    pub authority_contact: Option<String>,
    /// The commitment to the next root key.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    pub next_root_jkt_hash: Option<String>,
}

impl Statement {
    /// Signs it with the root key.
    pub fn sign(&self, root: &SigningKey) -> Result<String, JwsError> {
        jws::sign(&jws::Header::new(TYP).with_kid(root.public()).with_jwk(root.public()), self, root)
    }

    /// The release key to seal to: one this program knows, that was not taken back; the post-quantum one, if there is one.
    #[must_use]
    pub fn find_release_key(&self) -> Option<ReleasePublicKey> {
        ReleaseSuite::ALL.into_iter().find_map(|suite| self.find_release_key_of(suite))
    }

    fn find_release_key_of(&self, suite: ReleaseSuite) -> Option<ReleasePublicKey> {
        let mut known = self.release_keys.iter().filter_map(|jwk| ReleasePublicKey::deserialize(jwk).ok());
        known.find(|key| key.suite() == suite && !self.revoked_jkts.contains(&key.jkt()))
    }

    /// Whether a post-quantum release key can be sealed to.
    #[must_use]
    pub fn is_post_quantum(&self) -> bool {
        self.find_release_key_of(ReleaseSuite::Hpke9).is_some()
    }

    /// Whether a key may sign requests.
    #[must_use]
    pub fn lists_request_key(&self, jkt: &Jkt) -> bool {
        self.request_jkts.contains(jkt) && !self.revoked_jkts.contains(jkt)
    }

    /// Whether a browser may be sent to this address: the sector itself, or one of `return_origins`, and without a
    /// `passerby_claim`, which only the wallet adds.
    #[must_use]
    pub fn allows_return_to(&self, address: &Url) -> bool {
        let origin = address.origin().ascii_serialization();
        // A `blob:` address has the origin of the one inside it, and is no place to go back to.
        let web = matches!(address.scheme(), "https" | "http");
        let plain = web && address.username().is_empty() && address.password().is_none();
        // A shop that reads the first of two would believe the relay's word in place of the wallet's.
        let vouched = address.query_pairs().any(|(name, _)| name == "passerby_claim");
        plain && !vouched && (origin == self.iss.origin() || self.return_origins.contains(&origin))
    }

    fn is_well_formed(&self) -> bool {
        let unique = |members: Vec<&str>| members.iter().collect::<HashSet<_>>().len() == members.len();
        let member = |name| move |jwk: &'_ Value| jwk.get(name).and_then(Value::as_str).map(str::to_owned);
        let named = |name| self.release_keys.iter().map(member(name)).collect::<Option<Vec<_>>>();
        let (Some(kids), Some(algs), Some(uses)) = (named("kid"), named("alg"), named("use")) else {
            return false;
        };
        let public_only =
            self.release_keys.iter().all(|jwk| jwk.get("d").is_none() && jwk.get("priv").is_none());

        (1..=9_007_199_254_740_991).contains(&self.seq)
            && (self.seq == 1) == self.prev.is_none()
            && self.prev.iter().chain(&self.next_root_jkt_hash).all(|hash| Jkt::parse(hash).is_ok())
            && is_shown_text(&self.name, 80)
            && !self.request_jkts.is_empty()
            && public_only
            && unique(kids.iter().map(String::as_str).collect())
            && unique(algs.iter().map(String::as_str).collect())
            && uses.iter().all(|purpose| purpose == "enc")
            && self.retention_max <= 3_650
            && self.is_web_address(&self.policy_uri)
            && self.return_origins.iter().chain(&self.desk_origins).all(|origin| self.is_origin(origin))
            && self.deletion_contact.iter().chain(&self.authority_contact).all(|contact| is_contact(contact))
    }

    fn is_web_address(&self, text: &str) -> bool {
        is_visible_ascii(text)
            && Url::parse(text).is_ok_and(|address| match address.scheme() {
                "https" => true,
                "http" => self.iss.is_development(),
                _ => false,
            })
    }

    fn is_origin(&self, text: &str) -> bool {
        self.is_web_address(text)
            && Url::parse(text).is_ok_and(|address| address.origin().ascii_serialization() == text)
    }
}

/// Addresses are shown to people and written into receipts: what cannot be seen has no place in them.
fn is_visible_ascii(text: &str) -> bool {
    text.len() <= 2_048 && text.bytes().all(|b| b.is_ascii_graphic())
}

fn is_contact(text: &str) -> bool {
    is_visible_ascii(text)
        && Url::parse(text).is_ok_and(|address| matches!(address.scheme(), "https" | "mailto"))
}

/// A Statement whose own signature holds, with the exact bytes and the root it names. Whether that root is the shop's is
/// decided in [`super::VerifiedRequest`].
#[derive(Debug, Clone)]
pub struct ParsedStatement {
    statement: Statement,
    root: PublicKey,
    sha256: String,
}

impl ParsedStatement {
    /// Reads and checks a Statement of `sector`.
    pub fn parse(compact: &str, sector: &Sector, now: Timestamp) -> Result<Self, StatementRefusal> {
        let parsed = Unverified::<Statement>::parse(compact, TYP)?;
        let root = parsed.header().jwk.clone().ok_or(StatementRefusal::Malformed)?;
        if parsed.header().kid.as_deref() != Some(root.jkt().as_str()) {
            return Err(StatementRefusal::Malformed);
        }
        if !parsed.peek().is_well_formed() {
            return Err(StatementRefusal::Malformed);
        }
        let statement = parsed.verify(&root)?;
        if statement.iss != *sector {
            return Err(StatementRefusal::Sector);
        }
        let life = statement.exp - statement.iat;
        if !(1..=LONGEST).contains(&life) {
            return Err(StatementRefusal::Expired);
        }
        let parsed = Self { statement, root, sha256: b64u::sha256(compact) };
        parsed.check_time(now)?;
        Ok(parsed)
    }

    /// Whether it has not ended and does not lie in the future: for one that was read before.
    pub fn check_time(&self, now: Timestamp) -> Result<(), StatementRefusal> {
        let Statement { iat, exp, .. } = &self.statement;
        if exp.has_ended(now) || iat.is_ahead_of(now) { Err(StatementRefusal::Expired) } else { Ok(()) }
    }

    /// What it says.
    #[must_use]
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The thumbprint of the root key that signed it.
    #[must_use]
    pub fn root_jkt(&self) -> Jkt {
        self.root.jkt()
    }

    /// `b64u(SHA-256(compact))`: which bytes exactly.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}
