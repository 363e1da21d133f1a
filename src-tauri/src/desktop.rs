//! What the desktop around the window does for it: dialogs, the clipboard, the browser, the screen.
//!
//! A trait, so that commands can be tested without a desktop. What it must never do: open anything but a web address that the
//! wallet named, or keep what it was handed.

#[cfg(target_os = "linux")]
mod autostart;
mod browser;
mod clipboard;
#[cfg(test)]
pub mod fake;
pub mod front;
mod idle;
pub mod manners;
#[cfg(target_os = "linux")]
pub mod session;
#[cfg(unix)]
mod signals;
pub mod tauri_desktop;
#[cfg(all(test, target_os = "linux"))]
mod tests;
mod tray;
mod words;
#[cfg(target_os = "linux")]
mod x11;

use std::path::PathBuf;

use crate::change::Change;
use crate::command_error::CommandError;
use crate::settings::Language;

/// The desktop. Blocking calls are asked from a thread that may wait.
pub trait Desktop: Send + Sync {
    /// Tells the window.
    fn tell(&self, change: Change);

    /// Asks for a file to read; nothing when the person closed the dialog. Blocks.
    fn pick_file(&self, kind: FileKind) -> Option<PathBuf>;

    /// Asks where to write a file; nothing when the person closed the dialog. Blocks.
    fn place_file(&self, kind: FileKind, name: &str) -> Option<PathBuf>;

    /// Asks for a folder; nothing when the person closed the dialog. Blocks.
    fn pick_folder(&self) -> Option<PathBuf>;

    /// The text in the clipboard.
    fn clipboard_text(&self) -> Option<String>;

    /// The picture in the clipboard.
    fn clipboard_picture(&self) -> Option<Picture>;

    /// Puts a text there, and takes it away again after so many seconds if it is still there.
    fn lend_to_clipboard(&self, text: &str, seconds: u64) -> Result<(), CommandError>;

    /// Takes away what was lent, because the wallet locks or the program ends.
    fn take_back_clipboard(&self) {}

    /// The pictures of all screens.
    fn screens(&self) -> Result<Vec<Picture>, CommandError>;

    /// Opens a web address in this browser, or in the system's own.
    fn open_address(&self, address: &str, browser: Option<&str>) -> Result<(), CommandError>;

    /// The browsers that are installed, by the names people know.
    fn browsers(&self) -> Vec<String>;

    /// The keyboard layout, by the name people know; nothing where the system does not say.
    fn keyboard(&self) -> Option<String>;

    /// Keeps the window out of screenshots, or lets it in again. Says whether the system can.
    fn protect_screen(&self, protect: bool) -> bool;

    /// Starts with the session from now on, or no longer.
    fn start_with_session(&self, start: bool) -> Result<(), CommandError>;

    /// Shows the icon beside the clock, or takes it away.
    fn show_tray(&self, show: bool);

    /// Whether that icon is there. Where there is none, a window that was closed could not be found again.
    fn has_tray(&self) -> bool {
        false
    }

    /// Says what it has to say outside the window in this language from now on.
    fn speak(&self, _language: Language) {}
}

/// What a file dialog is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A backup of the wallet.
    Backup,
    /// Details in another program's format: vCard or CSV.
    Details,
    /// A picture with a QR code.
    Picture,
}

/// A picture in shades of grey, row by row from the top: enough to find a code in.
#[derive(Clone)]
pub struct Picture {
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` shades, 0 is black.
    pub shades: Vec<u8>,
}
