//! Looking whether a host shows what it was given.

use std::pin::pin;

use passerby_protocol::issuer::Issuer;
use passerby_protocol::sector::Sector;
use passerby_relay_api::{Connection, RelayError, well_known};
use passerby_relay_store::Proof;

use super::challenge::{Shown, find_record_name, look_through};
use super::name_servers::{NameServers, NameServersFailed};

/// What both places showed; nothing where the other one was enough.
#[derive(Debug)]
pub struct Looked {
    pub file: Result<Shown, RelayError>,
    pub dns: Result<Shown, NameServersFailed>,
}

impl Looked {
    /// Where the token was, if it was anywhere.
    #[must_use]
    pub fn find_proof(&self) -> Option<Proof> {
        match (&self.file, &self.dns) {
            (Ok(Shown::Token), _) => Some(Proof::File),
            (_, Ok(Shown::Token)) => Some(Proof::Dns),
            _ => None,
        }
    }
}

/// Looks at both places at once.
pub async fn look(
    sector: &Sector,
    issuer: &Issuer,
    token: &str,
    connection: &Connection,
    name_servers: Result<NameServers, NameServersFailed>,
) -> Looked {
    let file = async {
        let found = well_known::find_challenge(connection, sector).await?;
        Ok(found.map_or(Shown::Nothing, |text| look_through(text.lines(), issuer, token)))
    };
    let dns = async {
        let Some(name) = find_record_name(sector) else { return Ok(Shown::Nothing) };
        let texts = name_servers?.find_txt(&name).await?;
        Ok(look_through(texts.iter().map(String::as_str), issuer, token))
    };
    // One of them is enough: whoever placed a file does not wait for name servers that are silent.
    let (mut file, mut dns) = (pin!(file), pin!(dns));
    tokio::select! {
        file = &mut file => match file {
            Ok(Shown::Token) => Looked { file, dns: Ok(Shown::Nothing) },
            file => Looked { file, dns: dns.await },
        },
        dns = &mut dns => match dns {
            Ok(Shown::Token) => Looked { file: Ok(Shown::Nothing), dns },
            dns => Looked { file: file.await, dns },
        },
    }
}
