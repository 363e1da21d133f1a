//! `passerby-relay completions` and `man`: made from the command line's own description.

use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Failure;
use crate::cli::Cli;

/// Prints a completion script.
pub fn print(shell: Shell) {
    clap_complete::generate(shell, &mut Cli::command(), "passerby-relay", &mut std::io::stdout());
}

/// Writes a manual page for the program and for each command.
pub fn write_man_pages(dir: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(dir).with_context(|| format!("making the folder {}", dir.display()))?;
    clap_mangen::generate_to(Cli::command(), dir)
        .with_context(|| format!("writing manual pages into {}", dir.display()))?;
    Ok(())
}
