//! `statement.json`: what the next Statement is to say, for people to edit.
//!
//! Its members are those of the Statement (docs/protocol.md section 3) without what follows from signing: `seq`, `prev`,
//! `iat`, `exp`, `next_root_jkt_hash`. Nothing in it is secret.

use passerby_protocol::claim::{ClaimName, TEXT_CLAIMS};
use passerby_protocol::keys::{Jkt, ReleasePublicKey};
use passerby_protocol::sector::Sector;
use passerby_protocol::verify::Statement;
use passerby_protocol::wire::json;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::printable::deceives;
use crate::release_keys::ReleaseKeys;

/// Why a draft cannot become a Statement.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// Not the JSON it should be; the source says where.
    #[error("statement.json cannot be read")]
    Malformed(#[source] serde_json::Error),
    /// A member stands twice, and two readers could take different ones.
    #[error("statement.json has a member twice: leave one of the two")]
    Repeated,
    /// A member breaks a rule of the protocol.
    #[error("`{member}` in statement.json {rule}")]
    Member {
        /// Which.
        member: &'static str,
        /// What it must be.
        rule: &'static str,
    },
    /// A key to be taken back is not listed.
    #[error(
        "there is no request key and no release key {0} in statement.json: `passerby-shop thumbprint` lists them"
    )]
    NotListed(Jkt),
    /// A key that was taken back is listed again.
    #[error("the key {0} was taken back before and cannot return: make a new one")]
    TakenBack(Jkt),
    /// Nobody could sign requests.
    #[error("no key would be left to sign requests: add one with --new-request-key or --add-request-key")]
    NoRequestKey,
    /// Wallets could not seal anything.
    #[error("no key would be left that releases are sealed to: make one with --new-release-key")]
    NoReleaseKey,
}

/// What the next Statement is to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementDraft {
    /// The sector: the host that identifies the shop.
    pub iss: Sector,
    /// What the shop calls itself, 1 to 80 characters.
    pub name: String,
    /// Its privacy policy.
    pub policy_uri: String,
    /// What it may ask for.
    pub allowed_claims: Vec<ClaimName>,
    /// The longest retention it may ask for, in days.
    pub retention_max: u32,
    /// Further origins a browser may be sent back to.
    #[serde(default)]
    pub return_origins: Vec<String>,
    /// Origins where its staff open releases.
    #[serde(default)]
    pub desk_origins: Vec<String>,
    /// Where to ask for deletion: `https:` or `mailto:`.
    #[serde(default)]
    pub deletion_contact: Option<String>,
    /// Which authority to complain to: `https:` or `mailto:`.
    #[serde(default)]
    pub authority_contact: Option<String>,
    /// Which keys may sign requests.
    pub request_jkts: Vec<Jkt>,
    /// Public keys that releases are sealed to, at most one for each `alg`.
    pub release_keys: Vec<Value>,
    /// Keys taken back, for ever.
    #[serde(default)]
    pub revoked_jkts: Vec<Jkt>,
}

impl StatementDraft {
    /// Reads `statement.json`. [`Self::check`] looks at the rules between its members.
    pub fn parse(text: &str) -> Result<Self, DraftError> {
        let draft = serde_json::from_str(text).map_err(DraftError::Malformed)?;
        json::refuse_ambiguity(text.as_bytes()).map_err(|_| DraftError::Repeated)?;
        Ok(draft)
    }

    /// The text of `statement.json`.
    pub fn to_text(&self) -> Result<String, DraftError> {
        let mut text = serde_json::to_string_pretty(self).map_err(DraftError::Malformed)?;
        text.push('\n');
        Ok(text)
    }

    /// Takes a request key or a release key back: it leaves its list and is named among the revoked ones.
    pub fn revoke(&mut self, jkt: &Jkt) -> Result<(), DraftError> {
        let before = self.request_jkts.len() + self.release_keys.len();
        self.request_jkts.retain(|listed| listed != jkt);
        self.release_keys.retain(|jwk| find_release_key(jwk).is_none_or(|key| key.jkt() != *jkt));
        if self.request_jkts.len() + self.release_keys.len() == before {
            return Err(DraftError::NotListed(jkt.clone()));
        }
        self.revoked_jkts.push(jkt.clone());
        Ok(())
    }

    /// Lets one more key sign requests.
    pub fn add_request_key(&mut self, jkt: Jkt) {
        if !self.request_jkts.contains(&jkt) {
            self.request_jkts.push(jkt);
        }
    }

