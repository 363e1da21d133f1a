//! One file a command.

mod activity;
mod approve;
pub mod backup;
pub mod browser;
mod completions;
pub mod decline;
mod doctor;
mod init;
mod keyring;
mod man;
mod open;
mod passphrase;
mod requests;
mod restore;
mod retry;
mod rotate;
mod set;
mod shops;
mod show;
mod words;

use std::process::ExitCode;

use crate::arguments::{Arguments, Command};
use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;

/// Runs a command.
pub async fn run(arguments: Arguments, output: &Output) -> Result<ExitCode, Failure> {
    let Arguments { global, command } = arguments;
    match command {
        Command::Init { stretching } => return init::run(&global, stretching, *output).await,
        Command::Restore(restore) => return restore::run(&global, restore, *output).await,
        Command::Passphrase(change) => return passphrase::run(&global, &change, *output).await,
        Command::Keyring { wish } => return keyring::run(&global, wish, *output).await,
        Command::Words(words) => return words::run(&global, words, *output).await,
        Command::Rotate(rotate) => return rotate::run(&global, rotate, *output).await,
        Command::Doctor(doctor) => return doctor::run(&global, doctor, *output).await,
        Command::Completions { shell } => return completions::run(shell),
        Command::Man { folder } => return man::run(&folder, *output),
        _ => {}
    }
    let mut session = Session::open(&global).await?;
    let Session { wallet, rng } = &mut session;
    let passphrase = global.passphrase_file.as_deref();
    let anchors = global.trust_anchors.as_deref();
    let result = match command {
        Command::Set(set) => set::run(wallet, rng, set, *output).await,
        Command::Show(show) => show::run(wallet, &show, *output).await,
        Command::Open { link, browser } => {
            open::run(wallet, rng, &link, browser, passphrase, anchors, *output).await
        }
        Command::Requests => requests::run(wallet, *output).await,
        Command::Approve(approve) => approve::run(wallet, rng, approve, passphrase, anchors, *output).await,
        Command::Decline(decline) => decline::run(wallet, rng, decline, anchors, *output).await,
        Command::Retry(browser) => retry::run(wallet, rng, anchors, browser, *output).await,
        Command::Backup(backup) => backup::run(wallet, rng, backup, *output).await,
        Command::Shops(shops) => shops::run(wallet, rng, &shops, *output).await,
        Command::Activity { refresh } => activity::run(wallet, rng, refresh, *output).await,
        Command::Init { .. }
        | Command::Restore(_)
        | Command::Passphrase(_)
        | Command::Keyring { .. }
        | Command::Words(_)
        | Command::Rotate(_)
        | Command::Doctor(_)
        | Command::Completions { .. }
        | Command::Man { .. } => Ok(ExitCode::SUCCESS),
    };
    session.close(result).await
}
