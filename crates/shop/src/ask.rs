//! Questions to the person at the terminal. Without a terminal nothing waits for an answer that cannot come.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use passerby_shop::keys_folder::read_text;
use passerby_shop::passphrase::Passphrase;
use zeroize::Zeroizing;

use crate::ending::Failure;

/// The passphrase of the root key, from a file or from the terminal.
pub(crate) fn ask_passphrase(file: Option<&Path>) -> Result<Passphrase, Failure> {
    match file {
        Some(file) => read_passphrase(file),
        None => Ok(Passphrase::parse(prompt("Passphrase of the root key: ")?)?),
    }
}

/// A passphrase for new root keys: typed twice, or from a file.
pub(crate) fn ask_new_passphrase(file: Option<&Path>) -> Result<Passphrase, Failure> {
    if let Some(file) = file {
        return read_passphrase(file);
    }
    let first = Passphrase::parse(prompt(
        "A passphrase for the root keys (8 characters or more; four random words are good): ",
    )?)?;
    let again = Passphrase::parse(prompt("The same again: ")?)?;
    if first == again {
        Ok(first)
    } else {
        Err(anyhow::anyhow!("the two passphrases differ: nothing was made").into())
    }
}

fn read_passphrase(file: &Path) -> Result<Passphrase, Failure> {
    Ok(Passphrase::parse(read_text(file)?)
        .with_context(|| format!("the passphrase in {}", file.display()))?)
}

fn prompt(question: &str) -> anyhow::Result<Zeroizing<String>> {
    if !io::stdin().is_terminal() {
        bail!("there is no terminal to ask for the passphrase: give --passphrase-file FILE");
    }
    rpassword::prompt_password(question)
        .map(Zeroizing::new)
        .context("tried to ask for the passphrase on the terminal")
}

/// Asks for a whole `yes` on the terminal.
pub(crate) fn ask_yes(question: &str) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage(
            "there is no terminal to ask on: look at the changes above, then run it again with --yes".into(),
        ));
    }
    eprint!("{question} Type yes: ");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).context("tried to read the answer from the terminal")?;
    Ok(answer.trim() == "yes")
}
