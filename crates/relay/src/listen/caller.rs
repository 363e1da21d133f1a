//! Who is calling: the address of the connection, or the one that a trusted proxy names. Nobody else's word counts.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use axum::http::{HeaderMap, header};
use forwarded_header_value::ForwardedHeaderValue;
use ipnet::IpNet;

/// So many proxies may stand one behind another.
const LONGEST_CHAIN: usize = 16;

/// A proxy, or a network of them, that the admin named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct TrustedProxy(IpNet);

/// What stands in `trusted_proxies` is no address of a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    #[error("a trusted proxy is an address or a network, such as \"127.0.0.1\" or \"10.1.2.0/24\"")]
    NotAnAddress,
    #[error("a network of the whole world is no proxy: everybody would be believed")]
    Everybody,
}

impl FromStr for TrustedProxy {
    type Err = ProxyError;

    fn from_str(text: &str) -> Result<Self, ProxyError> {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        let network = network.map_err(|_| ProxyError::NotAnAddress)?;
        if network.prefix_len() == 0 { Err(ProxyError::Everybody) } else { Ok(Self(network)) }
    }
}

impl TryFrom<String> for TrustedProxy {
    type Error = ProxyError;

    fn try_from(text: String) -> Result<Self, ProxyError> {
        text.parse()
    }
}

/// The header in which proxies name callers. One of them: a proxy passes on what it does not write itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    #[default]
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

/// The address of whoever called, for counting: of IPv6 the network that one subscriber has (/64). Shown to nobody.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Caller(IpAddr);

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Caller")
    }
}

impl From<IpAddr> for Caller {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into()),
            address @ IpAddr::V4(_) => Self(address),
        }
    }
}

/// How callers are told apart.
#[derive(Debug, Clone, Default)]
pub struct Callers {
    trusted: Vec<TrustedProxy>,
    header: ProxyHeader,
    /// Behind a proxy that nobody named, all callers have one address, and counting by it would shut out all for one.
    known: bool,
}

impl Callers {
    /// Callers of a relay that speaks TLS, or stands behind these proxies. Without either they cannot be told apart.
    #[must_use]
    pub fn new(is_tls: bool, trusted: Vec<TrustedProxy>, header: ProxyHeader) -> Self {
        Self { known: is_tls || !trusted.is_empty(), trusted, header }
    }

    /// Whether callers can be told apart.
    #[must_use]
    pub fn are_known(&self) -> bool {
        self.known
    }

    pub(super) fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted.iter().any(|proxy| proxy.0.contains(&peer))
    }

    /// Whoever connected, unless it is a proxy, which connects for others.
    pub(super) fn find_direct(&self, peer: IpAddr) -> Option<Caller> {
        (self.known && !self.trusts(peer)).then(|| peer.into())
    }

    /// Whoever made a request. `peer` is canonical. From the right, the first address that is no trusted proxy; what cannot be read
    /// ends the search, and the last proxy that was reached stands for what is behind it.
    #[must_use]
    pub fn find(&self, peer: IpAddr, headers: &HeaderMap) -> Option<Caller> {
        if !self.known {
            return None;
        }
        let mut reached = peer;
        let mut named = match self.header {
            ProxyHeader::XForwardedFor => read_x_forwarded_for(headers),
            ProxyHeader::Forwarded => read_forwarded(headers),
        }
        .into_iter();
        while self.trusts(reached) {
            let Some(Some(next)) = named.next() else { break };
            reached = next.to_canonical();
        }
        Some(reached.into())
    }
}

/// From the right to the left. `None`: an entry that is no address.
fn read_x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let values: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
    let entries = values.iter().rev().flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
    entries.map(|entry| parse_address(entry.trim())).take(LONGEST_CHAIN).collect()
}

fn parse_address(entry: &str) -> Option<IpAddr> {
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    entry.parse().ok().or_else(with_port)
}

