//! What can be typed behind the commands that care for the vault.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How much work it is to try a passphrase.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum Stretching {
    /// About a second on this computer
    #[default]
    Calibrated,
    /// The least that is accepted, a fraction of that: for scripts with a long random passphrase
    Least,
}

#[derive(Debug, Args)]
pub struct Backup {
    /// Write one backup into this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["automatic", "off"])]
    pub to: Option<PathBuf>,
    /// From now on write a backup into this folder after each change
    #[arg(long, value_name = "FOLDER", conflicts_with = "off")]
    pub automatic: Option<PathBuf>,
    /// Write no more backups by itself
    #[arg(long)]
    pub off: bool,
    /// Save what can be read of a damaged vault
    #[arg(long, requires = "to")]
    pub salvage: bool,
}

#[derive(Debug, Args)]
pub struct Words {
    /// Ask for two of the words instead of showing them
    #[arg(long, conflicts_with = "force")]
    pub check: bool,
    /// Print them even if standard output is not a terminal
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct Restore {
    /// The backup; without one, the words alone
    pub file: Option<PathBuf>,
    /// Open it with your 24 words instead of the passphrase; in scripts they are read from standard input
    #[arg(long)]
    pub words: bool,
    /// Put it in the place of a vault that is there, which is kept beside it
    #[arg(long, requires = "file")]
    pub replace: bool,
    /// How much work each opening is; a backup keeps its own
    #[arg(long, value_enum, default_value_t, conflicts_with = "file")]
    pub stretching: Stretching,
}

#[derive(Debug, Args)]
pub struct ChangePassphrase {
    /// Open with your 24 words instead of the passphrase; in scripts they are read from standard input
    #[arg(long)]
    pub words: bool,
    /// Read the new passphrase from the first line of this file instead of asking
    #[arg(long, value_name = "FILE")]
    pub new_passphrase_file: Option<PathBuf>,
    /// How much work each opening is from now on, for you and for whoever guesses
    #[arg(long, value_enum, default_value_t)]
    pub stretching: Stretching,
}

/// What the keyring shall do.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum KeyringWish {
    /// Open the vault from now on
    On,
    /// Open it no more
    Off,
    /// Say how it is
    #[default]
    Status,
}

#[derive(Debug, Clone, Copy, Args)]
pub struct Rotate {
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Leave records behind that cannot be opened; they are gone then
    #[arg(long)]
    pub leave_damaged: bool,
}

#[derive(Debug, Clone, Copy, Args)]
pub struct Doctor {
    /// Take a vault that is not what it was as it is now
    #[arg(long)]
    pub accept: bool,
    /// Remove the records that cannot be opened
    #[arg(long)]
    pub remove_damaged: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}
