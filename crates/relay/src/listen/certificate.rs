//! The certificate that this relay shows, and where it comes from.
//!
//! A pair of files is looked at as a wallet would look at it, as far as that can be done without the wallet: a pair that no
//! wallet would take is refused here, by a word that says what is wrong with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use passerby_protocol::time::Timestamp;
use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{self, ServerConfig};
use x509_parser::prelude::{FromDer as _, X509Certificate};
use zeroize::Zeroizing;

use super::acme::Authority;
use crate::hazmat::sha256;
use crate::private_file::Readers;

/// Where a certificate comes from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum CertificateSource {
    /// Two PEM files of the admin's.
    Files { certificate: PathBuf, key: PathBuf },
    /// An authority that is asked for it.
    Authority(Authority),
}

/// A certificate cannot be used. The message names files, which are the admin's own.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    #[error("{path} cannot be read")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("the key file {0} can be read by everybody; run: chmod o= {0}")]
    KeyForEverybody(PathBuf),
    #[error("{0} holds no certificate in PEM form")]
    NoCertificate(PathBuf),
    #[error("{0} holds no private key in PEM form")]
    NoKey(PathBuf),
    #[error("the certificate in {path} is for other names, not for {host}")]
    OtherName { path: PathBuf, host: String },
    #[error("the certificate in {path} ended on {end}")]
    Ended { path: PathBuf, end: String },
    #[error("the certificate in {path} begins on {begin}; is this computer's clock right?")]
    NotBegun { path: PathBuf, begin: String },
    #[error("the key in {key} and the certificate in {certificate} do not belong together")]
    OtherKey { certificate: PathBuf, key: PathBuf },
    #[error("the certificate in {path} cannot be used")]
    Unfit { path: PathBuf, source: rustls::Error },
    #[error("the certificate was not read to the end")]
    Interrupted,
}

/// A pair as it lay on the disk, and what is made of it.
pub(super) struct Loaded {
    pub config: Arc<ServerConfig>,
    /// Its first and its last moment.
    pub validity: (Timestamp, Timestamp),
    /// The last one, for the log.
    pub end: String,
}

/// The bytes of a pair.
pub(super) struct Pair {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl Pair {
    /// Tells one pair from another.
    pub fn digest(&self) -> [u8; 32] {
        sha256([sha256(&self.certificate), sha256(&*self.key)].concat())
    }
}

impl CertificateSource {
    /// The files of the certificate and of its key.
    fn files(&self) -> (PathBuf, PathBuf) {
        match self {
            Self::Files { certificate, key } => (certificate.clone(), key.clone()),
            Self::Authority(authority) => (authority.certificate(), authority.key()),
        }
    }

    pub(super) fn read(&self) -> Result<Pair, CertificateError> {
        let (certificate, key) = self.files();
        let read =
            |path: PathBuf| std::fs::read(&path).map_err(|source| CertificateError::Read { path, source });
        refuse_key_for_everybody(&key)?;
        Ok(Pair { certificate: read(certificate)?, key: Zeroizing::new(read(key)?) })
    }

    /// Makes a pair ready to be shown for `host`, or says what is wrong with it.
    pub(super) fn load(&self, pair: &Pair, host: &str, now: Timestamp) -> Result<Loaded, CertificateError> {
        let (path, key_path) = &self.files();
        let no_certificate = || CertificateError::NoCertificate(path.clone());
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pair.certificate).collect();
        let chain = chain.map_err(|_| no_certificate())?;
        let leaf = chain.first().ok_or_else(no_certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&pair.key)
            .map_err(|_| CertificateError::NoKey(key_path.clone()))?;

        let (validity, end) = check_time(leaf, path, now)?;
        let unfit = |source| CertificateError::Unfit { path: path.clone(), source };
        let parsed = ParsedCertificate::try_from(leaf).map_err(unfit)?;
        let other_name = || CertificateError::OtherName { path: path.clone(), host: host.to_owned() };
        let name = ServerName::try_from(host).map_err(|_| other_name())?;
        verify_server_name(&parsed, &name).map_err(|_| other_name())?;

        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            // Wallets and the shops' SDK speak 1.3; nobody who has to be served speaks less.
            .with_protocol_versions(&[&TLS13])
            .map_err(unfit)?
            .with_no_client_auth()
            .with_single_cert(chain, key);
        let mut config = config.map_err(|source| match source {
            rustls::Error::InconsistentKeys(_) => {
                CertificateError::OtherKey { certificate: path.clone(), key: key_path.clone() }
            }
            source => CertificateError::Unfit { path: path.clone(), source },
        })?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Loaded { config: Arc::new(config), validity, end })
    }
}

/// A group that may read it is how many systems share certificates.
fn refuse_key_for_everybody(path: &Path) -> Result<(), CertificateError> {
    let readers =
        Readers::of(path).map_err(|source| CertificateError::Read { path: path.to_owned(), source })?;
    if readers > Readers::Group {
        return Err(CertificateError::KeyForEverybody(path.to_owned()));
    }
    Ok(())
}

fn check_time(
    leaf: &CertificateDer<'_>,
    path: &Path,
    now: Timestamp,
) -> Result<((Timestamp, Timestamp), String), CertificateError> {
    let path = || path.to_owned();
    let (_, parsed) = X509Certificate::from_der(leaf).map_err(|_| CertificateError::NoCertificate(path()))?;
    let validity = parsed.validity();
    let (begin, end) = (validity.not_before, validity.not_after);
    if now.seconds() < begin.timestamp() {
        return Err(CertificateError::NotBegun { path: path(), begin: begin.to_string() });
    }
    if now.seconds() > end.timestamp() {
        return Err(CertificateError::Ended { path: path(), end: end.to_string() });
    }
    let validity = [begin, end].map(|moment| Timestamp::from_seconds(moment.timestamp()));
    Ok((validity.into(), end.to_string()))
}
