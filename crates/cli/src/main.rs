//! `passerby`: the wallet without a window. Asks on a terminal, or takes everything as arguments for scripts.
//!
//! What it must never do: decide for the person; print a shop's text to the terminal without taking the terminal's
//! control characters out; write anything but its one object to standard output when `--json` is given.

mod arguments;
mod commands;
mod decide;
mod diagnosis;
mod failure;
mod finding;
mod foreign;
mod less;
mod log;
mod moment;
mod output;
mod passphrase;
mod place;
mod plain;
mod prompt;
mod request_text;
mod session;
mod stretching;
mod surroundings;
mod words;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::output::Output;

fn main() -> ExitCode {
    passerby_wallet::computer::hygiene::protect();
    // Whoever asks for JSON gets JSON, even for arguments that cannot be read.
    let json = std::env::args_os().any(|argument| argument == "--json");
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if json && error.use_stderr() => {
            return Output::new(true).fail(&Failure::usage(&error.to_string()));
        }
        Err(error) => error.exit(),
    };
    let output = Output::new(arguments.global.json);
    log::start(arguments.global.log.as_deref());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(commands::run(arguments, &output));
            // A keyring that never answers must not keep the program from ending.
            runtime.shutdown_background();
            result
        }
        Err(_) => Err(Failure::failed("runtime", "This computer gave the program no room to run in.")),
    };
    match result {
        Ok(code) => code,
        Err(failure) => output.fail(&failure),
    }
}
