//! Whom the wallet trusts to say which host a key belongs to.

use passerby_protocol::foreign::TrustAnchors;
use passerby_relay_api::{Connection, ConnectionError};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

/// A file of certificates that cannot be used. None of it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// Not PEM, or without a certificate.
    #[error("the file of trusted authorities holds no certificate in PEM")]
    Empty,
    /// One of them cannot be read.
    #[error("the file of trusted authorities holds something that is no certificate")]
    Certificate,
}

/// The system's roots, and the authorities that the person added. Only foreign verifiers are judged by it: shops and relays
/// are reached by the system's roots alone.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    pub(crate) anchors: TrustAnchors,
    added: Vec<Vec<u8>>,
}

impl Trust {
    /// The system's roots and the certificates in `added`, PEM. A system's root that cannot be read is passed over.
    pub fn load(added: Option<&[u8]>) -> Result<Self, TrustError> {
        let mut trust = Self::default();
        for root in rustls_native_certs::load_native_certs().certs {
            if trust.anchors.add(&root).is_err() {
                tracing::debug!(step = "verify", "a root of the system cannot be read");
            }
        }
        if let Some(pem) = added {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|_| TrustError::Certificate)?;
                trust.anchors.add(&certificate).map_err(|_| TrustError::Certificate)?;
                trust.added.push(certificate.to_vec());
            }
            if trust.added.is_empty() {
                return Err(TrustError::Empty);
            }
        }
        Ok(trust)
    }

    /// A connection to one verifier.
    pub(crate) fn connect(&self) -> Result<Connection, ConnectionError> {
        Connection::open_trusting(&self.added)
    }
}