    /// Has wallets seal to these keys instead of those with the same `alg`.
    pub fn replace_release_keys(&mut self, keys: &ReleaseKeys) -> Result<(), DraftError> {
        for key in keys.as_slice() {
            let jwk = serde_json::to_value(key.public()).map_err(DraftError::Malformed)?;
            self.release_keys.retain(|listed| listed.get("alg") != jwk.get("alg"));
            self.release_keys.push(jwk);
        }
        Ok(())
    }

    /// Checks what the protocol asks of a Statement, with a word for each rule. Wallets check it again.
    pub fn check(&self) -> Result<(), DraftError> {
        let wrong = |member, rule| Err(DraftError::Member { member, rule });
        if self.name.trim().is_empty() || self.name.chars().count() > 80 || self.name.contains(deceives) {
            return wrong("name", "must be 1 to 80 characters on one line");
        }
        if !self.is_web_address(&self.policy_uri) {
            return wrong("policy_uri", "must be an https address (http only for a shop on this computer)");
        }
        if self.retention_max > 3_650 {
            return wrong("retention_max", "must be at most 3650 days");
        }
        for (member, origins) in
            [("return_origins", &self.return_origins), ("desk_origins", &self.desk_origins)]
        {
            if !origins.iter().all(|origin| self.is_origin(origin)) {
                return wrong(
                    member,
                    "must list origins such as https://pay.shop.example, without a path or a slash at the end",
                );
            }
        }
        let contacts =
            [("deletion_contact", &self.deletion_contact), ("authority_contact", &self.authority_contact)];
        for (member, contact) in contacts {
            if contact.as_deref().is_some_and(|contact| !is_contact(contact)) {
                return wrong(member, "must begin with https: or mailto:");
            }
        }
        if let Some(back) = self.request_jkts.iter().find(|jkt| self.revoked_jkts.contains(jkt)) {
            return Err(DraftError::TakenBack(back.clone()));
        }
        if self.request_jkts.is_empty() {
            return Err(DraftError::NoRequestKey);
        }
        let mut usable = self.release_keys.iter().filter_map(find_release_key);
        if !usable.any(|key| !self.revoked_jkts.contains(&key.jkt())) {
            return Err(DraftError::NoReleaseKey);
        }
        Ok(())
    }

    /// Allowed claims that OpenID Connect does not name: nothing forbids them, but most are slips of the keyboard.
    pub fn find_unusual_claims(&self) -> impl Iterator<Item = &ClaimName> {
        self.allowed_claims.iter().filter(|claim| !TEXT_CLAIMS.contains(&claim.as_str()))
    }

    /// Puts the draft into a Statement whose signing members are already set.
    pub(crate) fn fill(&self, signing: SigningMembers) -> Statement {
        let draft = self.clone();
        Statement {
            iss: draft.iss,
            seq: signing.seq,
            iat: signing.iat,
            exp: signing.exp,
            prev: signing.prev,
            name: draft.name,
            request_jkts: draft.request_jkts,
            release_keys: draft.release_keys,
            revoked_jkts: draft.revoked_jkts,
            allowed_claims: draft.allowed_claims,
            retention_max: draft.retention_max,
            policy_uri: draft.policy_uri,
            return_origins: draft.return_origins,
            desk_origins: draft.desk_origins,
            deletion_contact: draft.deletion_contact,
            authority_contact: draft.authority_contact,
            next_root_jkt_hash: signing.next_root_jkt_hash,
        }
    }

    fn is_web_address(&self, text: &str) -> bool {
        Url::parse(text).is_ok_and(|address| match address.scheme() {
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

/// The members of a Statement that follow from signing it.
pub(crate) struct SigningMembers {
    pub(crate) seq: u64,
    pub(crate) iat: passerby_protocol::time::Timestamp,
    pub(crate) exp: passerby_protocol::time::Timestamp,
    pub(crate) prev: Option<String>,
    pub(crate) next_root_jkt_hash: Option<String>,
}

/// The key, if it is of an algorithm that this revision knows.
pub(crate) fn find_release_key(jwk: &Value) -> Option<ReleasePublicKey> {
    serde_json::from_value(jwk.clone()).ok()
}

fn is_contact(text: &str) -> bool {
    Url::parse(text).is_ok_and(|address| matches!(address.scheme(), "https" | "mailto"))
}
