//! Where the passphrase comes from: a file, or the person.

use std::fs;
use std::path::Path;

use passerby_wallet::passphrase::Strength;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::output::Output;
use crate::prompt;

/// The passphrase of an existing vault.
pub fn ask(file: Option<&Path>) -> Result<SecretString, Failure> {
    match file {
        Some(file) => read(file),
        None => from_terminal("Passphrase:"),
    }
}

/// The same once more, before something sensitive goes.
pub fn ask_again(file: Option<&Path>) -> Result<SecretString, Failure> {
    match file {
        Some(file) => read(file),
        None => from_terminal("To send this, type your passphrase:"),
    }
}

/// The passphrase of a new vault: asked twice, and its strength told plainly.
pub fn ask_for_new(file: Option<&Path>) -> Result<SecretString, Failure> {
    if let Some(file) = file {
        return read(file);
    }
    let passphrase =
        from_terminal("Choose a passphrase. It locks your data on this computer; nobody can reset it:")?;
    let strength = Strength::of(passphrase.expose_secret());
    Output::remark(strength.sentence());
    if strength == Strength::TooShort {
        return Err(Failure::failed("passphrase-too-short", "Nothing was made."));
    }
    let again = from_terminal("The same again:")?;
    if passphrase.expose_secret() == again.expose_secret() {
        Ok(passphrase)
    } else {
        Err(Failure::failed("passphrases-differ", "The two passphrases are not the same. Nothing was made."))
    }
}

fn from_terminal(question: &str) -> Result<SecretString, Failure> {
    if !prompt::is_somebody_there() {
        return Err(Failure::vault(
            "no-terminal",
            "The passphrase is asked for on a terminal, and there is none. In scripts, use --passphrase-file.",
        ));
    }
    let typed = rpassword::prompt_password(format!("{question} "));
    typed
        .map(SecretString::from)
        .map_err(|_| Failure::vault("no-terminal", "The passphrase could not be read."))
}

fn read(file: &Path) -> Result<SecretString, Failure> {
    let text = fs::read_to_string(file).map(Zeroizing::new);
    let text = text.map_err(|error| {
        let message = format!("The passphrase file could not be read: {}.", error.kind());
        Failure::vault("passphrase-file", message)
    })?;
    Ok(SecretString::from(text.lines().next().unwrap_or_default()))
}
