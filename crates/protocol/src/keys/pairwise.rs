//! The key a person has at one shop, and the pseudonym that follows from it.

use super::{Jkt, NotASigningKey, PublicKey, RootSecret, SigningKey};
use crate::foreign::ForeignHost;
use crate::hazmat::pairwise::derive_scalar;
use crate::sector::Sector;
use crate::wire::b64u;

/// A person's key at one sector: nobody without the root secret can tell that two of them belong together.
#[derive(Debug, Clone)]
pub struct PairwiseKey {
    key: SigningKey,
    sector: Sector,
}

impl PairwiseKey {
    /// Derives the key of `(root, sector, n)`; `n = 0` is the regular pseudonym (docs/protocol.md section 2).
    ///
    /// A caller must have *proven* the sector first (section 6): deriving for a name that a stranger merely claims
    /// would let a phisher ask for another shop's pseudonym.
    pub fn derive(root: &RootSecret, sector: &Sector, n: u32) -> Result<Self, NotASigningKey> {
        Ok(Self { key: derive_named(root, sector.as_str(), n)?, sector: sector.clone() })
    }

    /// The signing key.
    #[must_use]
    pub fn signing_key(&self) -> &SigningKey {
        &self.key
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        self.key.public()
    }

    /// The sector this key is for.
    #[must_use]
    pub fn sector(&self) -> &Sector {
        &self.sector
    }

    /// The pseudonym.
    #[must_use]
    pub fn user_ref(&self) -> String {
        derive_user_ref(&self.sector, &self.public().jkt())
    }
}

/// The key at a host that has a certificate and no Statement (docs/protocol.md section 13.4). A caller must have the
/// request's certificate and the absence of a Statement behind it: only [`ForeignHost`] of a checked request is that.
pub(crate) fn derive_foreign(root: &RootSecret, host: &ForeignHost) -> Result<SigningKey, NotASigningKey> {
    derive_named(root, &host.namespace(), 0)
}

fn derive_named(root: &RootSecret, name: &str, n: u32) -> Result<SigningKey, NotASigningKey> {
    let mut info = length_prefixed(&["pairwise", "ES256", name]).ok_or(NotASigningKey)?;
    info.extend_from_slice(&n.to_be_bytes());
    let scalar = derive_scalar(root.expose(), &info).ok_or(NotASigningKey)?;
    SigningKey::from_scalar(&scalar)
}

/// `LP(part) || ..`: each part behind its length as a big-endian u16. Nothing for a part that is too long for that.
pub(crate) fn length_prefixed(parts: &[&str]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(128);
    for part in parts {
        bytes.extend_from_slice(&u16::try_from(part.len()).ok()?.to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    Some(bytes)
}

/// `b64u(SHA-256("passerby/1 user_ref" 00 sector 00 JKT))`: whoever receives a passport recomputes it.
#[must_use]
pub fn derive_user_ref(sector: &Sector, jkt: &Jkt) -> String {
    b64u::sha256(
        [b"passerby/1 user_ref\0", sector.as_str().as_bytes(), b"\0", jkt.as_str().as_bytes()].concat(),
    )
}
