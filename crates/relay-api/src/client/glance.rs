//! A glance at an address, for those who look after a relay: what stands there, and what came along with it.

use reqwest::Method;
use reqwest::header::HeaderMap;

use super::{Connection, Exchange, RelayError};

/// What was seen. Nothing of it is checked but the certificate, which the connection came about with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    pub status: u16,
    pub body: Vec<u8>,
    /// The header `Date`: the clock of whoever answered.
    pub date: Option<String>,
    /// The certificate of whoever answered (DER); none without TLS.
    pub certificate: Option<Vec<u8>>,
}

/// Looks.
pub async fn glance(connection: &Connection, address: &str) -> Result<Glance, RelayError> {
    let exchange =
        Exchange { method: Method::GET, address: address.to_owned(), headers: HeaderMap::new(), body: None };
    let begun = connection.send(exchange).await?;
    let (date, certificate) = (begun.find_date(), begun.find_certificate());
    let reply = begun.read().await?;
    Ok(Glance { status: reply.status, body: reply.body, date, certificate })
}
