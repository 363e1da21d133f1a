//! How long the person touched nothing on this computer, where the system says so.
//!
//! On Linux a session of X says it, and GNOME in a Wayland session; others do not. What it must never do: guess.

use std::time::Duration;

/// Asks the system.
#[derive(Debug, Default)]
pub struct IdleTime {
    #[cfg(target_os = "linux")]
    bus: Option<zbus::Connection>,
}

impl IdleTime {
    /// How long; nothing where the system does not say.
    #[cfg(target_os = "linux")]
    pub async fn find(&mut self) -> Option<Duration> {
        if super::x11::is_here() {
            return tokio::task::spawn_blocking(super::x11::find_idle_time).await.ok()?;
        }
        if self.bus.is_none() {
            self.bus = zbus::Connection::session().await.ok();
        }
        let name = "org.gnome.Mutter.IdleMonitor";
        let place = "/org/gnome/Mutter/IdleMonitor/Core";
        let answer = self.bus.as_ref()?.call_method(Some(name), place, Some(name), "GetIdletime", &()).await;
        answer.ok()?.body().deserialize().ok().map(Duration::from_millis)
    }

    /// How long; nothing where the system does not say.
    #[cfg(any(windows, target_os = "macos"))]
    #[expect(clippy::unused_async, reason = "elsewhere it is asked over a bus")]
    pub async fn find(&mut self) -> Option<Duration> {
        user_idle2::UserIdle::get_time().ok().map(|idle| idle.duration())
    }
}
