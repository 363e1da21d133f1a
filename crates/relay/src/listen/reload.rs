//! The certificate of a running relay: taken anew when its files change or when the admin says so, between two connections.
//!
//! What serves is never given up for what does not: a pair that cannot be used is refused with a warning.

use std::error::Error;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use passerby_protocol::time::Clock;
use tokio::sync::Notify;
use tokio_rustls::rustls::ServerConfig;

use super::certificate::{Loaded, Pair};
use super::{CertificateError, CertificateSource};

/// The certificate that new connections get.
#[derive(Clone)]
pub struct Certificates(Arc<Inside>);

struct Inside {
    source: CertificateSource,
    /// Whom it must be for: the host of the issuer.
    host: String,
    clock: Arc<dyn Clock>,
    current: RwLock<Arc<ServerConfig>>,
    /// What was loaded first.
    first: [u8; 32],
    told: Notify,
}

impl Certificates {
    /// Reads the first one.
    pub async fn open(
        source: CertificateSource,
        host: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CertificateError> {
        let pair = read(&source).await?;
        let Loaded { config, end } = source.load(&pair, host, clock.now())?;
        tracing::info!(end, "the certificate is loaded");
        let (current, first) = (RwLock::new(config), pair.digest());
        let (host, told) = (host.to_owned(), Notify::new());
        Ok(Self(Arc::new(Inside { source, host, clock, current, first, told })))
    }

    pub(super) fn current(&self) -> Arc<ServerConfig> {
        // A pointer has no halfway state that a panic elsewhere could have left behind.
        Arc::clone(&self.0.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Has the source looked at now by whoever watches it.
    pub fn look_now(&self) {
        self.0.told.notify_one();
    }

    /// Looks at the source again and again. Runs until it is dropped.
    pub async fn watch(self, every: Duration) {
        let mut ticks = tokio::time::interval(every);
        let mut settled = Look::Pair(self.0.first);
        let mut last = settled;
        loop {
            let at_once = tokio::select! {
                _ = ticks.tick() => false,
                () = self.0.told.notified() => true,
            };
            let read = read(&self.0.source).await;
            let look = read.as_ref().map_or(Look::Nothing, |pair| Look::Pair(pair.digest()));
            // Two files are not written in one moment: what changes is looked at once more before it is judged.
            let is_still = std::mem::replace(&mut last, look) == look;
            if at_once || (is_still && look != settled) {
                settled = look;
                self.take(read);
            }
        }
    }

    fn take(&self, read: Result<Pair, CertificateError>) {
        let inside = &self.0;
        let loaded = read.and_then(|pair| inside.source.load(&pair, &inside.host, inside.clock.now()));
        match loaded {
            Ok(Loaded { config, end }) => {
                *inside.current.write().unwrap_or_else(PoisonError::into_inner) = config;
                tracing::info!(end, "a new certificate is loaded");
            }
            Err(error) => {
                let cause = error.source().map(ToString::to_string);
                tracing::warn!(%error, cause, "the new certificate is refused, the old one serves on");
            }
        }
    }
}

/// What was seen at the source.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Nothing,
    Pair([u8; 32]),
}

/// Reads beside what is being served: a disk may be slow.
async fn read(source: &CertificateSource) -> Result<Pair, CertificateError> {
    let source = source.clone();
    let read = tokio::task::spawn_blocking(move || source.read()).await;
    read.unwrap_or(Err(CertificateError::Interrupted))
}
