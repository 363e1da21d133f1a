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
    ask_for("Passphrase:", file)
}

/// The same, in other words.
pub fn ask_for(question: &str, file: Option<&Path>) -> Result<SecretString, Failure> {
    match file {
        Some(file) => read(file),
        None => from_terminal(question),
    }
}

/// The same once more, before something sensitive goes.
pub fn ask_again(file: Option<&Path>) -> Result<SecretString, Failure> {
    ask_for("To send this, type your passphrase:", file)
}

/// A new passphrase: asked twice, and its strength told plainly. `nothing` is what to say when none is chosen.
pub fn ask_for_new(question: &str, nothing: &str, file: Option<&Path>) -> Result<SecretString, Failure> {
    if let Some(file) = file {
        return read(file);
    }
    let passphrase = from_terminal(question)?;
    let strength = Strength::of(passphrase.expose_secret());
    Output::remark(strength.sentence());
    if strength == Strength::TooShort {
        return Err(Failure::failed("passphrase-too-short", nothing));
    }
    let again = from_terminal("The same again:")?;
    if passphrase.expose_secret() == again.expose_secret() {
        Ok(passphrase)
    } else {
        let message = format!("The two passphrases are not the same. {nothing}");
        Err(Failure::failed("passphrases-differ", message))
    }
}

/// How strong a passphrase is, for machines.
pub const fn word(strength: Strength) -> &'static str {
    match strength {
        Strength::TooShort => "too-short",
        Strength::Weak => "weak",
        Strength::Fair => "fair",
        Strength::Good => "good",
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
