//! The commands, one file each.

mod completions;
mod init;
mod man;
mod open;
mod statement;
mod thumbprint;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::ending::Failure;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  it failed; the message says what to do
  2  the command line asks for something that cannot be
  3  a release or a Statement was refused; the word in brackets is the one in docs/protocol.md";

/// Keeps a shop's offline keys: makes them, signs what wallets trust, opens what customers sent.
///
/// The root key made here decides which keys may ask customers in the shop's name. It belongs on a computer or a stick that is
/// offline most of the time. This program never touches the network.
#[derive(Parser)]
#[command(name = "passerby-shop", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct Program {
    /// Print one JSON object on standard output, and nothing else there.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Arguments),
    Statement(statement::Arguments),
    Open(open::Arguments),
    Thumbprint(thumbprint::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// Where the keys are.
#[derive(Args)]
struct Folder {
    /// The folder with the shop's keys.
    #[arg(long, value_name = "DIR", env = "PASSERBY_SHOP_DIR", default_value = "passerby-keys")]
    dir: PathBuf,
}

impl Program {
    /// Does what was asked.
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self.command {
            Command::Init(arguments) => init::run(arguments, self.json),
            Command::Statement(arguments) => statement::run(&arguments, self.json),
            Command::Open(arguments) => open::run(&arguments, self.json),
            Command::Thumbprint(arguments) => thumbprint::run(&arguments, self.json),
            Command::Completions(arguments) => completions::run(&arguments),
            Command::Man(arguments) => man::run(&arguments),
        }
    }
}
