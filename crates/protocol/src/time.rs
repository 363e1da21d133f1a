//! Time as the protocol writes it: whole seconds since 1970-01-01T00:00:00Z (`NumericDate`, RFC 7519 section 2).
//!
//! Nothing in this crate reads a clock: the present moment is an argument.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// The difference between two clocks that is tolerated, in seconds (docs/protocol.md section 1.4).
pub const SKEW: i64 = 120;

/// One day, in seconds.
pub const DAY: i64 = 86_400;

/// The largest `NumericDate` accepted: integers beyond 2^53 - 1 are not the same number in every JSON reader.
const LARGEST: i64 = (1 << 53) - 1;

/// A moment, in whole seconds since 1970-01-01T00:00:00Z, from 0 to 2^53 - 1 when it was read from a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Timestamp(i64);

impl Timestamp {
    /// A moment from seconds since the epoch.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The first second of the same day (UTC): passports carry no finer time.
    #[must_use]
    pub const fn day(self) -> Self {
        Self(self.0 - self.0.rem_euclid(DAY))
    }

    /// Whether a token with this `exp` has ended at `now`, after the tolerated difference.
    #[must_use]
    pub const fn has_ended(self, now: Self) -> bool {
        now.0 >= self.0.saturating_add(SKEW)
    }

    /// Whether a token with this `iat` lies in the future at `now`, after the tolerated difference.
    #[must_use]
    pub const fn is_ahead_of(self, now: Self) -> bool {
        self.0 > now.0.saturating_add(SKEW)
    }
}

impl TryFrom<i64> for Timestamp {
    type Error = &'static str;

    fn try_from(seconds: i64) -> Result<Self, Self::Error> {
        if (0..=LARGEST).contains(&seconds) { Ok(Self(seconds)) } else { Err("a time outside 0 to 2^53 - 1") }
    }
}

impl From<Timestamp> for i64 {
    fn from(moment: Timestamp) -> i64 {
        moment.0
    }
}

impl Add<i64> for Timestamp {
    type Output = Self;

    fn add(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

impl Sub for Timestamp {
    type Output = i64;

    /// Seconds from `earlier` to `self`.
    fn sub(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Where the present moment comes from. Binaries have a system clock; tests turn one by hand.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}
