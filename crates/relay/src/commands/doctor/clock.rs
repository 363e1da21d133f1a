//! The clock, compared with the `Date` of whoever answered.

use std::time::UNIX_EPOCH;

use passerby_protocol::time::{SKEW, Timestamp};

use super::finding::Finding;
use crate::shop::unreachable::Trouble;

/// Somebody's clock, at the moment when its answer came.
pub struct OtherClock {
    pub whose: String,
    /// Seconds by which this computer is ahead of it; negative: behind.
    pub ahead: i64,
}

impl OtherClock {
    /// From a header `Date` that came at `now`.
    pub fn find(whose: impl Into<String>, date: Option<&str>, now: Timestamp) -> Option<Self> {
        let since = httpdate::parse_http_date(date?).ok()?.duration_since(UNIX_EPOCH).ok()?;
        let theirs = i64::try_from(since.as_secs()).ok()?;
        Some(Self { whose: whose.into(), ahead: now.seconds().saturating_sub(theirs) })
    }
}

/// More than this is worth a look: computers that ask for the time are within a second.
const USUAL: i64 = 10;

pub fn compare(other: Option<OtherClock>) -> Finding {
    let about = "clock";
    let Some(OtherClock { whose, ahead }) = other else {
        let trouble = Trouble::new(
            "nobody answered with a clock to compare with",
            "Look again when the relay serves, or when a shop can be reached.",
        );
        return Finding::look(about, trouble);
    };
    let (apart, side) = (ahead.abs(), if ahead < 0 { "behind" } else { "ahead of" });
    let what = format!("{apart} s {side} that of {whose}");
    let mend = "Let this computer keep its time, for example by systemd-timesyncd or chrony; wallets and shops refuse what is more than two minutes off.";
    match apart {
        0..=USUAL => Finding::ok(about, format!("within {apart} s of that of {whose}")),
        _ if apart <= SKEW => Finding::look(about, Trouble::new(what, mend)),
        _ => Finding::mend(about, Trouble::new(what, mend)),
    }
}
