//! Where the vault is when nobody says where.

use std::env;
use std::path::PathBuf;

/// The vault in the platform's folder for a person's own files; nothing where the system names none.
#[must_use]
pub fn find_vault() -> Option<PathBuf> {
    let folder = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        below_home("Library/Application Support")
    } else {
        // A relative XDG_DATA_HOME is invalid and ignored (XDG Base Directory Specification).
        set("XDG_DATA_HOME").filter(|path| path.is_absolute()).or_else(|| below_home(".local/share"))
    };
    Some(folder?.join("passerby").join("vault.db"))
}

/// The folder for settings, which say nothing about the person.
#[must_use]
pub fn find_config_folder() -> Option<PathBuf> {
    let folder = if cfg!(windows) {
        set("APPDATA")
    } else if cfg!(target_os = "macos") {
        below_home("Library/Application Support")
    } else {
        set("XDG_CONFIG_HOME").filter(|path| path.is_absolute()).or_else(|| below_home(".config"))
    };
    Some(folder?.join("passerby"))
}

fn set(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn below_home(path: &str) -> Option<PathBuf> {
    set("HOME").map(|home| home.join(path))
}
