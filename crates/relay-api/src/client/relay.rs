//! The relay as a wallet sees it.

use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::RelayKeys;
use passerby_protocol::request::RequestUri;
use passerby_protocol::wire::json;
use passerby_protocol::wire::jws::JwsError;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::de::DeserializeOwned;

use super::{Connection, Exchange, RefusedAddress, RelayError, Reply};
use crate::answer::{AnsweredBody, FORM};
use crate::opening::OpeningsBody;
use crate::passport::{PassportBody, PassportRequestBody};
use crate::paths;
use crate::problem::{Problem, ProblemBody};
use crate::request::REQUEST_OBJECT;
use crate::self_copy::{SelfCopyBody, SelfCopyKeptBody};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const DPOP: HeaderName = HeaderName::from_static("dpop");

/// A relay, over the connection of one sector.
///
/// Methods that need a proof take a closure that makes it from the method and the address, such as
/// `|method, url| DpopProof::make(method, url, &key, now, &mut rng)`.
#[derive(Debug, Clone)]
pub struct RelayClient {
    issuer: Issuer,
    connection: Connection,
}

impl RelayClient {
    #[must_use]
    pub fn new(issuer: Issuer, connection: Connection) -> Self {
        Self { issuer, connection }
    }

    /// Which relay this is.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Fetches the request object behind a link, as compact JWS. From now on it belongs to the key of the proof.
    pub async fn fetch_request(
        &self,
        uri: &RequestUri,
        proof: impl FnOnce(&str, &str) -> Result<String, JwsError>,
    ) -> Result<String, RelayError> {
        let address = self.own(uri.to_text())?;
        let mut headers = proven("GET", &address, proof)?;
        headers.insert(ACCEPT, HeaderValue::from_static(REQUEST_OBJECT));
        let reply = self.exchange(Method::GET, address, headers, None).await?;
        String::from_utf8(reply.body).map_err(|_| RelayError::Foreign { status: reply.status })
    }

    /// Fetches the relay's keys; they name this relay, or the answer is foreign.
    pub async fn fetch_keys(&self) -> Result<RelayKeys, RelayError> {
        let headers = HeaderMap::from_iter([(ACCEPT, JSON)]);
        let reply = self.exchange(Method::GET, self.issuer.keys_address(), headers, None).await?;
        RelayKeys::parse(&reply.body, &self.issuer).map_err(|_| RelayError::Foreign { status: reply.status })
    }

    /// Has a passport issued: an SD-JWT VC, not yet checked.
    pub async fn request_passport(
        &self,
        body: &PassportRequestBody,
        proof: impl FnOnce(&str, &str) -> Result<String, JwsError>,
    ) -> Result<String, RelayError> {
        let address = format!("{}{}", self.issuer, paths::PASSPORTS);
        let mut headers = proven("POST", &address, proof)?;
        headers.insert(CONTENT_TYPE, JSON);
        let body = serde_json::to_vec(body).map_err(|_| RelayError::Proof(JwsError::Malformed))?;
        let reply = self.exchange(Method::POST, address, headers, Some(body)).await?;
        Ok(read::<PassportBody>(&reply)?.passport)
    }

    /// Sends an answer: the bytes of [`crate::answer::AnswerBody::to_form`], which the caller has written down before. The
    /// reply is not yet checked.
    pub async fn answer(
        &self,
        response_uri: &str,
        form: &[u8],
        proof: impl FnOnce(&str, &str) -> Result<String, JwsError>,
    ) -> Result<AnsweredBody, RelayError> {
        let address = self.own(response_uri.to_owned())?;
        let mut headers = proven("POST", &address, proof)?;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
        let reply = self.exchange(Method::POST, address, headers, Some(form.to_vec())).await?;
        read(&reply)
    }

    /// Who opened the release of a grant. The proof is by the person's key for that shop.
    pub async fn fetch_openings(
        &self,
        grant_id: &str,
        proof: impl FnOnce(&str, &str) -> Result<String, JwsError>,
    ) -> Result<OpeningsBody, RelayError> {
        let plain = grant_id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !plain {
            return Err(RefusedAddress.into());
        }
        let address = format!("{}{}", self.issuer, paths::fill(paths::OPENINGS, grant_id));
        let headers = proven("GET", &address, proof)?;
        let reply = self.exchange(Method::GET, address, headers, None).await?;
        read(&reply)
    }

    /// Leaves a sealed self-copy. The proof is by the person's key for the shop that it is about.
    pub async fn leave_self_copy(
        &self,
        body: &SelfCopyBody,
        proof: impl FnOnce(&str, &str) -> Result<String, JwsError>,
    ) -> Result<SelfCopyKeptBody, RelayError> {
        let address = format!("{}{}", self.issuer, paths::SELF_COPY);
        let mut headers = proven("PUT", &address, proof)?;
        headers.insert(CONTENT_TYPE, JSON);
        let body = serde_json::to_vec(body).map_err(|_| RelayError::Proof(JwsError::Malformed))?;
        let reply = self.exchange(Method::PUT, address, headers, Some(body)).await?;
        read(&reply)
    }

    /// Fetches the sealed self-copy of the proof's key, not yet opened.
    pub async fn fetch_self_copy(
        &self,
        proof: impl FnOnce(&str, &str) -> Result<String, JwsError>,
    ) -> Result<SelfCopyBody, RelayError> {
        let address = format!("{}{}", self.issuer, paths::SELF_COPY);
        let headers = proven("GET", &address, proof)?;
        let reply = self.exchange(Method::GET, address, headers, None).await?;
        read(&reply)
    }

    /// An address that a message named must be one of this relay.
    fn own(&self, address: String) -> Result<String, RelayError> {
        let below = address.strip_prefix(self.issuer.as_str()).is_some_and(|path| path.starts_with('/'));
        if below { Ok(address) } else { Err(RefusedAddress.into()) }
    }

    async fn exchange(
        &self,
        method: Method,
        address: String,
        headers: HeaderMap,
        body: Option<Vec<u8>>,
    ) -> Result<Reply, RelayError> {
        let reply = self.connection.exchange(Exchange { method, address, headers, body }).await?;
        if reply.status == 200 { Ok(reply) } else { Err(refusal(&reply)) }
    }
}

fn proven(
    method: &str,
    address: &str,
    proof: impl FnOnce(&str, &str) -> Result<String, JwsError>,
) -> Result<HeaderMap, RelayError> {
    let proof = proof(method, address).map_err(RelayError::Proof)?;
    let mut value = HeaderValue::try_from(proof).map_err(|_| RelayError::Proof(JwsError::Malformed))?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(DPOP, value)]))
}

fn read<T: DeserializeOwned>(reply: &Reply) -> Result<T, RelayError> {
    json::parse(&reply.body).map_err(|_| RelayError::Foreign { status: reply.status })
}

/// What a relay says when it says no; anything else is foreign.
fn refusal(reply: &Reply) -> RelayError {
    let problem = json::parse::<ProblemBody>(&reply.body).ok();
    match problem {
        Some(body)
            if (400..600).contains(&reply.status) && reply.media_type == "application/problem+json" =>
        {
            let word = body.word().to_owned();
            // A word is shown: only what looks like one is taken over.
            if word.is_empty()
                || word.len() > 40
                || !word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            {
                return RelayError::Foreign { status: reply.status };
            }
            let refusal = body
                .refusal
                .filter(|word| word.len() <= 40 && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
            RelayError::Refused { status: reply.status, problem: Problem::find(&word), word, refusal }
        }
        _ => RelayError::Foreign { status: reply.status },
    }
}
