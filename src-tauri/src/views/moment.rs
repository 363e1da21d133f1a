//! Times, as the window counts them.

use passerby_protocol::time::Timestamp;
use serde::Serialize;
use specta::Type;

/// Milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Type)]
#[serde(transparent)]
pub struct Moment(#[specta(type = u32)] i64);

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self(at.seconds().saturating_mul(1_000))
    }
}

impl Moment {
    /// So many seconds later.
    #[must_use]
    pub const fn later(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000)))
    }
}
