//! What the program does, a file for each command.

mod backup;
mod completions;
mod dev;
mod doctor;
mod failure;
mod hangup;
mod init;
mod key_file;
mod keys;
mod migrate;
mod moving;
mod openapi;
mod question;
mod serve;
mod shop;

use std::process::ExitCode;

pub use failure::Failure;

use crate::cli::Command;

/// Runs a command and says how it ended: 0 done, 1 failed, 3 configuration. (2, usage, is said before.)
pub async fn run(command: Command) -> ExitCode {
    let outcome = match command {
        Command::Init(args) => init::run(args).await,
        Command::Doctor(args) => doctor::run(&args).await,
        Command::Dev(args) => dev::run(args).await,
        Command::Serve(args) => serve::run(args).await,
        Command::Shop(command) => shop::run(command).await,
        Command::Migrate(args) => migrate::run(&args).await,
        Command::Move(args) => moving::run(&args).await,
        Command::Backup(args) => backup::run(&args).await,
        Command::Restore(args) => backup::restore::run(&args).await,
        Command::Keys(command) => keys::run(command).await,
        Command::Completions { shell } => {
            completions::print(shell);
            Ok(())
        }
        Command::Man { dir } => completions::write_man_pages(&dir),
        Command::Openapi => openapi::print(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("passerby-relay: {failure:#}");
            failure.exit_code()
        }
    }
}
