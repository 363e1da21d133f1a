//! `passerby-shop man`.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::CommandFactory as _;

use super::Program;
use crate::ending::Failure;

/// Write the manual pages, one for each command, into a folder.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  passerby-shop man ~/.local/share/man/man1")]
pub(super) struct Arguments {
    /// Where to; made if it does not exist.
    dir: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let wrong = || format!("tried to write the manual pages into {}", arguments.dir.display());
    fs::create_dir_all(&arguments.dir).with_context(wrong)?;
    clap_mangen::generate_to(Program::command(), &arguments.dir).with_context(wrong)?;
    Ok(())
}
