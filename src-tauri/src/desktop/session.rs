//! What happens to the session around the window: the screen is locked, the computer is about to sleep.
//!
//! By logind, over the system's bus. Where there is none the lock's own clock still runs. What it must never do: keep the
//! computer from sleeping longer than the system allows a program to ask for.

use std::pin::pin;

use futures_util::StreamExt as _;
use futures_util::stream::select;
use logind_zbus::manager::{InhibitType, ManagerProxy};
use logind_zbus::session::SessionProxy;
use zbus::Connection;
use zbus::zvariant::OwnedFd;

/// Stands for the caller's session, or else for the one with its user's screen (systemd 243). Signals come from that one.
const OWN_SESSION: &str = "/org/freedesktop/login1/session/auto";

/// Why the wallet is to lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The screen was locked.
    ScreenLocked,
    /// The computer is about to sleep.
    Sleep,
}

/// Watches until the bus is gone. `lock` is awaited: the computer waits for it before it sleeps, as long as the system
/// allows.
pub async fn watch<F: Future<Output = ()>>(bus: &Connection, lock: impl Fn(Ending) -> F) -> zbus::Result<()> {
    let manager = ManagerProxy::new(bus).await?;
    let session = find_session(bus, &manager).await?;
    let mut asleep = pin!(manager.receive_prepare_for_sleep().await?);
    let asked = session.receive_lock().await?.map(|_| ());
    // Many screen lockers are not asked by logind; they say afterwards that they are there.
    let hinted = session
        .receive_locked_hint_changed()
        .await
        .filter_map(async |hint| hint.get().await.is_ok_and(|locked| locked).then_some(()));
    let mut locked = pin!(select(asked, Box::pin(hinted)));
    let mut hold = hold_sleep(&manager).await;
    loop {
        tokio::select! {
            one = locked.next() => {
                if one.is_none() {
                    return Ok(());
                }
                lock(Ending::ScreenLocked).await;
            }
            one = asleep.next() => {
                let Some(one) = one else { return Ok(()) };
                if *one.args()?.start() {
                    lock(Ending::Sleep).await;
                    drop(hold.take());
                } else {
                    hold = hold_sleep(&manager).await;
                }
            }
        }
    }
}

/// Asks the system to wait before it sleeps, until this is dropped. Without it the wallet locks all the same, perhaps only
/// after waking up.
async fn hold_sleep(manager: &ManagerProxy<'_>) -> Option<OwnedFd> {
    let why = "Locks your wallet before the computer sleeps";
    manager.inhibit(InhibitType::Sleep, "Passerby", why, "delay").await.ok()
}

/// The session this program runs in. Started by a service of the user it runs in none, and the system names the one with
/// that user's screen.
async fn find_session<'a>(bus: &'a Connection, manager: &ManagerProxy<'_>) -> zbus::Result<SessionProxy<'a>> {
    let path = if let Ok(path) = manager.get_session_by_PID(std::process::id()).await {
        path
    } else {
        let named = SessionProxy::builder(bus).path(OWN_SESSION)?.build().await?;
        manager.get_session(&named.id().await?).await?
    };
    SessionProxy::builder(bus).path(path)?.build().await
}
