//! The clock of this computer: handed to everything that needs the time, read nowhere else.

use std::time::{SystemTime, UNIX_EPOCH};

use passerby_protocol::time::{Clock, Timestamp};

/// The clock of this computer.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }
}
