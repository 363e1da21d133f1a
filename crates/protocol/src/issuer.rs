//! The relay's issuer identifier: the origin it is reached at (docs/protocol.md section 2).

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::sector::is_loopback_host;

/// An `https` origin without a trailing slash; `http` only on this computer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Issuer(String);

/// Why a text is not a relay's issuer identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a relay's address: https://host, without a path, is needed (http only on this computer)")]
pub struct NotAnIssuer;

impl Issuer {
    /// Reads an issuer identifier exactly as the protocol writes it.
    pub fn parse(text: &str) -> Result<Self, NotAnIssuer> {
        let address = Url::parse(text).map_err(|_| NotAnIssuer)?;
        let issuer = Self::of(&address)?;
        if issuer.0 == text { Ok(issuer) } else { Err(NotAnIssuer) }
    }

    /// The issuer whose origin an address is on.
    pub fn of(address: &Url) -> Result<Self, NotAnIssuer> {
        let host = address.host_str().ok_or(NotAnIssuer)?;
        let allowed = match address.scheme() {
            "https" => true,
            "http" => is_loopback_host(host),
            _ => false,
        };
        if !allowed || !address.username().is_empty() || address.password().is_some() {
            return Err(NotAnIssuer);
        }
        Ok(Self(address.origin().ascii_serialization()))
    }

    /// The issuer as written in messages.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this relay runs on this computer, for development.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.0.starts_with("http://")
    }

    /// Where the relay's keys stand (JWT VC issuer metadata, SD-JWT VC).
    #[must_use]
    pub fn keys_address(&self) -> String {
        format!("{}/.well-known/jwt-vc-issuer", self.0)
    }

    /// The `vct` of the passports of this relay.
    #[must_use]
    pub fn passport_vct(&self) -> String {
        format!("{}/vct/passport/1", self.0)
    }

    /// What every `response_uri` at this relay begins with.
    #[must_use]
    pub fn response_prefix(&self) -> String {
        format!("{}/v1/response/", self.0)
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Issuer {
    type Error = NotAnIssuer;

    fn try_from(text: String) -> Result<Self, NotAnIssuer> {
        Self::parse(&text)
    }
}

impl From<Issuer> for String {
    fn from(issuer: Issuer) -> Self {
        issuer.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_origin_is_an_issuer() {
        for text in [
            "https://relay.example",
            "https://relay.example:8443",
            "http://127.0.0.1:4000",
            "http://relay.localhost:4000",
        ] {
            assert_eq!(Issuer::parse(text).unwrap().as_str(), text);
        }
        for text in [
            "https://relay.example/",
            "https://relay.example/x",
            "http://relay.example",
            "ftp://relay.example",
            "https://me@relay.example",
            "https://relay.example:443",
            "HTTPS://relay.example",
            "relay.example",
        ] {
            assert!(Issuer::parse(text).is_err(), "{text} was taken for an issuer");
        }
    }
}
