//! How often one caller, or one shop, may ask. Kept in memory only; whoever was quiet for a while is forgotten.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use passerby_protocol::sector::Sector;
use passerby_relay_api::Problem;

use super::problem::Refused;
use crate::RelayState;
use crate::config::LimitsConfig;
use crate::listen::Caller;
use crate::meters::{self, Asker};

/// So many callers are told apart at a time: some 30 MB. Those beyond are not counted until others are forgotten; what bounds them are
/// the connections.
const MOST: usize = 200_000;

/// The rates that hold. The default: none.
#[derive(Default)]
pub struct Rates {
    callers: Option<Rate<Caller>>,
    shops: Option<Rate<Sector>>,
}

struct Rate<K: Hash + Eq + Clone>(DefaultKeyedRateLimiter<K>);

impl<K: Hash + Eq + Clone> Rate<K> {
    fn new(a_minute: u32, burst: NonZeroU32) -> Option<Self> {
        let a_minute = NonZeroU32::new(a_minute)?;
        let period = Duration::from_mins(1) / a_minute.get();
        Some(Self(RateLimiter::keyed(Quota::with_period(period)?.allow_burst(burst))))
    }

    fn take(&self, key: &K) -> Result<(), Refused> {
        if self.0.len() >= MOST {
            return Ok(());
        }
        let Err(not_until) = self.0.check_key(key) else { return Ok(()) };
        let wait = not_until.wait_time_from(DefaultClock::default().now());
        // A second more than it says: whole seconds are what the header can carry.
        Err(Refused::after(Problem::TooMany, wait.as_secs() + 1))
    }

    fn forget_quiet(&self) {
        self.0.retain_recent();
        self.0.shrink_to_fit();
    }
}

impl Rates {
    #[must_use]
    pub fn new(config: &LimitsConfig) -> Self {
        Self {
            callers: Rate::new(config.requests_per_minute, config.burst),
            shops: Rate::new(config.shop_calls_per_minute, config.shop_burst),
        }
    }

    /// How many addresses and how many shops are told apart at present.
    pub(crate) fn count(&self) -> [usize; 2] {
        [
            self.callers.as_ref().map_or(0, |rate| rate.0.len()),
            self.shops.as_ref().map_or(0, |rate| rate.0.len()),
        ]
    }

    /// A shop has proven itself for a call.
    pub(crate) fn take_shop(&self, sector: &Sector) -> Result<(), Refused> {
        self.shops
            .as_ref()
            .map_or(Ok(()), |rate| rate.take(sector))
            .inspect_err(|_| meters::limit_rate(Asker::Shop))
    }

    /// Forgets whoever has not asked for so long that it makes no difference.
    pub fn forget_quiet(&self) {
        if let Some(rate) = &self.callers {
            rate.forget_quiet();
        }
        if let Some(rate) = &self.shops {
            rate.forget_quiet();
        }
    }
}

/// Refuses whoever asks too often. A caller that nobody can tell from others is not counted.
pub async fn keep(State(state): State<RelayState>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>().copied();
    if let (Some(rate), Some(caller)) = (&state.rates().callers, caller)
        && let Err(refused) = rate.take(&caller)
    {
        meters::limit_rate(Asker::Address);
        return refused.into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn each_shop_and_each_caller_has_its_own_count() {
        let rates = Rates { callers: Rate::new(1, NonZeroU32::MIN), shops: Rate::new(1, NonZeroU32::MIN) };
        let (one, other) = (Sector::parse("one.example").unwrap(), Sector::parse("other.example").unwrap());
        rates.take_shop(&one).unwrap();
        rates.take_shop(&other).unwrap();
        assert_eq!(rates.take_shop(&one).unwrap_err().problem(), Problem::TooMany);
        // Who has just asked is not forgotten, or asking would cost nothing.
        rates.forget_quiet();
        rates.take_shop(&one).unwrap_err();
        let caller = Caller::from(IpAddr::from([203, 0, 113, 1]));
        let callers = rates.callers.as_ref().unwrap();
        callers.take(&caller).unwrap();
        callers.take(&caller).unwrap_err();
    }

    #[test]
    fn whoever_was_quiet_is_forgotten() {
        let rate = Rate::new(u32::MAX, NonZeroU32::MIN).unwrap();
        rate.take(&Sector::parse("one.example").unwrap()).unwrap();
        // At some four thousand million a minute, a moment is a long time.
        while !rate.0.is_empty() {
            rate.forget_quiet();
        }
    }

    #[test]
    fn none_is_no_limit() {
        assert!(Rate::<Sector>::new(0, NonZeroU32::MIN).is_none());
        let rates = Rates::default();
        let sector = Sector::parse("one.example").unwrap();
        assert!((0..1_000).all(|_| rates.take_shop(&sector).is_ok()));
    }
}
