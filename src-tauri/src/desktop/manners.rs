//! How the program behaves among others: one instance, links handed over, the lock by itself, the close button, the end.
//!
//! Wiring only: what is decided is decided in `arrivals.rs` and `auto_lock.rs`, which need no window. What it must never do:
//! leave the wallet open when the program ends.

use std::time::Duration;

use passerby_protocol::keys::SigningKey;
use tauri::{App, AppHandle, Builder, Manager as _, RunEvent, Runtime, WindowEvent};
use tauri_plugin_window_state::StateFlags;

use super::front::{self, WINDOW};
use super::idle::IdleTime;
use crate::arrivals::Arrivals;
use crate::auto_lock::{self, AutoLock};
use crate::self_copies;
use crate::shell::Shell;

/// Started with the session: stays beside the clock.
pub const HIDDEN: &str = "--hidden";

/// Between two looks whether this program is ready.
const STARTING: Duration = Duration::from_millis(50);

/// By then the first picture stands, and whoever looks at it has not typed a passphrase yet.
const QUIET: Duration = Duration::from_secs(1);

/// What is being sent may end first, when the program is told to end; but not for ever.
const LONGEST_END: Duration = Duration::from_secs(10);

/// The plugins that these manners need. To be added before all others: a second instance must find the first at once.
#[must_use]
pub fn add_plugins<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    let remembered = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    builder
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _folder| {
            hand_over(app, arguments.into_iter().skip(1).collect());
        }))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_window_state::Builder::new().with_state_flags(remembered).build())
        .plugin(tauri_plugin_autostart::Builder::new().arg(HIDDEN).app_name("Passerby").build())
        .plugin(tauri_plugin_notification::init())
}

/// Begins to behave, once the shell is there: shows the icon and the window, takes the link that the program was started
/// with, and lets the lock's clock run.
pub fn settle_in<R: Runtime>(app: &App<R>, arguments: Vec<String>) {
    let handle = app.handle();
    app.manage(Arrivals::default());
    app.manage(AutoLock::default());
    let shell = app.state::<Shell>();
    shell.desktop().show_tray(shell.settings().tray);
    let hidden = arguments.iter().any(|argument| argument == HIDDEN) && shell.desktop().has_tray();
    if !hidden {
        front::show(handle);
    }
    // Macs hand links over by themselves; elsewhere they are arguments.
    #[cfg(target_os = "macos")]
    {
        use tauri_plugin_deep_link::DeepLinkExt as _;
        let later = handle.clone();
        app.deep_link().on_open_url(move |event| {
            hand_over(&later, event.urls().into_iter().map(String::from).collect());
        });
    }
    hand_over_first(handle, arguments);
    tauri::async_runtime::spawn(watch_the_clock(handle.clone()));
    tauri::async_runtime::spawn(warm_up());
    tauri::async_runtime::spawn(self_copies::watch(handle.clone()));
    #[cfg(unix)]
    tauri::async_runtime::spawn(end_when_told(handle.clone()));
    #[cfg(target_os = "linux")]
    tauri::async_runtime::spawn(watch_the_session(handle.clone()));
}

/// Hears what happens to the window and the program.
pub fn hear<R: Runtime>(app: &AppHandle<R>, event: &RunEvent) {
    match event {
        // Closed, it stays beside the clock, if it can be found there again.
        RunEvent::WindowEvent { label, event: WindowEvent::CloseRequested { api, .. }, .. }
            if label == WINDOW && app.state::<Shell>().desktop().has_tray() =>
        {
            api.prevent_close();
            front::hide(app);
        }
        RunEvent::Exit => {
            let shell = app.state::<Shell>();
            shell.desktop().take_back_clipboard();
            let ended = tauri::async_runtime::block_on(async {
                tokio::time::timeout(LONGEST_END, shell.lock()).await
            });
            if ended.is_err() {
                tracing::warn!("something was still being sent when the program ended");
            }
        }
        _ => {}
    }
}

/// Locks, from a place that cannot wait.
pub fn lock<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move { app.state::<Shell>().lock().await });
}

/// Another instance was started and ended at once: with a link, or because the person wants to see the window.
fn hand_over<R: Runtime>(app: &AppHandle<R>, arguments: Vec<String>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        // This program may still be starting itself.
        while app.try_state::<Arrivals>().is_none() {
            tokio::time::sleep(STARTING).await;
        }
        let (arrivals, shell) = (app.state::<Arrivals>(), app.state::<Shell>());
        if arrivals.take(&shell, &arguments).await {
            if arrivals.may_notify(shell.clock().now()) {
                front::show_for_link(&app).await;
            }
        } else if !arguments.iter().any(|argument| argument == HIDDEN) {
            front::show(&app);
        }
    });
}

/// The link that the program was started with. The window is there already.
fn hand_over_first<R: Runtime>(app: &AppHandle<R>, arguments: Vec<String>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if app.state::<Arrivals>().take(&app.state::<Shell>(), &arguments).await {
            front::show(&app);
        }
    });
}

/// Told to end by a signal, it ends as it does from its menu: what is being sent first, then the lock.
#[cfg(unix)]
async fn end_when_told<R: Runtime>(app: AppHandle<R>) {
    let Ok(mut signals) = super::signals::EndSignals::listen() else {
        tracing::warn!("this system does not say when the program is to end");
        return;
    };
    signals.wait().await;
    app.exit(0);
}

/// The first answer of a person is not to wait for it, nor the first picture, nor the list behind the lock.
async fn warm_up() {
    tokio::time::sleep(QUIET).await;
    drop(tokio::task::spawn_blocking(SigningKey::warm_up));
}

async fn watch_the_clock<R: Runtime>(app: AppHandle<R>) {
    let mut idle = IdleTime::default();
    let mut ticks = tokio::time::interval(auto_lock::EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let idle = idle.find().await;
        app.state::<AutoLock>().look(&app.state::<Shell>(), idle).await;
    }
}

#[cfg(target_os = "linux")]
async fn watch_the_session<R: Runtime>(app: AppHandle<R>) {
    let watched = async {
        let bus = zbus::Connection::system().await?;
        super::session::watch(&bus, |_| {
            let app = app.clone();
            async move {
                let shell = app.state::<Shell>();
                if shell.settings().lock_with_session {
                    shell.lock().await;
                }
            }
        })
        .await
    };
    if watched.await.is_err() {
        tracing::warn!("this system does not say when the screen is locked or the computer sleeps");
    }
}
