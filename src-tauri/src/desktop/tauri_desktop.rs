//! The desktop, by Tauri, its plugins and the system.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tauri::{AppHandle, Manager as _, Runtime};
#[cfg(not(target_os = "linux"))]
use tauri_plugin_autostart::ManagerExt as _;
use tauri_plugin_dialog::DialogExt as _;
use tauri_plugin_opener::OpenerExt as _;
use tauri_specta::Event as _;

use super::browser::{self, WebAddress};
use super::clipboard::Clipboard;
use super::front::WINDOW;
use super::tray::Tray;
use super::{Desktop, FileKind, Picture};
use crate::change::Change;
use crate::command_error::CommandError;
use crate::settings::Language;

/// The desktop of a running program.
pub struct TauriDesktop<R: Runtime> {
    app: AppHandle<R>,
    clipboard: Arc<Clipboard>,
    tray: Arc<Tray<R>>,
}

impl<R: Runtime> TauriDesktop<R> {
    /// The desktop of this program, which speaks this language.
    pub fn new(app: AppHandle<R>, language: Language) -> Self {
        let tray = Arc::new(Tray::new(app.clone(), language));
        Self { app, clipboard: Arc::default(), tray }
    }
}

impl<R: Runtime> Desktop for TauriDesktop<R> {
    fn tell(&self, change: Change) {
        self.tray.hear(&change);
        if change.emit(&self.app).is_err() {
            tracing::warn!("the window could not be told of a change");
        }
    }

    fn pick_file(&self, kind: FileKind) -> Option<PathBuf> {
        let dialog = self.app.dialog().file();
        let dialog = match kind {
            FileKind::Backup => dialog.add_filter("Passerby", &["json"]),
            FileKind::Details => dialog.add_filter("vCard, CSV", &["vcf", "vcard", "csv"]),
            FileKind::Picture => dialog.add_filter("PNG, JPEG", &["png", "jpg", "jpeg"]),
        };
        dialog.blocking_pick_file()?.into_path().ok()
    }

    fn place_file(&self, _kind: FileKind, name: &str) -> Option<PathBuf> {
        self.app.dialog().file().set_file_name(name).blocking_save_file()?.into_path().ok()
    }

    fn pick_folder(&self) -> Option<PathBuf> {
        self.app.dialog().file().blocking_pick_folder()?.into_path().ok()
    }

    fn clipboard_text(&self) -> Option<String> {
        self.clipboard.text()
    }

    fn clipboard_picture(&self) -> Option<Picture> {
        self.clipboard.picture()
    }

    fn lend_to_clipboard(&self, text: &str, seconds: u64) -> Result<(), CommandError> {
        let lent = self.clipboard.lend(text);
        let loan = lent.ok_or_else(|| CommandError::new("clipboard", "The clipboard took nothing."))?;
        let clipboard = Arc::clone(&self.clipboard);
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            clipboard.take_back(loan);
        });
        Ok(())
    }

    fn take_back_clipboard(&self) {
        self.clipboard.take_all_back();
    }

    fn screens(&self) -> Result<Vec<Picture>, CommandError> {
        #[cfg(target_os = "linux")]
        if let Some(pictures) = super::x11::find_screens() {
            return Ok(pictures);
        }
        Err(CommandError::new("no-screens", "This system does not show its screens to programs."))
    }

    fn open_address(&self, address: &str, browser: Option<&str>) -> Result<(), CommandError> {
        let failed = || CommandError::new("no-browser", "No browser could be opened.");
        let address = WebAddress::parse(address).ok_or_else(failed)?;
        if browser::open(&address, browser) {
            return Ok(());
        }
        self.app.opener().open_url(address.as_str(), None::<&str>).map_err(|_| failed())
    }

    fn browsers(&self) -> Vec<String> {
        browser::find_all()
    }

    fn keyboard(&self) -> Option<String> {
        #[cfg(target_os = "linux")]
        return super::x11::find_keyboard();
        #[cfg(not(target_os = "linux"))]
        None
    }

    fn protect_screen(&self, protect: bool) -> bool {
        let Some(window) = self.app.get_webview_window(WINDOW) else { return false };
        cfg!(any(windows, target_os = "macos")) && window.set_content_protected(protect).is_ok()
    }

    fn start_with_session(&self, start: bool) -> Result<(), CommandError> {
        #[cfg(target_os = "linux")]
        let done = super::autostart::set(start);
        #[cfg(not(target_os = "linux"))]
        let done = {
            let autostart = self.app.autolaunch();
            if start { autostart.enable() } else { autostart.disable() }
        };
        done.map_err(|_| CommandError::new("autostart", "This system did not take the setting."))
    }

    fn show_tray(&self, show: bool) {
        let tray = Arc::clone(&self.tray);
        if self.app.run_on_main_thread(move || tray.show(show)).is_err() {
            tracing::warn!("the icon beside the clock could not be changed");
        }
    }

    fn has_tray(&self) -> bool {
        self.tray.is_shown()
    }

    fn speak(&self, language: Language) {
        self.tray.speak(language);
    }
}
