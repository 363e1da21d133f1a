//! SIGHUP: the admin, or a program that renews certificates, says that something has changed.

use std::io;

/// Hears SIGHUP, which would end the program otherwise.
#[cfg(unix)]
pub struct Hangup(tokio::signal::unix::Signal);

#[cfg(unix)]
impl Hangup {
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::hangup()).map(Self)
    }

    /// Returns at the next one; never when there can be none.
    pub async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

/// A system without SIGHUP.
#[cfg(not(unix))]
pub struct Hangup;

#[cfg(not(unix))]
impl Hangup {
    #[expect(clippy::unnecessary_wraps, reason = "the same as where it can fail")]
    pub fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    pub async fn next(&mut self) {
        std::future::pending::<()>().await;
    }
}
