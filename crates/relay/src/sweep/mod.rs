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
//! | used proof | in memory, until it is stale (180 s) |
//! | address of a caller, name of a shop, counted for its rate | in memory, until it has been quiet for as long as the count needs to be full again |

use std::time::Duration;

use crate::RelayState;

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
    match state.store().sweep(state.now().seconds()).await {
        Ok(swept) => tracing::debug!(
            requests = swept.requests,
            uncollected = swept.uncollected,
            expired = swept.expired,
            forgotten_claims = swept.forgotten_claims,
            "swept"
        ),
        Err(error) => tracing::error!(%error, "sweeping failed"),
    }
}
