//! The certificate of a running relay: taken anew when its files change or when the admin says so, between two connections.
//! Beside it, while an authority looks, the answer to its challenge.
//!
//! What serves is never given up for what does not: a pair that cannot be used is refused with a warning.

use std::error::Error;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use passerby_protocol::time::{Clock, Timestamp};
use tokio::sync::Notify;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::server::ClientHello;

use super::acme::{Authority, CHALLENGE};
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
    /// `None` until an authority has given one.
    current: RwLock<Option<Loaded>>,
    /// What the authority is shown that looks whether this relay is at its name.
    challenge: RwLock<Option<Arc<ServerConfig>>>,
    /// What was loaded first.
    first: Look,
    /// For whoever watches the files, and for whoever asks the authority.
    told: Notify,
    asked: Notify,
}

impl Certificates {
    /// Reads the first one. Only an authority may have none yet.
    pub async fn open(
        source: CertificateSource,
        host: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CertificateError> {
        let read = read(&source).await;
        let first = Look::of(&read);
        let loaded = read.and_then(|pair| source.load(&pair, host, clock.now()));
        let current = match (loaded, &source) {
            (Ok(loaded), _) => {
                tracing::info!(end = loaded.end, "the certificate is loaded");
                Some(loaded)
            }
            (Err(error), CertificateSource::Authority(_)) => {
                tracing::info!(%error, "there is no certificate yet: the authority will be asked");
                None
            }
            (Err(error), CertificateSource::Files { .. }) => return Err(error),
        };
        Ok(Self(Arc::new(Inside {
            source,
            host: host.to_owned(),
            clock,
            current: RwLock::new(current),
            challenge: RwLock::default(),
            first,
            told: Notify::new(),
            asked: Notify::new(),
        })))
    }

    /// What is shown to a caller with this greeting; nothing, if there is none yet or nobody was to look.
    pub(super) fn find_for(&self, greeting: &ClientHello<'_>) -> Option<Arc<ServerConfig>> {
        if greeting.alpn().is_some_and(|mut names| names.any(|name| name == CHALLENGE)) {
            return read_lock(&self.0.challenge).clone();
        }
        read_lock(&self.0.current).as_ref().map(|loaded| Arc::clone(&loaded.config))
    }

    /// The first and the last moment of the current one.
    pub(super) fn find_validity(&self) -> Option<(Timestamp, Timestamp)> {
        read_lock(&self.0.current).as_ref().map(|loaded| loaded.validity)
    }

    /// The authority that is asked, the name that it is asked for, and the clock.
    pub(super) fn find_authority(&self) -> Option<(Authority, String, Arc<dyn Clock>)> {
        let Inside { source, host, clock, .. } = &*self.0;
        match source {
            CertificateSource::Authority(authority) => {
                Some((authority.clone(), host.clone(), Arc::clone(clock)))
            }
            CertificateSource::Files { .. } => None,
        }
    }

    /// What the authority is shown from now on.
    pub(super) fn answer_challenge(&self, answer: Option<Arc<ServerConfig>>) {
        *self.0.challenge.write().unwrap_or_else(PoisonError::into_inner) = answer;
    }

    /// Has the source looked at now by whoever watches it, and the authority asked if another one is due.
    pub fn look_now(&self) {
        self.0.told.notify_one();
        self.0.asked.notify_one();
    }

    /// Until [`Self::look_now`].
    pub(super) async fn asked(&self) {
        self.0.asked.notified().await;
    }

    /// Reads the source and takes what is there, if it can be used.
    pub(super) async fn take_now(&self) {
        self.take(read(&self.0.source).await);
    }

    /// Looks at the source again and again. Runs until it is dropped.
    pub async fn watch(self, every: Duration) {
        let mut ticks = tokio::time::interval(every);
        let mut settled = self.0.first;
        let mut last = settled;
        loop {
            let at_once = tokio::select! {
                _ = ticks.tick() => false,
                () = self.0.told.notified() => true,
            };
            let read = read(&self.0.source).await;
            let look = Look::of(&read);
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
            Ok(loaded) => {
                // Said once it is so: whoever reads the log looks at once.
                let end = loaded.end.clone();
                *inside.current.write().unwrap_or_else(PoisonError::into_inner) = Some(loaded);
                tracing::info!(end, "a new certificate is loaded");
            }
            Err(error) => {
                let cause = error.source().map(ToString::to_string);
                tracing::warn!(%error, cause, "the new certificate is refused, the old one serves on");
            }
        }
    }
}

/// Neither lock's value has a halfway state that a panic elsewhere could have left behind.
fn read_lock<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

/// What was seen at the source.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Nothing,
    Pair([u8; 32]),
}

impl Look {
    fn of(read: &Result<Pair, CertificateError>) -> Self {
        read.as_ref().map_or(Self::Nothing, |pair| Self::Pair(pair.digest()))
    }
}

/// Reads beside what is being served: a disk may be slow.
async fn read(source: &CertificateSource) -> Result<Pair, CertificateError> {
    let source = source.clone();
    let read = tokio::task::spawn_blocking(move || source.read()).await;
    read.unwrap_or(Err(CertificateError::Interrupted))
}
