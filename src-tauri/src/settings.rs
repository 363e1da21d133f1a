//! What a person has set, in a file beside nothing else: it is read before the wallet is open, so it says nothing about anybody.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};
use specta::Type;

const FILE: &str = "desktop.toml";

const HEAD: &str =
    "# How the window of Passerby looks and behaves. Written by its room Settings; safe to edit or delete.
# Nothing in here is about you, and nothing in here opens your wallet.
";

/// The language of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    En,
    /// Russian.
    Ru,
    /// German.
    De,
}

impl Language {
    /// The one this computer speaks, as far as the window does; English otherwise.
    #[must_use]
    pub fn of_system() -> Self {
        sys_locale::get_locale().map_or(Self::En, |name| Self::named(&name))
    }

    /// The one with this name (BCP 47, or as POSIX has it), such as `de-AT`.
    fn named(name: &str) -> Self {
        match name.split(['-', '_', '.']).next() {
            Some("ru") => Self::Ru,
            Some("de") => Self::De,
            _ => Self::En,
        }
    }
}

/// Light, dark, or as the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What a person can set.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// The window's language.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// Locks after so many minutes without a touch.
    pub lock_minutes: u16,
    /// Locks when the session does, and when the computer sleeps.
    pub lock_with_session: bool,
    /// Copied values are taken out of the clipboard after so many seconds.
    pub clipboard_seconds: u16,
    /// Shops open in this browser; in the system's own when absent.
    pub browser: Option<String>,
    /// Starts with the session.
    pub autostart: bool,
    /// Shows an icon beside the clock.
    pub tray: bool,
    /// Keeps sensitive values out of screenshots where the system can.
    pub protect_screen: bool,
}

/// What is to be set; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, Type)]
#[serde(default, rename_all = "camelCase")]
pub struct SettingsChange {
    /// The window's language.
    pub language: Option<Language>,
    /// Light or dark.
    pub theme: Option<Theme>,
    /// Minutes without a touch.
    pub lock_minutes: Option<u16>,
    /// With the session.
    pub lock_with_session: Option<bool>,
    /// Seconds in the clipboard.
    pub clipboard_seconds: Option<u16>,
    /// One of the installed browsers; an empty text for the system's own.
    pub browser: Option<String>,
    /// With the session.
    pub autostart: Option<bool>,
    /// The icon beside the clock.
    pub tray: Option<bool>,
    /// Out of screenshots.
    pub protect_screen: Option<bool>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::En,
            theme: Theme::System,
            lock_minutes: 15,
            lock_with_session: true,
            clipboard_seconds: 30,
            browser: None,
            autostart: false,
            tray: true,
            protect_screen: true,
        }
    }
}

impl Settings {
    /// Those of a new program on this computer: in its language.
    #[must_use]
    pub fn usual() -> Self {
        Self { language: Language::of_system(), ..Self::default() }
    }

    /// Reads them; as in a new program when there are none, or nothing can be made of them.
    #[must_use]
    pub fn load(folder: &Path) -> Self {
        Self::load_onto(Self::usual(), folder)
    }

    fn load_onto(usual: Self, folder: &Path) -> Self {
        let text = fs::read_to_string(folder.join(FILE)).unwrap_or_default();
        // A file of an older program lacks the newer ones: they are as in a new one.
        let read: SettingsChange = toml::from_str(&text).unwrap_or_else(|_| {
            tracing::warn!("the settings could not be read; they are as in a new program");
            SettingsChange::default()
        });
        usual.with(read)
    }

    /// Writes them, whole or not at all.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let text = toml::to_string(self).map_err(io::Error::other)?;
        let beside = folder.join(format!("{FILE}.new"));
        fs::write(&beside, format!("{HEAD}{text}"))?;
        fs::rename(&beside, Self::place(folder))
    }

    /// These, with what is to be changed.
    #[must_use]
    pub fn with(self, change: SettingsChange) -> Self {
        let browser = match change.browser {
            Some(name) => Some(name).filter(|name| !name.is_empty()),
            None => self.browser,
        };
        Self {
            language: change.language.unwrap_or(self.language),
            theme: change.theme.unwrap_or(self.theme),
            lock_minutes: change.lock_minutes.unwrap_or(self.lock_minutes),
            lock_with_session: change.lock_with_session.unwrap_or(self.lock_with_session),
            clipboard_seconds: change.clipboard_seconds.unwrap_or(self.clipboard_seconds),
            browser,
            autostart: change.autostart.unwrap_or(self.autostart),
            tray: change.tray.unwrap_or(self.tray),
            protect_screen: change.protect_screen.unwrap_or(self.protect_screen),
        }
        .within_bounds()
    }

    /// Where they are.
    #[must_use]
    pub fn place(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }

    /// Somebody may have edited the file: a wallet that never locks, or locks at once, is nobody's wish.
    fn within_bounds(mut self) -> Self {
        self.lock_minutes = self.lock_minutes.clamp(1, 240);
        self.clipboard_seconds = self.clipboard_seconds.clamp(5, 600);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(folder: &Path) -> Settings {
        Settings::load_onto(Settings::default(), folder)
    }

    #[test]
    fn a_new_program_speaks_as_the_computer_does() {
        for (name, language) in [
            ("ru-RU", Language::Ru),
            ("de_AT.UTF-8", Language::De),
            ("C", Language::En),
            ("fr", Language::En),
        ] {
            assert_eq!(Language::named(name), language, "{name}");
        }
    }

    #[test]
    fn what_is_saved_is_read_again_and_an_older_file_is_filled_up() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = Settings {
            language: Language::Ru,
            lock_minutes: 5,
            browser: Some("Firefox".into()),
            ..Settings::default()
        };
        wanted.save(folder.path()).unwrap();
        assert_eq!(load(folder.path()), wanted);
        fs::write(Settings::place(folder.path()), "theme = \"dark\"\nunknown = 1\n").unwrap();
        assert_eq!(load(folder.path()), Settings { theme: Theme::Dark, ..Settings::default() });
    }

    #[test]
    fn an_edited_file_cannot_keep_the_wallet_open_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(Settings::place(folder.path()), "lockMinutes = 60000\nclipboardSeconds = 0\n").unwrap();
        let read = load(folder.path());
        assert_eq!((read.lock_minutes, read.clipboard_seconds), (240, 5));
        fs::write(Settings::place(folder.path()), "not toml at all [").unwrap();
        assert_eq!(load(folder.path()), Settings::default());
    }
}
