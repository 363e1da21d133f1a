//! `passerby-shop completions`.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Program;
use crate::ending::Failure;
use crate::screen::print;

/// Print the completions for a shell.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  passerby-shop completions bash > ~/.local/share/bash-completion/completions/passerby-shop"
)]
pub(super) struct Arguments {
    /// Which shell.
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Program::command(), "passerby-shop", &mut script);
    print(&String::from_utf8_lossy(&script))
}
