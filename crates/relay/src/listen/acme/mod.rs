//! The certificate from an authority that gives them to programs: ACME (RFC 8555).
//!
//! ```text
//! account.json ──▶ order ──▶ challenge: TLS-ALPN-01 (RFC 8737), on the relay's own port ──▶ certificate.pem, key.pem ──▶ reload
//! ```
//!
//! What comes is put into a folder of its own, and taken from there like an admin's own files. No second port is opened, and nothing
//! is served in plain HTTP.

mod account;
mod challenge;
mod files;
mod order;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use passerby_protocol::time::{Clock, Timestamp};
use url::Url;

use super::Certificates;

pub(super) use challenge::PROTOCOL as CHALLENGE;

/// How often it is looked whether the certificate is due.
const EVERY: Duration = Duration::from_hours(1);
/// How long to wait after the first failure; twice as long after each further one, up to [`EVERY`]. Authorities count failures.
const AFTER_FAILURE: Duration = Duration::from_mins(5);

/// An authority, and where what it gives is kept.
#[derive(Debug, Clone)]
pub struct Authority {
    /// Its directory (RFC 8555 section 7.1.1).
    pub directory: Url,
    /// Whom it may write to, such as `mailto:admin@relay.example`.
    pub contact: Option<String>,
    /// Whom its own web server is believed by (PEM), if not by those that this computer believes.
    pub ca: Option<PathBuf>,
    pub folder: PathBuf,
}

impl Authority {
    pub(super) fn certificate(&self) -> PathBuf {
        self.folder.join("certificate.pem")
    }

    pub(super) fn key(&self) -> PathBuf {
        self.folder.join("key.pem")
    }
}

/// No certificate came. The message may quote the authority, which speaks of this relay's name and nothing else.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(super) enum AcmeError {
    #[error("asking the authority")]
    Authority(#[from] instant_acme::Error),
    #[error("the authority does not offer the challenge tls-alpn-01")]
    NoChallenge,
    #[error("the authority gave no certificate, and no reason")]
    Refused,
    #[error("making the answer to the challenge")]
    Challenge(#[from] rcgen::Error),
    #[error("making the answer to the challenge")]
    ChallengeTls(#[from] rustls::Error),
    #[error("{path} cannot be used")]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path} holds no account; move it away, and another one is made")]
    Account { path: PathBuf, source: serde_json::Error },
}

/// Keeps a relay's certificate: asks for the first one, and for the next one when two thirds of its life are over.
pub struct Keeper {
    authority: Authority,
    host: String,
    certificates: Certificates,
    clock: Arc<dyn Clock>,
}

impl Keeper {
    /// For the source of these certificates, if that is an authority.
    #[must_use]
    pub fn of(certificates: &Certificates) -> Option<Self> {
        let (authority, host, clock) = certificates.find_authority()?;
        Some(Self { authority, host, certificates: certificates.clone(), clock })
    }

    /// Runs until it is dropped.
    pub async fn keep(self) {
        let mut pause = AFTER_FAILURE;
        loop {
            let wait = if is_due(self.certificates.find_validity(), self.clock.now()) {
                match self.ask().await {
                    Ok(()) => {
                        pause = AFTER_FAILURE;
                        EVERY
                    }
                    Err(error) => {
                        let cause = find_cause(&error);
                        let minutes = pause.as_secs() / 60;
                        tracing::warn!(%error, cause, "no certificate came; the next try is in {minutes} minutes, or at SIGHUP");
                        let waited = pause;
                        pause = (pause * 2).min(EVERY);
                        waited
                    }
                }
            } else {
                EVERY
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.certificates.asked() => {}
            }
        }
    }

    async fn ask(&self) -> Result<(), AcmeError> {
        tracing::info!("asking the authority for a certificate");
        let given = order::order(&self.authority, &self.host, &self.certificates).await;
        self.certificates.answer_challenge(None);
        files::put(&self.authority, &given?)?;
        self.certificates.take_now().await;
        Ok(())
    }
}

/// Whether another certificate is wanted: there is none, or two thirds of its life are over.
fn is_due(validity: Option<(Timestamp, Timestamp)>, now: Timestamp) -> bool {
    validity.is_none_or(|(begin, end)| now >= end + -((end - begin) / 3))
}

/// The deepest reason, which is the authority's own sentence where it said one.
fn find_cause(error: &dyn std::error::Error) -> Option<String> {
    let mut deepest = error.source()?;
    while let Some(deeper) = deepest.source() {
        deepest = deeper;
    }
    Some(deepest.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_one_is_due_after_two_thirds() {
        let at = Timestamp::from_seconds;
        let ninety_days = Some((at(0), at(90 * 86_400)));
        assert!(is_due(None, at(0)));
        assert!(!is_due(ninety_days, at(60 * 86_400 - 1)));
        assert!(is_due(ninety_days, at(60 * 86_400)));
        assert!(is_due(ninety_days, at(200 * 86_400)));
    }
}
