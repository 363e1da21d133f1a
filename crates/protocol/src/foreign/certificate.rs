//! The certificate chain of a request, and whom the wallet trusts to issue one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::TrustAnchor;
use serde_json::Value;

use super::{ForeignClientId, ForeignRefusal};
use crate::hazmat::x509;
use crate::keys::PublicKey;
use crate::time::Timestamp;
use crate::wire::b64u;

/// The most certificates a chain may have.
const LONGEST: usize = 4;

/// Not a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a certificate in DER")]
pub struct NotAnAnchor;

/// Whose signature on a certificate counts: the system's roots, and what the person added.
#[derive(Clone, Default)]
pub struct TrustAnchors(Vec<TrustAnchor<'static>>);

impl TrustAnchors {
    /// Adds a certificate in DER.
    pub fn add(&mut self, certificate: &[u8]) -> Result<(), NotAnAnchor> {
        self.0.push(x509::find_anchor(certificate).ok_or(NotAnAnchor)?);
        Ok(())
    }
}

/// Says how many there are: their names fill pages.
impl std::fmt::Debug for TrustAnchors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TrustAnchors({})", self.0.len())
    }
}

/// A chain whose leaf can be read and leads to an anchor.
pub(super) struct Chain {
    leaf: Vec<u8>,
    key: PublicKey,
}

impl Chain {
    /// Reads `x5c` (RFC 7515 section 4.1.6) and checks it.
    pub(super) fn parse(
        x5c: Option<&Value>,
        anchors: &TrustAnchors,
        now: Timestamp,
    ) -> Result<Self, ForeignRefusal> {
        let entries = x5c.and_then(Value::as_array).ok_or(ForeignRefusal::CertificateMalformed)?;
        if !(1..=LONGEST).contains(&entries.len()) {
            return Err(ForeignRefusal::CertificateMalformed);
        }
        let decode = |entry: &Value| STANDARD.decode(entry.as_str()?).ok();
        let chain: Option<Vec<_>> = entries.iter().map(decode).collect();
        let chain = chain.ok_or(ForeignRefusal::CertificateMalformed)?;
        let leaf = chain.first().ok_or(ForeignRefusal::CertificateMalformed)?.clone();
        let key = x509::find_key(&leaf).ok_or(ForeignRefusal::CertificateMalformed)?;
        if !x509::is_trusted(&chain, &anchors.0, now) {
            return Err(ForeignRefusal::CertificateChain);
        }
        Ok(Self { leaf, key })
    }

    /// The leaf's key.
    pub(super) fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Whether the leaf is the one that `client_id` names.
    pub(super) fn check_client_id(&self, client_id: &ForeignClientId) -> Result<(), ForeignRefusal> {
        let fits = match client_id {
            ForeignClientId::SanDns(name) => x509::is_for(&self.leaf, name),
            ForeignClientId::Hash(hash) => b64u::sha256(&self.leaf) == *hash,
        };
        if fits { Ok(()) } else { Err(ForeignRefusal::CertificateName) }
    }

    /// Whether the leaf is for this host.
    pub(super) fn check_host(&self, host: &str) -> Result<(), ForeignRefusal> {
        if x509::is_for(&self.leaf, host) { Ok(()) } else { Err(ForeignRefusal::CertificateName) }
    }
}
