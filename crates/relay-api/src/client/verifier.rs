//! A foreign verifier as a wallet sees it: plain OpenID4VP, no relay, no proof (docs/protocol.md section 13).

use passerby_protocol::foreign::ForeignHost;
use passerby_protocol::wire::json;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Deserialize;

use super::{Connection, Exchange, RelayError};
use crate::answer::FORM;
use crate::request::REQUEST_OBJECT;

/// A verifier, over a connection of its own.
#[derive(Debug, Clone)]
pub struct VerifierClient {
    connection: Connection,
}

/// What the wallet sends along when it fetches by POST.
#[derive(Debug, Clone, Copy)]
pub struct AboutWallet<'a> {
    /// The number that the verifier must sign.
    pub wallet_nonce: &'a str,
    /// `wallet_metadata`, as JSON.
    pub wallet_metadata: &'a str,
}

/// A verifier's answer to an answer; anything else in it is not looked at.
#[derive(Deserialize)]
struct TakenBody {
    redirect_uri: Option<String>,
}

/// An error in the manner of OAuth (RFC 6749 section 5.2).
#[derive(Deserialize)]
struct ErrorBody {
    error: String,
}

impl VerifierClient {
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// Fetches a request object, as compact JWS; nothing of it is checked. With `about`, by POST.
    pub async fn fetch_request(
        &self,
        address: &str,
        about: Option<AboutWallet<'_>>,
    ) -> Result<String, RelayError> {
        let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(REQUEST_OBJECT))]);
        let (method, body) = match about {
            None => (Method::GET, None),
            Some(about) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
                let form = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("wallet_nonce", about.wallet_nonce)
                    .append_pair("wallet_metadata", about.wallet_metadata)
                    .finish();
                (Method::POST, Some(form.into_bytes()))
            }
        };
        let exchange = Exchange { method, address: address.to_owned(), headers, body };
        let reply = self.connection.exchange(exchange).await?;
        if reply.status != 200 {
            return Err(refusal(reply.status, &reply.body));
        }
        String::from_utf8(reply.body)
            .map(|text| text.trim_ascii().to_owned())
            .map_err(|_| RelayError::Foreign { status: reply.status })
    }

    /// What the host shows where a Statement would stand; nothing when it says that nothing stands there. A host that
    /// fails to answer, or answers that it cannot, has not said so. Of a long answer the first 65,536 bytes are given: a
    /// site's page for what it does not have may be as long as it likes, and what begins as a Statement is one.
    pub async fn find_statement(&self, host: &ForeignHost) -> Result<Option<String>, RelayError> {
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/jwt"))]);
        let address = host.statement_address();
        let begun =
            self.connection.send(Exchange { method: Method::GET, address, headers, body: None }).await?;
        match begun.status {
            200 => {
                let (start, _) = begun.read_start().await?;
                Ok(Some(String::from_utf8_lossy(&start).into_owned()))
            }
            500.. => Err(RelayError::Foreign { status: begun.status }),
            _ => Ok(None),
        }
    }

    /// Sends an answer, whose bytes the caller has written down before. Says where the browser may go, if anywhere.
    ///
    /// The status alone tells whether it was taken. What stands beside it may be too long or break off: then there is no
    /// way back, and the answer is taken all the same.
    pub async fn answer(&self, response_uri: &str, form: &[u8]) -> Result<Option<String>, RelayError> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(FORM))]);
        let (address, body) = (response_uri.to_owned(), Some(form.to_vec()));
        let begun = self.connection.send(Exchange { method: Method::POST, address, headers, body }).await?;
        let status = begun.status;
        let body = begun.read().await.map(|reply| reply.body).unwrap_or_default();
        if status != 200 {
            return Err(refusal(status, &body));
        }
        Ok(json::parse::<TakenBody>(&body).ok().and_then(|body| body.redirect_uri))
    }
}

/// A verifier's no: a 4xx. Its word is shown only if it looks like one.
fn refusal(status: u16, body: &[u8]) -> RelayError {
    if !(400..500).contains(&status) {
        return RelayError::Foreign { status };
    }
    let word = json::parse::<ErrorBody>(body).ok().map(|body| body.error).filter(|word| {
        (1..=40).contains(&word.len())
            && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'-')
    });
    let word = word.unwrap_or_else(|| "refused".to_owned());
    RelayError::Refused { status, word, problem: None, refusal: None }
}
