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

    /// A shop has proven itself for a call.
    pub(crate) fn take_shop(&self, sector: &Sector) -> Result<(), Refused> {
        self.shops.as_ref().map_or(Ok(()), |rate| rate.take(sector))
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
        return refused.into_response();
    }
    next.run(request).await
}
