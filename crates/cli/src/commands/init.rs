//! `passerby init`: a new vault.

use std::process::ExitCode;
use std::sync::Arc;

use passerby_wallet::passphrase::Strength;
use passerby_wallet::{SystemClock, VaultError, Wallet};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::arguments::{Global, Stretching};
use crate::failure::Failure;
use crate::output::Output;
use crate::session::make_rng;
use crate::{passphrase, place, stretching};

pub async fn run(global: &Global, stretching: Stretching, output: Output) -> Result<ExitCode, Failure> {
    let path = place::find_vault(global.vault.clone())?;
    // Before a passphrase is thought up for nothing.
    if path.exists() {
        return Err(VaultError::Exists.into());
    }
    let passphrase = passphrase::ask_for_new(
        "Choose a passphrase. It locks your data on this computer; nobody can reset it:",
        "Nothing was made.",
        global.passphrase_file.as_deref(),
    )?;
    let strength = Strength::of(passphrase.expose_secret());
    let stretching = stretching::choose(stretching)?;
    let clock = Arc::new(SystemClock);
    let wallet = Wallet::create(&path, &passphrase, stretching, clock, &mut make_rng()?).await?;
    wallet.lock().await?;
    output.object(&json!({ "vault": path.to_string_lossy(), "passphrase": passphrase::word(strength) }));
    output.line(&format!("Your vault is made: {}", path.display()));
    if global.passphrase_file.is_some() {
        output.line(strength.sentence());
    }
    output
        .line("Nobody can reset the passphrase, and you have no spare key yet, which is 24 words on paper.");
    output.line("To write it down: passerby words");
    output.line("A backup after each change, on a stick or another disk: passerby backup --automatic FOLDER");
    output.line("How it is at any time: passerby doctor    To open it without typing: passerby keyring on");
    output.line("Next: passerby set name, passerby set email, passerby set address.street_address ..");
    Ok(ExitCode::SUCCESS)
}
