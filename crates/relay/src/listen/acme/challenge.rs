//! The answer to the challenge TLS-ALPN-01 (RFC 8737): a certificate that nobody but the authority asks for.

use std::sync::Arc;

use rcgen::{CertificateParams, CustomExtension, KeyPair};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::version::{TLS12, TLS13};

use super::AcmeError;

/// By this protocol in its greeting the authority is known (RFC 8737 section 4).
pub(in crate::listen) const PROTOCOL: &[u8] = b"acme-tls/1";

/// Shows the digest of a key authorization for `host`. Only the handshake is done with it.
pub(super) fn make_answer(host: &str, digest: &[u8]) -> Result<Arc<ServerConfig>, AcmeError> {
    let mut params = CertificateParams::new(vec![host.to_owned()])?;
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    let provider = default_provider();
    let key = provider.key_provider.load_private_key(PrivatePkcs8KeyDer::from(key.serialize_der()).into())?;
    // Not compared with its key, as other pairs are: to rustls the critical extension makes it no certificate at all.
    let shown = SingleCertAndKey::from(CertifiedKey::new(vec![certificate.der().clone()], key));
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(shown));
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(Arc::new(config))
}
