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
    let passphrase = passphrase::ask_for_new(global.passphrase_file.as_deref())?;
    let strength = Strength::of(passphrase.expose_secret());
    let stretching = stretching::choose(stretching)?;
    let clock = Arc::new(SystemClock);
    let wallet = Wallet::create(&path, &passphrase, stretching, clock, &mut make_rng()?).await?;
    wallet.lock().await?;
    output.object(&json!({ "vault": path.to_string_lossy(), "passphrase": strength_word(strength) }));
    output.line(&format!("Your vault is made: {}", path.display()));
    if global.passphrase_file.is_some() {
        output.line(strength.sentence());
    }
    output.line("Whoever forgets the passphrase cannot open it: there is no spare key yet.");
    output.line("Next: passerby set name, passerby set email, passerby set address.street_address ..");
    Ok(ExitCode::SUCCESS)
}

const fn strength_word(strength: Strength) -> &'static str {
    match strength {
        Strength::TooShort => "too-short",
        Strength::Weak => "weak",
        Strength::Fair => "fair",
        Strength::Good => "good",
    }
}
