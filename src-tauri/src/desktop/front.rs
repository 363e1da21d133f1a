//! The window in front, and a notice where the system keeps it behind others.

use std::time::Duration;

use tauri::utils::config::WindowConfig;
use tauri::{App, AppHandle, Manager as _, Runtime, WebviewWindowBuilder};
use tauri_plugin_notification::NotificationExt as _;

use super::words::Words;
use crate::shell::Shell;
use crate::views::start::{StartView, WalletState};

/// The one window.
pub const WINDOW: &str = "main";

/// Where the page finds what its first picture is made of.
const FIRST: &str = "passerbyFirst";

/// How long a system may take to bring a window to the front.
const PATIENCE: Duration = Duration::from_secs(1);

/// Makes the window as `tauri.conf.json` has it. Nothing it shows is kept on the disk (`incognito`), or the web view would write
/// its storage there in clear. A driver of tests cannot reach such a window: a program that is built for tests, and started by a
/// driver, does without. A released one never does.
///
/// `first` goes with the page, so that it has something to draw before it could ask: a question and its answer take longer than
/// the first picture may.
pub fn make<R: Runtime>(app: &App<R>, first: Option<&StartView>) -> tauri::Result<()> {
    let driven = cfg!(debug_assertions) && std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some();
    let windows = &app.config().app.windows;
    for config in windows.iter().filter(|config| config.label == WINDOW) {
        let config = WindowConfig { incognito: config.incognito && !driven, ..config.clone() };
        let mut window = WebviewWindowBuilder::from_config(app, &config)?;
        if let Some(first) = first {
            window = window.initialization_script(carry(first)?);
        }
        window.build()?;
    }
    Ok(())
}

/// A script that puts it into the page. A page that is loaded again finds the same; what is true by then it asks for.
///
/// A lock's head is drawn by the page itself, before its own script is there: by what its root says (`first-picture.css`).
fn carry(first: &StartView) -> tauri::Result<String> {
    let value = serde_json::to_string(first)?;
    let script =
        format!("Object.defineProperty(globalThis, \"{FIRST}\", {{ value: Object.freeze({value}) }});");
    if first.wallet != WalletState::Locked || first.trouble.is_some() {
        return Ok(script);
    }
    let language = serde_json::to_string(&first.settings.language)?;
    let theme = serde_json::to_string(&first.settings.theme)?;
    let root = format!(
        "document.documentElement.lang = {language};\
         Object.assign(document.documentElement.dataset, {{ theme: {theme}, firstPicture: \"locked\" }});"
    );
    Ok(script + &root)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Language, Theme};
    use crate::views::start::StartSettings;

    #[test]
    fn what_goes_with_the_page_is_a_value_and_no_script() {
        let first = StartView {
            wallet: WalletState::Locked,
            waiting: 0,
            sent_by_shop: false,
            system_unlock: false,
            keyboard: Some("\"}); alert(1); ({\" \\ </script>".to_owned()),
            trouble: None,
            settings: StartSettings { language: Language::En, theme: Theme::System },
        };
        let script = carry(&first).unwrap();
        let (json, root) = script.split_once("freeze(").unwrap().1.split_once(") });document").unwrap();
        let read: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(read["keyboard"], first.keyboard.unwrap());
        assert!(root.contains(".lang = \"en\"") && root.contains("theme: \"system\""), "{root}");
    }
}
