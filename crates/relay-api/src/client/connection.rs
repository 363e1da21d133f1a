//! One connection for one sector.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Certificate, Method, redirect, tls};

use super::RelayError;
use super::address::parse_address;
use super::resolver::Resolver;
use crate::LARGEST_BODY;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an exchange may take as a whole.
const EXCHANGE: Duration = Duration::from_secs(30);
/// An idle connection is not kept for longer: it would tell how long a person thinks.
const IDLE: Duration = Duration::from_secs(5);

/// The client could not be set up: this computer's certificates cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("connections cannot be secured on this computer")]
pub struct ConnectionError(#[source] reqwest::Error);

/// A connection that is used for one sector and then dropped. No redirect, no cookie, no proxy, no name of a product.
#[derive(Debug, Clone)]
pub struct Connection {
    client: reqwest::Client,
}

/// What is sent.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub method: Method,
    pub address: String,
    pub headers: HeaderMap,
    pub body: Option<Vec<u8>>,
}

/// What came back, whatever its status.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub media_type: String,
    pub body: Vec<u8>,
}

impl Connection {
    /// Sets up a connection; nothing is sent.
    pub fn open() -> Result<Self, ConnectionError> {
        Self::open_trusting(&[])
    }

    /// The same for a host whose certificate may also come from one of these authorities (DER), which the person added.
    pub fn open_trusting(added: &[Vec<u8>]) -> Result<Self, ConnectionError> {
        let added: Result<Vec<_>, _> = added.iter().map(|der| Certificate::from_der(der)).collect();
        let client = reqwest::Client::builder()
            .tls_certs_merge(added.map_err(ConnectionError)?)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .tls_version_min(tls::Version::TLS_1_3)
            .dns_resolver(Arc::new(Resolver))
            .connect_timeout(CONNECT)
            .timeout(EXCHANGE)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(ConnectionError)?;
        Ok(Self { client })
    }

    /// Sends and reads at most [`LARGEST_BODY`] bytes.
    pub(crate) async fn exchange(&self, exchange: Exchange) -> Result<Reply, RelayError> {
        let url = parse_address(&exchange.address)?;
        let mut request = self.client.request(exchange.method, url).headers(exchange.headers);
        if let Some(body) = exchange.body {
            request = request.body(body);
        }
        let mut response = request.send().await?;
        let status = response.status().as_u16();
        let media_type = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LARGEST_BODY {
                return Err(RelayError::Foreign { status });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, media_type, body })
    }
}
