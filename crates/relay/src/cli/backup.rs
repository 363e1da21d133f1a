//! `passerby-relay backup` and `restore`.

use std::path::PathBuf;

use clap::Args;

use super::ConfigArgs;

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  passerby-relay backup --to /var/backups/passerby-relay-2026-11-23.db --config /etc/passerby-relay/relay.toml")]
pub struct BackupArgs {
    /// The file, which must not be there; its manifest gets the same name with .manifest at the end
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    #[command(flatten)]
    pub config: ConfigArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  passerby-relay restore /var/backups/passerby-relay-2026-11-23.db --config /etc/passerby-relay/relay.toml")]
pub struct RestoreArgs {
    /// The backup; its manifest stands beside it
    #[arg(value_name = "FILE")]
    pub from: PathBuf,
    /// Go on without the keys folder: no release in the backup opens, and what was deleted since is not deleted again
    #[arg(long)]
    pub without_keys: bool,
    #[command(flatten)]
    pub config: ConfigArgs,
}
