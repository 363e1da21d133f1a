//! A clock that stands still until it is turned by hand.

use std::sync::atomic::{AtomicI64, Ordering};

use passerby_protocol::time::{Clock, Timestamp};

/// The moment at which every scene begins: 2026-11-22T12:00:00Z.
pub const NOON: Timestamp = Timestamp::from_seconds(1_795_348_800);

/// A clock for tests.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that shows `moment`.
    #[must_use]
    pub const fn at(moment: Timestamp) -> Self {
        Self(AtomicI64::new(moment.seconds()))
    }

    /// Turns it on (or back, with a negative number) by `seconds`.
    pub fn turn(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::at(NOON)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::SeqCst))
    }
}