fn read_forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let values: Option<Vec<_>> =
        headers.get_all(header::FORWARDED).iter().map(|value| value.to_str().ok()).collect();
    let joined = values.unwrap_or_default().join(", ");
    let Ok(parsed) = ForwardedHeaderValue::from_forwarded(&joined) else { return Vec::new() };
    let mut named: Vec<_> =
        parsed.iter().map(forwarded_header_value::ForwardedStanza::forwarded_for_ip).collect();
    named.reverse();
    named.truncate(LONGEST_CHAIN);
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn callers(trusted: &[&str], header: ProxyHeader) -> Callers {
        Callers::new(false, trusted.iter().map(|text| text.parse().unwrap()).collect(), header)
    }

    #[track_caller]
    fn found(callers: &Callers, peer: &str, lines: &[(&'static str, &str)], expected: &str) {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        let found = callers.find(peer.parse().unwrap(), &headers);
        assert_eq!(found.map(|caller| caller.0), Some(expected.parse().unwrap()), "{lines:?}");
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_from_the_right() {
        let callers = callers(&["127.0.0.1", "10.1.0.0/16", "fd00::/8"], ProxyHeader::XForwardedFor);
        let xff = "x-forwarded-for";
        found(&callers, "192.0.2.9", &[(xff, "203.0.113.1")], "192.0.2.9");
        found(&callers, "127.0.0.1", &[(xff, "203.0.113.1")], "203.0.113.1");
        found(&callers, "127.0.0.1", &[(xff, "198.51.100.7, 203.0.113.1")], "203.0.113.1");
        found(&callers, "127.0.0.1", &[(xff, "198.51.100.7, 203.0.113.1, 10.1.2.3")], "203.0.113.1");
        found(&callers, "127.0.0.1", &[(xff, "198.51.100.7"), (xff, "203.0.113.1,10.1.2.3")], "203.0.113.1");
        found(&callers, "127.0.0.1", &[(xff, "203.0.113.1:4711")], "203.0.113.1");
        found(&callers, "127.0.0.1", &[(xff, "[2001:db8:1:2:3:4:5:6]:4711, fd00::1")], "2001:db8:1:2::");
        found(&callers, "127.0.0.1", &[(xff, "::ffff:203.0.113.1")], "203.0.113.1");
        // What cannot be read hides nobody behind it: the proxy itself is counted.
        found(&callers, "127.0.0.1", &[(xff, "203.0.113.1, unknown")], "127.0.0.1");
        found(&callers, "127.0.0.1", &[(xff, "203.0.113.1, unknown, 10.1.2.3")], "10.1.2.3");
        found(&callers, "127.0.0.1", &[(xff, "")], "127.0.0.1");
        found(&callers, "127.0.0.1", &[], "127.0.0.1");
        // The other header is what a caller sent, and the proxy passed it on.
        found(&callers, "127.0.0.1", &[("forwarded", "for=203.0.113.1")], "127.0.0.1");
    }

    #[test]
    fn the_standard_header_is_read_where_the_admin_says_so() {
        let callers = callers(&["127.0.0.1", "10.1.0.0/16"], ProxyHeader::Forwarded);
        let line = "forwarded";
        found(&callers, "127.0.0.1", &[(line, "for=203.0.113.1;proto=https")], "203.0.113.1");
        found(
            &callers,
            "127.0.0.1",
            &[(line, "for=198.51.100.7, for=203.0.113.1, for=10.1.2.3")],
            "203.0.113.1",
        );
        found(&callers, "127.0.0.1", &[(line, "for=\"[2001:db8:1:2:3::1]:4711\"")], "2001:db8:1:2::");
        found(&callers, "127.0.0.1", &[(line, "for=198.51.100.7"), (line, "for=203.0.113.1")], "203.0.113.1");
        found(&callers, "127.0.0.1", &[(line, "for=_hidden")], "127.0.0.1");
        found(&callers, "127.0.0.1", &[(line, ";;;\"")], "127.0.0.1");
        found(&callers, "127.0.0.1", &[("x-forwarded-for", "203.0.113.1")], "127.0.0.1");
        found(&callers, "192.0.2.9", &[(line, "for=203.0.113.1")], "192.0.2.9");
    }

    #[test]
    fn behind_a_proxy_that_nobody_named_callers_are_not_told_apart() {
        let callers = Callers::new(false, Vec::new(), ProxyHeader::XForwardedFor);
        assert!(callers.find("127.0.0.1".parse().unwrap(), &HeaderMap::new()).is_none());
        assert!(callers.find_direct("127.0.0.1".parse().unwrap()).is_none());
    }

    #[test]
    fn the_list_is_strict_and_a_caller_is_not_shown() {
        assert_eq!("0.0.0.0/0".parse::<TrustedProxy>(), Err(ProxyError::Everybody));
        assert_eq!("::/0".parse::<TrustedProxy>(), Err(ProxyError::Everybody));
        assert_eq!("proxy.example".parse::<TrustedProxy>(), Err(ProxyError::NotAnAddress));
        assert_eq!(format!("{:?}", Caller::from(IpAddr::from([203, 0, 113, 1]))), "Caller");
    }
}
