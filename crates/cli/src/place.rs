//! Where the vault is: as the person says, or where this computer keeps such files.

use std::path::PathBuf;

use crate::failure::Failure;

/// `--vault`, or the platform's folder for a person's data.
pub fn find_vault(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    given
        .or_else(passerby_wallet::computer::find_vault)
        .ok_or_else(|| Failure::usage("There is no home folder; say where the vault is with --vault."))
}
