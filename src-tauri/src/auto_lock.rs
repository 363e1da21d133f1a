//! When the wallet locks by itself: after a time without a touch, with the session, and before the computer sleeps.
//!
//! A decision over times that are handed in. What it must never do: keep the wallet open because a clock was set back, or
//! because nobody could say how long the person was away.

use std::sync::Mutex;
use std::time::Duration;

use passerby_protocol::time::Timestamp;

use crate::shell::{Shell, unpoisoned};

/// How often it is looked.
pub const EVERY: Duration = Duration::from_secs(5);

/// Between two looks no more than so many seconds pass, unless the computer slept.
const LONGEST_GAP: i64 = 60;

/// When the wallet was last touched.
#[derive(Debug, Default)]
pub struct AutoLock(Mutex<Touches>);

#[derive(Debug, Default, Clone, Copy)]
struct Touches {
    touched: Option<Timestamp>,
    looked: Option<Timestamp>,
}

impl Touches {
    /// Whether it is time to lock. `idle` is what the system says about the whole session; without it the last touch of the
    /// window counts.
    fn is_time(&mut self, now: Timestamp, idle: Option<Duration>, limit: Duration) -> bool {
        let limit = i64::try_from(limit.as_secs()).unwrap_or(i64::MAX);
        let gap = self.looked.map_or(0, |looked| now - looked);
        self.looked = Some(now);
        // A clock that was set back begins again; a touch in the future would hold for ever.
        let touched = self.touched.filter(|touched| *touched <= now).unwrap_or(now);
        self.touched = Some(touched);
        // The computer slept and nobody said so. Whether a person was there in between is not known.
        let slept = gap > LONGEST_GAP && gap >= limit;
        let away = idle.map_or(now - touched, |idle| i64::try_from(idle.as_secs()).unwrap_or(i64::MAX));
        slept || away >= limit
    }
}

impl AutoLock {
    /// The person touched the window.
    pub fn touch(&self, now: Timestamp) {
        unpoisoned(&self.0).touched = Some(now);
    }

    /// Looks, and locks when it is time. Says whether it did.
    pub async fn look(&self, shell: &Shell, idle: Option<Duration>) -> bool {
        let now = shell.clock().now();
        let limit = Duration::from_secs(u64::from(shell.settings().lock_minutes) * 60);
        if !shell.is_open().await {
            // Opening it is a touch.
            *unpoisoned(&self.0) = Touches { touched: Some(now), looked: Some(now) };
            return false;
        }
        let is_time = unpoisoned(&self.0).is_time(now, idle, limit);
        if is_time {
            shell.lock().await;
        }
        is_time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_mins(15);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + seconds)
    }

    /// Looks every five seconds from `from` to `to`, and says when it was time.
    fn find_lock(
        touches: &mut Touches,
        from: i64,
        to: i64,
        idle: impl Fn(i64) -> Option<u64>,
    ) -> Option<i64> {
        (from..=to)
            .step_by(5)
            .find(|&second| touches.is_time(at(second), idle(second).map(Duration::from_secs), LIMIT))
    }

    #[test]
    fn the_system_says_how_long_the_person_was_away() {
        let away = |second: i64| u64::try_from(second - 100).ok();
        assert_eq!(find_lock(&mut Touches::default(), 0, 5_000, away), Some(1_000));
        assert_eq!(
            find_lock(&mut Touches::default(), 0, 100_000, |_| Some(3)),
            None,
            "at work in another window"
        );
    }

    #[test]
    fn where_the_system_does_not_say_the_last_touch_of_the_window_counts() {
        let mut touches = Touches { touched: Some(at(0)), looked: None };
        assert_eq!(find_lock(&mut touches, 5, 600, |_| None), None);
        touches.touched = Some(at(600));
        assert_eq!(find_lock(&mut touches, 605, 5_000, |_| None), Some(1_500));
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_hold_the_wallet_open() {
        let mut touches = Touches { touched: Some(at(100_000)), looked: Some(at(100_000)) };
        assert_eq!(find_lock(&mut touches, 0, 5_000, |_| None), Some(900));
    }

    #[test]
    fn a_computer_that_slept_wakes_up_locked() {
        let mut touches = Touches::default();
        assert_eq!(find_lock(&mut touches, 0, 60, |_| Some(0)), None);
        assert!(!touches.is_time(at(800), Some(Duration::ZERO), LIMIT), "a busy minute is no sleep");
        assert!(touches.is_time(at(9_000), Some(Duration::ZERO), LIMIT));
    }
}
