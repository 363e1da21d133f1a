//! Waiting: a shop's server waits here for a browser that waits at the shop (docs/protocol.md section 12.1).
//!
//! ```text
//! fetch, answer, park, collect ──wake──▶ table ──▶ watcher ──▶ events ──▶ shop
//!                                 │        ▲
//!                                 └─ news ─┴── other relays on the same store
//! ```
//!
//! Nothing is missed: a watcher first listens, then reads how the transaction stands, then waits. What wakes it says nothing but "look again".
//!
//! Never in here: a word of a transaction that is not its state, or a browser's address.

pub mod events;
pub mod news;
mod places;
mod table;
mod watcher;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use passerby_relay_store::Sha256;
use tokio::sync::{Notify, Semaphore, watch};

use crate::config::LimitsConfig;
use crate::hazmat::sha256;
use places::Places;
use table::Table;
pub(crate) use watcher::Watcher;

/// What a shop calls a purchase, as a digest.
type Topic = Sha256;

/// So many watchers look into the store at a time, however many were woken: others need the store too.
const READERS: usize = 4;
/// What could not be told yet is kept up to here. Those who wait elsewhere for what is beyond look by themselves, later.
const MOST_UNTOLD: usize = 10_000;

/// How many may wait, and how often each hears that it still does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingLimits {
    pub in_all: usize,
    pub per_shop: usize,
    /// Time between two signs of life: at most 15 s.
    pub beat: Duration,
}

impl Default for WaitingLimits {
    /// Those of a configuration that says nothing.
    fn default() -> Self {
        Self { in_all: 10_000, per_shop: 5_000, beat: Duration::from_secs(15) }
    }
}

impl From<&LimitsConfig> for WaitingLimits {
    /// A sixth of all connections is left to those who do not wait; and no reader is taken for an idle one.
    fn from(config: &LimitsConfig) -> Self {
        let connections = config.connections.get();
        let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let usual = Self::default();
        let idle = Duration::from_secs(config.idle_seconds.get().into());
        Self {
            in_all: size(config.waiting.min(connections - connections / 6)),
            per_shop: size(config.waiting_per_shop),
            beat: usual.beat.min(idle / 2),
        }
    }
}

/// Everybody who waits at this relay.
pub struct Waiting {
    table: Arc<Table>,
    places: Arc<Places>,
    beat: Duration,
    reading: Semaphore,
    /// Whether everybody has been sent home.
    closed: watch::Sender<bool>,
    /// What other relays have not been told yet.
    untold: Mutex<HashSet<Topic>>,
    to_tell: Notify,
}

impl Default for Waiting {
    fn default() -> Self {
        Self::new(WaitingLimits::default())
    }
}

impl Waiting {
    #[must_use]
    pub fn new(limits: WaitingLimits) -> Self {
        Self {
            table: Arc::default(),
            places: Arc::new(Places::new(limits.in_all, limits.per_shop)),
            beat: limits.beat,
            reading: Semaphore::new(READERS),
            closed: watch::channel(false).0,
            untold: Mutex::default(),
            to_tell: Notify::new(),
        }
    }

    /// A transaction has changed, and the change is durable. Wakes whoever waits for it here at once, and at other relays soon.
    pub fn wake(&self, sector: &str, id: &str) {
        let topic = derive_topic(sector, id);
        self.table.wake(&topic);
        self.add_untold([topic]);
    }

    /// Sends everybody home: they come again, here after a restart or at another relay.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    fn add_untold(&self, topics: impl IntoIterator<Item = Topic>) {
        let mut untold = self.lock_untold();
        for topic in topics {
            if untold.len() < MOST_UNTOLD {
                untold.insert(topic);
            }
        }
        drop(untold);
        self.to_tell.notify_one();
    }

    /// A set has no halfway state that a panic elsewhere could have left behind.
    fn lock_untold(&self) -> MutexGuard<'_, HashSet<Topic>> {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn derive_topic(sector: &str, id: &str) -> Topic {
    sha256(["passerby/1 changed", sector, id].join("\0"))
}
