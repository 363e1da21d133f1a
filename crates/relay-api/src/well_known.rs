//! A shop's own word, fetched from its own host: its Statement (docs/protocol.md section 6, step 4), and what it shows a relay.

use passerby_protocol::sector::Sector;
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};

use crate::client::{Connection, Exchange, RelayError};

/// Fetches the Statement that stands at the sector's well-known address, as compact JWS; nothing of it is checked. A line end
/// after it, as editors leave, is taken away.
pub async fn fetch_statement(connection: &Connection, sector: &Sector) -> Result<String, RelayError> {
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/jwt"))]);
    let exchange = Exchange { method: Method::GET, address: sector.statement_address(), headers, body: None };
    let reply = connection.exchange(exchange).await?;
    if reply.status != 200 {
        return Err(RelayError::Foreign { status: reply.status });
    }
    let text = String::from_utf8(reply.body).map_err(|_| RelayError::Foreign { status: reply.status })?;
    Ok(text.trim_ascii_end().to_owned())
}

/// Where a host shows what a relay's admin gave it (docs/operate/shops.md).
#[must_use]
pub fn challenge_address(sector: &Sector) -> String {
    format!("{}/.well-known/passerby-challenge.txt", sector.origin())
}

/// Fetches what stands at [`challenge_address`]; nothing when the host says that nothing stands there.
pub async fn find_challenge(connection: &Connection, sector: &Sector) -> Result<Option<String>, RelayError> {
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("text/plain"))]);
    let exchange = Exchange { method: Method::GET, address: challenge_address(sector), headers, body: None };
    let reply = connection.exchange(exchange).await?;
    match reply.status {
        200 => Ok(Some(String::from_utf8_lossy(&reply.body).into_owned())),
        404 | 410 => Ok(None),
        status => Err(RelayError::Foreign { status }),
    }
}
