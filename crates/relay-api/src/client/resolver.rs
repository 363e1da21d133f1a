//! Names to addresses: this computer's names without asking anybody, public names to public addresses only.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use passerby_protocol::sector::is_loopback_host;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::is_public;

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// A public name that leads into a private network is refused as a whole: a name of a shop has no business there.
    #[error("this name leads to a private network")]
    PrivateNetwork,
    #[error("this name cannot be resolved")]
    NotResolved(#[source] std::io::Error),
}

/// The careful resolver.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let name = name.as_str().to_owned();
            if is_loopback_host(&name) {
                let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
                return Ok(Box::new(loopback.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs);
            }
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(NameError::NotResolved)?;
            let found: Vec<SocketAddr> = found.collect();
            if found.iter().all(|address| is_public(address.ip())) {
                Ok(Box::new(found.into_iter()) as Addrs)
            } else {
                Err(NameError::PrivateNetwork.into())
            }
        })
    }
}
