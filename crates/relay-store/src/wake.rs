//! Waking: several relays on one store tell each other which transaction has changed.
//!
//! A store keeps none of it. News may get lost with a connection; whoever hears is told that ([`News::Missed`]), and looks for itself.

use async_trait::async_trait;

use crate::{Sha256, StoreError};

/// What was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum News {
    /// The transaction with this digest has changed.
    Changed(Sha256),
    /// For a while nothing could be heard. It can again, from before this was said.
    Missed,
}

/// Whoever listens at a store.
#[async_trait]
pub trait Ears: Send {
    /// Waits for the next news. Given up halfway, it loses none. After an error the ears are deaf.
    async fn hear(&mut self) -> Result<News, StoreError>;

    /// Fails when nothing could be heard any more.
    async fn check(&mut self) -> Result<(), StoreError>;
}

/// Operations of waking.
#[async_trait]
pub trait WakeStore: Send + Sync {
    /// Tells everybody who listens, in this process and in others, that these transactions have changed. Names are digests, which the
    /// caller makes: what stands in a database's queue and log is no name of a transaction.
    async fn tell(&self, changed: &[Sha256]) -> Result<(), StoreError>;

    /// Begins to listen. `None`: there is never anybody but this process.
    async fn listen(&self) -> Result<Option<Box<dyn Ears>>, StoreError>;
}
