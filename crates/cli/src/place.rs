//! Where the vault is when nobody says where.

use std::env;
use std::path::PathBuf;

use crate::failure::Failure;

/// `--vault`, or the platform's folder for a person's data.
pub fn find_vault(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let folder = || {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let below_home = |path: &str| set("HOME").map(|home| home.join(path));
        if cfg!(windows) {
            set("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            below_home("Library/Application Support")
        } else {
            // A relative XDG_DATA_HOME is invalid and ignored (XDG Base Directory Specification).
            set("XDG_DATA_HOME").filter(|path| path.is_absolute()).or_else(|| below_home(".local/share"))
        }
    };
    given
        .or_else(|| Some(folder()?.join("passerby").join("vault.db")))
        .ok_or_else(|| Failure::usage("There is no home folder; say where the vault is with --vault."))
}
