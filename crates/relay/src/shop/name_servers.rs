//! Asking for TXT records.

use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use hickory_resolver::{Resolver, TokioResolver};

/// How long one server has for its answer. Each is asked twice.
const ANSWER: Duration = Duration::from_secs(3);

/// Whom to ask.
#[derive(Clone)]
pub struct NameServers(TokioResolver);

/// The name servers could not be asked. A name without such a record is no failure.
#[derive(Debug, thiserror::Error)]
#[error("the name servers gave no answer")]
pub struct NameServersFailed(#[from] NetError);

impl NameServers {
    /// These; without any, those of this computer.
    pub fn new(servers: &[SocketAddr]) -> Result<Self, NameServersFailed> {
        let mut builder = if servers.is_empty() {
            TokioResolver::builder_tokio()?
        } else {
            let servers = servers.iter().map(|server| {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                    connection.port = server.port();
                    connection
                });
                NameServerConfig::new(server.ip(), true, connections.into())
            });
            let config = ResolverConfig::from_parts(None, Vec::new(), servers.collect());
            Resolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        let options: &mut ResolverOpts = builder.options_mut();
        options.timeout = ANSWER;
        options.attempts = 1;
        Ok(Self(builder.build()?))
    }

    /// The texts of a name's TXT records; none when there are none.
    pub async fn find_txt(&self, name: &str) -> Result<Vec<String>, NameServersFailed> {
        let found = match self.0.txt_lookup(name).await {
            Err(error) if error.is_no_records_found() => return Ok(Vec::new()),
            found => found?,
        };
        let texts = found.answers().iter().filter_map(|record| match &record.data {
            // A long text comes in pieces.
            RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
            _ => None,
        });
        Ok(texts.collect())
    }
}
