//! The request object of a foreign verifier: a JAR whose certificate travels in its header (docs/protocol.md section 13.2).

use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::certificate::{Chain, TrustAnchors};
use super::encryption::AnswerKey;
use super::{ForeignAsked, ForeignClientId, ForeignHost, ForeignLink, ForeignRefusal};
use crate::request::{AUDIENCE, TYP, is_address};
use crate::time::Timestamp;
use crate::verify::{Pin, is_called_statement};
use crate::wire::json;
use crate::wire::jws::Unverified;

/// The longest time between the fetch and an answer, in seconds.
const LONGEST_ANSWER: i64 = 1_800;

/// The members that are looked at. Those that must not be there are read whatever they hold.
#[derive(Deserialize)]
struct Payload {
    client_id: String,
    aud: String,
    response_type: String,
    response_mode: String,
    response_uri: String,
    nonce: String,
    #[serde(default, deserialize_with = "json::present")]
    state: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    iat: Option<Timestamp>,
    #[serde(default, deserialize_with = "json::present")]
    exp: Option<Timestamp>,
    #[serde(default, deserialize_with = "json::present")]
    wallet_nonce: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    redirect_uri: Option<Value>,
    #[serde(default, deserialize_with = "json::present")]
    transaction_data: Option<Value>,
    dcql_query: Value,
    client_metadata: Option<Value>,
}

/// How and when a request object came here.
#[derive(Debug, Clone, Copy)]
pub struct Fetch<'a> {
    /// The number that was sent with a POST.
    pub wallet_nonce: Option<&'a str>,
    /// When it was fetched.
    pub at: Timestamp,
}

/// A request that is signed by the key of a certificate for the host the answer goes to. Whether that host has a
/// Statement, which it must obey, is not known yet.
#[derive(Clone)]
pub struct CertifiedRequest {
    client_id: ForeignClientId,
    host: ForeignHost,
    response_uri: String,
    nonce: String,
    state: Option<String>,
    asked: ForeignAsked,
    answer_key: AnswerKey,
    answer_by: Timestamp,
}

/// Says whose it is, and none of its one-time numbers.
impl fmt::Debug for CertifiedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertifiedRequest({}, ..)", self.host.as_sector())
    }
}

impl CertifiedRequest {
    /// Reads and checks what was fetched from `link`, in the order of docs/protocol.md section 13.2.
    pub fn parse(
        link: &ForeignLink,
        compact: &str,
        fetch: Fetch<'_>,
        anchors: &TrustAnchors,
        now: Timestamp,
    ) -> Result<Self, ForeignRefusal> {
        let parsed = Unverified::<Payload>::parse(compact, TYP)?;
        let chain = Chain::parse(parsed.header().x5c.as_ref(), anchors, now)?;
        chain.check_client_id(link.client_id())?;
        let payload = parsed.verify(chain.key())?;

        if payload.client_id != link.client_id().to_text() {
            return Err(ForeignRefusal::ClientId);
        }
        if payload.aud != AUDIENCE {
            return Err(ForeignRefusal::Audience);
        }
        if payload.response_type != "vp_token" || payload.response_mode != "direct_post.jwt" {
            return Err(ForeignRefusal::ResponseMode);
        }
        let answer_by = check_times(&payload, fetch, now)?;
        let numbers = is_number(&payload.nonce, 22) && payload.state.as_ref().is_none_or(|s| is_number(s, 1));
        if !numbers {
            return Err(ForeignRefusal::Nonce);
        }
        let host = find_host(&payload).ok_or(ForeignRefusal::ResponseUri)?;
        chain.check_host(host.name())?;
        if matches!(link.client_id(), ForeignClientId::SanDns(name) if name != host.name()) {
            return Err(ForeignRefusal::CertificateName);
        }
        if payload.transaction_data.is_some() {
            return Err(ForeignRefusal::TransactionData);
        }
        let asked = ForeignAsked::parse(&payload.dcql_query)?;
        let answer_key = AnswerKey::parse(payload.client_metadata.as_ref())?;
        Ok(Self {
            client_id: link.client_id().clone(),
            host,
            response_uri: payload.response_uri,
            nonce: payload.nonce,
            state: payload.state,
            asked,
            answer_key,
            answer_by,
        })
    }

    /// The host that asks.
    #[must_use]
    pub fn host(&self) -> &ForeignHost {
        &self.host
    }

    /// Where the answer goes.
    #[must_use]
    pub fn response_uri(&self) -> &str {
        &self.response_uri
    }

    /// What a refusal echoes.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The last moment for an answer.
    #[must_use]
    pub fn answer_by(&self) -> Timestamp {
        self.answer_by
    }

    /// Goes on only for a host without a Statement: `found` is what stands at [`ForeignHost::statement_address`], and
    /// nothing if the host said that nothing does; `pin` is what the wallet remembers of the host's keys.
    pub fn without_statement(
        self,
        found: Option<&str>,
        pin: Option<&Pin>,
    ) -> Result<ForeignRequest, ForeignRefusal> {
        if pin.is_some() || found.is_some_and(is_called_statement) {
            return Err(ForeignRefusal::StatementObeyed);
        }
        Ok(ForeignRequest(self))
    }

    pub(super) fn client_id(&self) -> &ForeignClientId {
        &self.client_id
    }

    pub(super) fn nonce(&self) -> &str {
        &self.nonce
    }

    pub(super) fn answer_key(&self) -> &AnswerKey {
        &self.answer_key
    }
}

/// A request that may be shown and answered: certified, and by a host without a Statement.
#[derive(Debug, Clone)]
pub struct ForeignRequest(CertifiedRequest);

impl ForeignRequest {
    /// The host that asks.
    #[must_use]
    pub fn host(&self) -> &ForeignHost {
        &self.0.host
    }

    /// What is asked.
    #[must_use]
    pub fn asked(&self) -> &ForeignAsked {
        &self.0.asked
    }

    /// Where the answer goes.
    #[must_use]
    pub fn response_uri(&self) -> &str {
        &self.0.response_uri
    }

    /// The last moment for an answer.
    #[must_use]
    pub fn answer_by(&self) -> Timestamp {
        self.0.answer_by
    }

    pub(super) fn certified(&self) -> &CertifiedRequest {
        &self.0
    }
}

fn check_times(payload: &Payload, fetch: Fetch<'_>, now: Timestamp) -> Result<Timestamp, ForeignRefusal> {
    if payload.wallet_nonce.as_deref() != fetch.wallet_nonce {
        return Err(ForeignRefusal::WalletNonce);
    }
    let latest = fetch.at + LONGEST_ANSWER;
    let answer_by = match payload.exp {
        Some(exp) => exp.min(latest),
        None if fetch.wallet_nonce.is_some() => latest,
        None => return Err(ForeignRefusal::Lifetime),
    };
    if answer_by.has_ended(now) {
        return Err(ForeignRefusal::Expired);
    }
    if payload.iat.is_some_and(|iat| iat.is_ahead_of(now)) {
        return Err(ForeignRefusal::NotYetValid);
    }
    Ok(answer_by)
}

/// `shortest` to 512 of the characters that stand in addresses as they are (RFC 3986 section 2.3).
fn is_number(text: &str, shortest: usize) -> bool {
    (shortest..=512).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

fn find_host(payload: &Payload) -> Option<ForeignHost> {
    if payload.redirect_uri.is_some() {
        return None;
    }
    let address = Url::parse(&payload.response_uri).ok().filter(is_address)?;
    ForeignHost::find_of(&address)
}
