//! `passerby-shop`: the program that holds the shop's offline root key. It never touches the network.
//!
//! Thin: reads the command line and says how it ended. What it can do stands in the library, one file a command in `commands`.

mod ask;
mod clock;
mod commands;
mod ending;
mod screen;

use std::process::ExitCode;

use clap::Parser as _;

use crate::commands::Program;

fn main() -> ExitCode {
    let program = Program::parse();
    let json = program.json;
    match program.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(json),
    }
}
