//! How a relay may listen at an address, by its configuration. Plain HTTP to the world is not among the ways.

use std::net::SocketAddr;
use std::sync::Arc;

use passerby_protocol::time::Clock;
use url::Url;

use super::{Authority, CertificateError, CertificateSource, Certificates};
use crate::config::Config;

/// What a connection speaks.
pub enum Security {
    /// HTTP as it is.
    Plain,
    /// HTTP in TLS 1.3.
    Tls(Certificates),
}

/// The configuration has no way to listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    #[error(
        "listening on {0} without TLS would serve plain HTTP to the world. Either name a certificate and its key in [tls]; or listen on 127.0.0.1, with a \
         proxy on this computer that speaks TLS; or name the proxy's address in http.trusted_proxies"
    )]
    PlainToTheWorld(SocketAddr),
    #[error("a relay in development mode listens on this computer only, not on {0}")]
    DevelopmentToTheWorld(SocketAddr),
    #[error("a relay in development mode speaks http: leave [tls] out")]
    DevelopmentWithTls,
    #[error("[tls] names {0} alone: a certificate and its key go together")]
    HalfAPair(&'static str),
    #[error("[tls] names both acme_directory and files of yours: one of them is enough")]
    TwoSources,
    #[error("tls.acme_directory begins with https://")]
    DirectoryWithoutTls,
    #[error("an authority certifies names: identity.issuer is to name this relay by one, not by an address")]
    AddressForAName,
    #[error(
        "metrics are for this computer only, not for {0}: let http.metrics_listen name an address such as 127.0.0.1:4181"
    )]
    MetricsToTheWorld(SocketAddr),
}

/// Where the configuration has the certificate from, if it names a place.
pub fn find_source(config: &Config) -> Result<Option<CertificateSource>, PlanError> {
    let tls = &config.tls;
    let source = match (&tls.acme_directory, &tls.certificate, &tls.key) {
        (None, None, None) => return Ok(None),
        (Some(directory), None, None) => CertificateSource::Authority(find_authority(config, directory)?),
        (Some(_), ..) => return Err(PlanError::TwoSources),
        (None, Some(_), None) => return Err(PlanError::HalfAPair("certificate")),
        (None, None, Some(_)) => return Err(PlanError::HalfAPair("key")),
        (None, Some(certificate), Some(key)) => {
            CertificateSource::Files { certificate: certificate.clone(), key: key.clone() }
        }
    };
    if config.identity.development {
        return Err(PlanError::DevelopmentWithTls);
    }
    Ok(Some(source))
}

fn find_authority(config: &Config, directory: &Url) -> Result<Authority, PlanError> {
    if directory.scheme() != "https" {
        return Err(PlanError::DirectoryWithoutTls);
    }
    let issuer = Url::parse(config.identity.issuer.as_str()).ok();
    if issuer.is_none_or(|issuer| issuer.domain().is_none()) {
        return Err(PlanError::AddressForAName);
    }
    Ok(Authority {
        directory: directory.clone(),
        contact: config.tls.acme_contact.clone(),
        ca: config.tls.acme_ca.clone(),
        folder: config.tls.acme_folder.clone(),
    })
}

/// Whether the configuration may be listened with at this address.
pub fn check(config: &Config, listen: SocketAddr, metrics: Option<SocketAddr>) -> Result<(), PlanError> {
    let is_tls = find_source(config)?.is_some();
    let is_near = |address: SocketAddr| address.ip().to_canonical().is_loopback();
    if config.identity.development && !is_near(listen) {
        return Err(PlanError::DevelopmentToTheWorld(listen));
    }
    if !is_tls && !is_near(listen) && config.http.trusted_proxies.is_empty() {
        return Err(PlanError::PlainToTheWorld(listen));
    }
    match metrics {
        Some(metrics) if !is_near(metrics) => Err(PlanError::MetricsToTheWorld(metrics)),
        _ => Ok(()),
    }
}

/// Opens the certificate that the configuration names, if it does.
pub async fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Security, OpenError> {
    let Some(source) = find_source(config)? else { return Ok(Security::Plain) };
    let issuer = Url::parse(config.identity.issuer.as_str()).ok();
    let host = issuer.as_ref().and_then(Url::host_str).unwrap_or_default();
    // An IPv6 address stands in brackets in a URL only.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Ok(Security::Tls(Certificates::open(source, host, clock).await?))
}

/// The configuration's certificate cannot be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error("opening the certificate")]
    Certificate(#[from] CertificateError),
}
