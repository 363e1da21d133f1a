//! Record ids: 48 bits of time, 80 random bits. Sorting by id is sorting by the time of insertion.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

/// Names a record within its vault, for as long as it exists. Written as 32 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordId([u8; 16]);

impl RecordId {
    /// The bytes as they stand in the file: milliseconds since 1970 (48 bits, big-endian), then 80 random bits.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    pub(crate) fn millis(self) -> u64 {
        let (time, _) = self.0.split_at(6);
        time.iter().fold(0, |millis, byte| millis << 8 | u64::from(*byte))
    }
}

impl TryFrom<&[u8]> for RecordId {
    type Error = ParseRecordIdError;

    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.try_into().map(Self).map_err(|_| ParseRecordIdError)
    }
}

impl From<RecordId> for String {
    fn from(id: RecordId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for RecordId {
    type Error = ParseRecordIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordId({self})")
    }
}

impl FromStr for RecordId {
    type Err = ParseRecordIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let number = u128::from_str_radix(text, 16).map_err(|_| ParseRecordIdError)?;
        digits.then(|| Self(number.to_be_bytes())).ok_or(ParseRecordIdError)
    }
}

/// The text is not 32 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a record id is 32 lower-case hex digits")]
pub struct ParseRecordIdError;

/// How far ids may run ahead of the clock to keep their order.
const SLACK_MILLIS: u64 = 60_000;
const MAX_MILLIS: u64 = (1 << 48) - 1;

/// Keeps ids in the order of insertion although the clock it is given has only seconds, or steps back a little.
#[derive(Debug)]
pub(crate) struct IdClock(AtomicU64);

impl IdClock {
    /// Continues after the highest id in the vault, if there is one.
    pub(crate) fn after(last: Option<RecordId>) -> Self {
        Self(AtomicU64::new(last.map_or(0, RecordId::millis)))
    }

    pub(crate) fn make_id(&self, now: i64, rng: &mut (impl CryptoRng + ?Sized)) -> RecordId {
        let next = |last: u64| {
            let floor = to_millis(now);
            // A clock that was far ahead once must not keep all later ids there.
            let close = last >= floor && last - floor < SLACK_MILLIS && last < MAX_MILLIS;
            if close { last + 1 } else { floor }
        };
        let last = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        let (Ok(last) | Err(last)) = last;
        make_at(next(last), rng)
    }
}

/// An id that stands in no order with the vault's records: for a slot.
pub(crate) fn make_id(now: i64, rng: &mut (impl CryptoRng + ?Sized)) -> RecordId {
    make_at(to_millis(now), rng)
}

fn to_millis(now: i64) -> u64 {
    u64::try_from(now).unwrap_or(0).saturating_mul(1000).min(MAX_MILLIS)
}

fn make_at(millis: u64, rng: &mut (impl CryptoRng + ?Sized)) -> RecordId {
    let mut bytes = [0; 16];
    let (time, random) = bytes.split_at_mut(6);
    time.copy_from_slice(&millis.to_be_bytes()[2..]);
    rng.fill_bytes(random);
    RecordId(bytes)
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn ids_sort_by_insertion_within_a_second_and_across_a_small_step_back() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let clock = IdClock::after(None);
        let ids: Vec<_> =
            [100, 100, 100, 101, 99, 130].iter().map(|now| clock.make_id(*now, &mut rng)).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        assert_eq!(ids[0].millis(), 100_000);
        assert_eq!(ids[5].millis(), 130_000);
    }

    #[test]
    fn a_clock_that_was_far_ahead_is_forgotten() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let clock = IdClock::after(Some(make_id(1_000_000, &mut rng)));
        assert_eq!(clock.make_id(500, &mut rng).millis(), 500_000);
    }

    #[test]
    fn impossible_times_stay_within_48_bits() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        assert_eq!(make_id(-1, &mut rng).millis(), 0);
        assert_eq!(make_id(i64::MAX, &mut rng).millis(), MAX_MILLIS);
        let clock = IdClock::after(Some(make_id(i64::MAX, &mut rng)));
        assert_eq!(clock.make_id(i64::MAX, &mut rng).millis(), MAX_MILLIS);
    }

    #[test]
    fn only_its_own_spelling_is_parsed() {
        let id = make_id(1_700_000_000, &mut ChaCha20Rng::seed_from_u64(1));
        assert_eq!(id.to_string().parse(), Ok(id));
        let upper = id.to_string().to_uppercase();
        let signed = format!("+{}", &id.to_string()[1..]);
        for text in ["", "0", upper.as_str(), signed.as_str()] {
            assert_eq!(text.parse::<RecordId>(), Err(ParseRecordIdError), "{text}");
        }
    }
}
