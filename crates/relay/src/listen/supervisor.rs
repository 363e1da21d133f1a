//! What the system that started this relay is told (sd-notify). Elsewhere than under systemd, nothing happens.

/// The relay serves, and may be relied on from now on.
#[cfg(unix)]
pub fn say_ready() {
    say(&[sd_notify::NotifyState::Ready]);
}

/// The relay was told to stop and finishes what is under way.
#[cfg(unix)]
pub fn say_stopping() {
    say(&[sd_notify::NotifyState::Stopping]);
}

/// Says again and again that the relay is alive, if the system wants to hear it (`WatchdogSec=`). Runs until it is dropped; a relay whose
/// tasks do not run any more says nothing, and is started anew.
#[cfg(unix)]
pub async fn keep_watchdog() {
    let Some(within) = sd_notify::watchdog_enabled() else { return };
    let mut ticks = tokio::time::interval(within / 2);
    loop {
        ticks.tick().await;
        say(&[sd_notify::NotifyState::Watchdog]);
    }
}

#[cfg(unix)]
fn say(state: &[sd_notify::NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "the system could not be told how the relay is");
    }
}

#[cfg(not(unix))]
pub fn say_ready() {}

#[cfg(not(unix))]
pub fn say_stopping() {}

#[cfg(not(unix))]
pub async fn keep_watchdog() {}
