//! Moments as people read them.

use passerby_protocol::time::Timestamp;

/// `2026-11-22 12:00 UTC`.
#[must_use]
pub fn write_date(moment: Timestamp) -> String {
    match jiff::Timestamp::from_second(moment.seconds()) {
        Ok(moment) => moment.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        // Beyond the year 9999, where a Statement can point but nobody plans.
        Err(_) => format!("{} seconds after 1970", moment.seconds()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc() {
        assert_eq!(write_date(Timestamp::from_seconds(1_795_348_800)), "2026-11-22 12:00 UTC");
        assert_eq!(write_date(Timestamp::from_seconds((1 << 53) - 1)), "9007199254740991 seconds after 1970");
    }
}
