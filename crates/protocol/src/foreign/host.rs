//! The host that asks: the one the answer goes to, and that the certificate names.

use url::Url;

use crate::sector::{Sector, is_loopback_host};

/// A host with a certificate. Having one proves nothing: see [`super::CertifiedRequest`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignHost {
    sector: Sector,
    origin: String,
}

impl ForeignHost {
    /// The host of a `response_uri`: a public name at port 443, or a name of this computer with its port.
    #[must_use]
    pub fn find_of(address: &Url) -> Option<Self> {
        let host = address.host_str()?;
        let sector = match (address.scheme(), address.port_or_known_default()?) {
            ("https" | "http", port) if is_loopback_host(host) => format!("{host}:{port}"),
            ("https", 443) => host.to_owned(),
            _ => return None,
        };
        let sector = Sector::parse(&sector).ok()?;
        Some(Self { sector, origin: address.origin().ascii_serialization() })
    }

    /// The host as people read it. It is nobody's sector: a shop with this address has other keys.
    #[must_use]
    pub fn as_sector(&self) -> &Sector {
        &self.sector
    }

    /// The name without a port, as certificates have it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self.sector.as_str().rsplit_once(':') {
            Some((name, _)) => name,
            None => self.sector.as_str(),
        }
    }

    /// Whether this stands for a program on this very computer.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.sector.is_development()
    }

    /// Where a Statement would stand if the host had one.
    #[must_use]
    pub fn statement_address(&self) -> String {
        format!("{}/.well-known/passerby-statement.jwt", self.origin)
    }

    /// Whether an address leads back to this host.
    #[must_use]
    pub fn allows_return_to(&self, address: &Url) -> bool {
        address.origin().ascii_serialization() == self.origin && address.username().is_empty()
    }

    /// What the person's key here is derived from: never a sector, which has no `|`.
    pub(crate) fn namespace(&self) -> String {
        format!("x509|{}", self.sector)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_host_is_asked_at_443_and_this_computer_anywhere() {
        let of = |address: &str| {
            ForeignHost::find_of(&Url::parse(address).unwrap())
                .map(|host| (host.as_sector().to_string(), host.name().to_owned(), host.statement_address()))
        };
        let at = |sector: &str, name: &str, origin: &str| {
            let statement = format!("{origin}/.well-known/passerby-statement.jwt");
            Some((sector.to_owned(), name.to_owned(), statement))
        };
        assert_eq!(of("https://bank.example/x"), at("bank.example", "bank.example", "https://bank.example"));
        assert_eq!(
            of("http://bank.localhost:8080/x"),
            at("bank.localhost:8080", "bank.localhost", "http://bank.localhost:8080")
        );
        assert_eq!(
            of("https://localhost:9443/"),
            at("localhost:9443", "localhost", "https://localhost:9443")
        );
        for address in
            ["http://bank.example/", "https://bank.example:8443/", "https://192.0.2.1/", "https://bank/"]
        {
            assert_eq!(of(address), None, "{address} was taken for a host");
        }
    }
}
