//! The sector: the host that identifies a shop (docs/protocol.md section 2).

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// The host a shop is known by: lower case, A-labels, without a port; a development sector keeps its port.
///
/// Having a `Sector` proves nothing about who asks: see [`crate::verify`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sector(String);

/// Why a text is not a sector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a shop's web address: a lower-case host name such as shop.example is needed")]
pub struct NotASector;

impl Sector {
    /// Reads a sector exactly as the protocol writes it; nothing is normalised here.
    pub fn parse(text: &str) -> Result<Self, NotASector> {
        if is_development_authority(text) || is_public_host(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotASector)
        }
    }

    /// The sector that a web address belongs to, or nothing for an address that cannot be a shop's.
    #[must_use]
    pub fn find_of(address: &Url) -> Option<Self> {
        let host = address.host_str()?;
        let sector = match (address.scheme(), address.port_or_known_default()) {
            ("https", Some(443)) => host.to_owned(),
            ("http", Some(port)) => format!("{host}:{port}"),
            _ => return None,
        };
        let sector = Self::parse(&sector).ok()?;
        (sector.is_development() == (address.scheme() == "http")).then_some(sector)
    }

    /// The sector as written in messages.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this stands for a program on this very computer.
    #[must_use]
    pub fn is_development(&self) -> bool {
        is_development_authority(&self.0)
    }

    /// The origin where the shop is reached, without a trailing slash.
    #[must_use]
    pub fn origin(&self) -> String {
        let scheme = if self.is_development() { "http" } else { "https" };
        format!("{scheme}://{}", self.0)
    }

    /// Where the shop's Statement stands.
    #[must_use]
    pub fn statement_address(&self) -> String {
        format!("{}/.well-known/passerby-statement.jwt", self.origin())
    }

    /// The `client_id` of this shop: the `verifier_attestation` prefix of OpenID4VP 1.0 section 5.9.3.
    #[must_use]
    pub fn client_id(&self) -> String {
        format!("verifier_attestation:{}", self.0)
    }

    /// Reads a `client_id` of the form `verifier_attestation:<sector>`; any other prefix is refused.
    pub fn parse_client_id(client_id: &str) -> Result<Self, NotASector> {
        Self::parse(client_id.strip_prefix("verifier_attestation:").ok_or(NotASector)?)
    }
}

/// Whether a host name or bracketed address stands for this computer.
#[must_use]
pub fn is_loopback_host(host: &str) -> bool {
    host == "127.0.0.1" || host == "[::1]" || host == "localhost" || is_under_localhost(host)
}

fn is_under_localhost(host: &str) -> bool {
    host.strip_suffix(".localhost").is_some_and(|labels| labels.split('.').all(is_label))
        && is_registrable(host)
}

fn is_development_authority(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let canonical_port = port.parse::<u16>().is_ok_and(|number| number != 0 && number.to_string() == port);
    canonical_port && is_loopback_host(host)
}

fn is_public_host(text: &str) -> bool {
    if text.len() > 253 || !text.contains('.') || is_loopback_host(text) || !text.split('.').all(is_label) {
        return false;
    }
    // `url` reads 1.2.3.4 and 0x7f.1 as addresses: only what stays a name, letter for letter, is one.
    matches!(Host::parse(text), Ok(Host::Domain(name)) if name == text) && is_registrable(text)
}

/// The round trip through Unicode refuses A-labels that no registry would hand out.
fn is_registrable(text: &str) -> bool {
    idna::domain_to_ascii_strict(&idna::domain_to_unicode(text).0).is_ok_and(|name| name == text)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl fmt::Display for Sector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Sector {
    type Error = NotASector;

    fn try_from(text: String) -> Result<Self, NotASector> {
        Self::parse(&text)
    }
}

impl From<Sector> for String {
    fn from(sector: Sector) -> Self {
        sector.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_identify_a_shop() {
        for text in [
            "shop.example",
            "www.shop.example",
            "xn--mnchen-3ya.example",
            "127.0.0.1:80",
            "shoes.localhost:4001",
            "[::1]:9",
        ] {
            assert_eq!(Sector::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let refused = [
            "",
            "shop",
            "Shop.example",
            "shop.example.",
            "shop.example:443",
            "https://shop.example",
            "shop.example/x",
            "1.2.3.4",
            "0x7f.1",
            "münchen.example",
            "shop..example",
            "-shop.example",
            "localhost",
            "shoes.localhost",
            "127.0.0.1",
            "127.0.0.1:0",
            "127.0.0.1:080",
            "shop .example",
            "user@shop.example",
            "127.0.0.2:80",
            ".localhost:80",
        ];
        for text in refused {
            assert!(Sector::parse(text).is_err(), "{text} was taken for a sector");
        }
    }

    #[test]
    fn a_web_address_has_a_sector() {
        let of = |address: &str| Sector::find_of(&Url::parse(address).unwrap()).map(String::from);
        assert_eq!(of("https://shop.example/back?x=1").as_deref(), Some("shop.example"));
        assert_eq!(of("http://shoes.localhost:4001/back").as_deref(), Some("shoes.localhost:4001"));
        assert_eq!(of("http://shop.example/"), None, "a public host is only reached by https");
        assert_eq!(of("https://shop.example:8443/"), None, "a port is not part of a public sector");
    }
}
