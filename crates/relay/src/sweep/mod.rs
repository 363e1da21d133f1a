//! Retention: how long each row lives.
//!
//! | row | goes |
//! |---|---|
//! | request, with its answer | 24 h after `response_by` |
//! | transaction | with its last request |
//! | grant, with its release | 24 h after it was made, if nobody collected it; else after its days of retention, at least one; at once with three wrong codes |
//! | grant claim, consent receipt, relay receipt | 120 s after the first collection, when nobody can collect them any more |
//! | opening | with its grant |
//! | self-copy | with the last grant of its key |
//! | Statement | when a newer one replaces it |
//! | shop, with all of the above | when the admin removes it |
//! | period, with its key, which is a file | when no grant lies under it any more, some days after the next one began |
//! | tombstone, in a file | when no grant could be so old (3,651 days), at a start |
//! | used proof | in memory, until it is stale (180 s) |
//! | address of a caller, name of a shop, counted for its rate | in memory, until it has been quiet for as long as the count needs to be full again |

use std::time::{Duration, Instant};

use crate::period::Turned;
use crate::{RelayState, meters};

/// How often.
const EVERY: Duration = Duration::from_mins(1);

/// Sweeps now and every minute. Runs until it is dropped; a sweep that fails is logged and tried again.
pub async fn run(state: RelayState) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        sweep(&state).await;
        state.rates().forget_quiet();
    }
}

/// Sweeps once.
pub async fn sweep(state: &RelayState) {
    let began = Instant::now();
    match state.store().sweep(state.now().seconds()).await {
        Ok(swept) => {
            meters::end_sweep(&swept, state.now(), began.elapsed());
            tracing::debug!(
                requests = swept.requests,
                uncollected = swept.uncollected,
                expired = swept.expired,
                forgotten_claims = swept.forgotten_claims,
                "swept"
            );
        }
        Err(error) => {
            meters::fail_sweep();
            meters::fail_store(&error);
            tracing::error!(%error, "sweeping failed");
        }
    }
    turn(state).await;
}

/// How many batches of grants one sweep wraps anew at most.
const BATCHES: u32 = 100;

/// Goes on to the next period, as far as it is time.
async fn turn(state: &RelayState) {
    match state.releases().turn(BATCHES).await {
        Ok(turned) if turned == Turned::default() => {}
        Ok(turned) => {
            let Turned { begun, sealed, rewrapped, ended, left } = turned;
            tracing::info!(begun, sealed, rewrapped, ended, left, "the keys of periods were looked after");
            if left > 0 {
                tracing::warn!(
                    left,
                    "some releases do not open: the keys of their periods are not in the keys folder"
                );
            }
        }
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            tracing::error!(%error, cause, "looking after the keys of periods failed");
        }
    }
}
