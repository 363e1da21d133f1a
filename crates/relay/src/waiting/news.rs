//! What relays on one store tell each other: which transactions have changed.

use std::time::Duration;

use passerby_relay_store::{Ears, News};

use super::Waiting;
use crate::RelayState;

/// So much time lies between two words to other relays. Whoever waits there waits at most so much longer; and a busy relay tells of many
/// changes in one word, which the database hands to every relay.
const BREATH: Duration = Duration::from_millis(10);
/// When to try again what did not succeed.
const AGAIN: Duration = Duration::from_secs(1);
/// After so long without news, the connection is asked whether it is still one.
const QUIET: Duration = Duration::from_secs(20);
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tells and hears. Runs until it is dropped.
pub async fn run(state: RelayState) {
    tokio::join!(tell(&state), hear(&state));
}

async fn tell(state: &RelayState) {
    let waiting = state.waiting();
    loop {
        waiting.to_tell.notified().await;
        let untold = std::mem::take(&mut *waiting.lock_untold());
        let changed: Vec<_> = untold.into_iter().collect();
        if let Err(error) = state.store().tell(&changed).await {
            tracing::debug!(%error, "other relays could not be told what has changed");
            tokio::time::sleep(AGAIN).await;
            waiting.add_untold(changed);
        }
        tokio::time::sleep(BREATH).await;
    }
}

async fn hear(state: &RelayState) {
    let waiting = state.waiting();
    let mut is_deaf = false;
    loop {
        match state.store().listen().await {
            Ok(None) => return,
            Ok(Some(mut ears)) => {
                if std::mem::take(&mut is_deaf) {
                    tracing::info!("other relays can be heard again");
                }
                // Whatever happened before this moment, nobody was told of.
                waiting.table.wake_all();
                listen(&mut *ears, waiting).await;
            }
            Err(error) => tracing::debug!(%error, "other relays cannot be heard"),
        }
        if !std::mem::replace(&mut is_deaf, true) {
            tracing::warn!(
                "other relays cannot be heard: whoever waits here looks by themselves, now and then"
            );
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Until nothing can be heard any more.
async fn listen(ears: &mut dyn Ears, waiting: &Waiting) {
    loop {
        match tokio::time::timeout(QUIET, ears.hear()).await {
            Ok(Ok(News::Changed(topic))) => waiting.table.wake(&topic),
            Ok(Ok(_)) => waiting.table.wake_all(),
            Ok(Err(_)) => return,
            Err(_) => {
                if !matches!(tokio::time::timeout(PATIENCE, ears.check()).await, Ok(Ok(()))) {
                    return;
                }
            }
        }
    }
}
