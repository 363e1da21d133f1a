//! The window in front, and a notice where the system keeps it behind others.

use std::time::Duration;

use tauri::utils::config::WindowConfig;
use tauri::{App, AppHandle, Manager as _, Runtime, WebviewWindowBuilder};
use tauri_plugin_notification::NotificationExt as _;

use super::words::Words;
use crate::shell::Shell;

/// The one window.
pub const WINDOW: &str = "main";

/// How long a system may take to bring a window to the front.
const PATIENCE: Duration = Duration::from_secs(1);

/// Makes the window as `tauri.conf.json` has it. Nothing it shows is kept on the disk (`incognito`), or the web view would write
/// its storage there in clear. A driver of tests cannot reach such a window: a program that is built for tests, and started by a
/// driver, does without. A released one never does.
pub fn make<R: Runtime>(app: &App<R>) -> tauri::Result<()> {
    let driven = cfg!(debug_assertions) && std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some();
    let windows = &app.config().app.windows;
    for config in windows.iter().filter(|config| config.label == WINDOW) {
        let config = WindowConfig { incognito: config.incognito && !driven, ..config.clone() };
        WebviewWindowBuilder::from_config(app, &config)?.build()?;
    }
    Ok(())
}

/// Shows the window, in front if the system lets it.
pub fn show<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window(WINDOW) else { return };
    let shown = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    if shown.is_err() {
        tracing::warn!("the window could not be shown");
    }
}

/// Hides the window. The lock's clock goes on.
pub fn hide<R: Runtime>(app: &AppHandle<R>) {
    if app.get_webview_window(WINDOW).is_some_and(|window| window.hide().is_err()) {
        tracing::warn!("the window could not be hidden");
    }
}

/// Shows the window for a link, and says so where it stays behind others: many systems let no program come to the front by
/// itself. The notice says that a shop asks, and nothing else; whoever clicks it has agreed to nothing.
pub async fn show_for_link<R: Runtime>(app: &AppHandle<R>) {
    show(app);
    tokio::time::sleep(PATIENCE).await;
    let seen = app.get_webview_window(WINDOW).and_then(|window| window.is_focused().ok()).unwrap_or(false);
    if seen {
        return;
    }
    let words = Words::of(app.state::<Shell>().settings().language);
    if app.notification().builder().title(words.shop_asks).body(words.look).show().is_err() {
        tracing::warn!("this system shows no notices");
    }
}
