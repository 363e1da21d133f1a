//! Moments as people and machines read them.

use jiff::Timestamp as Instant;
use jiff::tz::TimeZone;
use passerby_protocol::time::Timestamp;

fn instant(moment: Timestamp) -> Instant {
    Instant::from_second(moment.seconds()).unwrap_or(Instant::MAX)
}

/// The day, where this computer is: `2027-01-15`.
pub fn day(moment: Timestamp) -> String {
    instant(moment).to_zoned(TimeZone::system()).strftime("%Y-%m-%d").to_string()
}

/// Day and minute, where this computer is: `2027-01-15 08:00`.
pub fn minute(moment: Timestamp) -> String {
    instant(moment).to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// RFC 3339, in UTC.
pub fn rfc3339(moment: Timestamp) -> String {
    instant(moment).to_string()
}
