//! The system's clock, for programs. Tests turn one by hand.

use std::time::{SystemTime, UNIX_EPOCH};

use passerby_protocol::time::{Clock, Timestamp};

/// The clock of this computer.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of the wallet where the system's clock is read"
    )]
    fn now(&self) -> Timestamp {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Timestamp::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
    }
}
