//! Who this relay is: its issuer and its signing key.

use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::{RelayKeys, SigningKey};
use passerby_protocol::sector::Sector;

/// A relay's name and key. Debug shows neither half of the key.
#[derive(Debug, Clone)]
pub struct Identity {
    issuer: Issuer,
    key: SigningKey,
    keys: RelayKeys,
}

/// The issuer does not fit the mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    #[error("an http issuer is for development only: set `development = true`, or use an https issuer")]
    HttpInProduction,
    #[error("development mode needs an http issuer on this computer, such as http://127.0.0.1:4180")]
    HttpsInDevelopment,
}

impl Identity {
    /// A relay that reaches the world by `https`, or, for development, this computer by `http`.
    pub fn new(issuer: Issuer, key: SigningKey, development: bool) -> Result<Self, IdentityError> {
        match (development, issuer.is_development()) {
            (false, true) => return Err(IdentityError::HttpInProduction),
            (true, false) => return Err(IdentityError::HttpsInDevelopment),
            _ => {}
        }
        let keys = RelayKeys::new(issuer.clone(), [key.public()]);
        Ok(Self { issuer, key, keys })
    }

    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// What passports, attestations and receipts are signed with.
    #[must_use]
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The published keys.
    #[must_use]
    pub fn keys(&self) -> &RelayKeys {
        &self.keys
    }

    /// Whether this relay speaks for a sector at all: shops on this computer are for development.
    #[must_use]
    pub fn serves(&self, sector: &Sector) -> bool {
        !sector.is_development() || self.issuer.is_development()
    }
}
