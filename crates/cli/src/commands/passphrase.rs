//! `passerby passphrase`: a new passphrase, for one who knows the old one or has the 24 words.

use std::process::ExitCode;

use passerby_wallet::passphrase::Strength;
use passerby_wallet::{RecoverySecret, WayIn};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::arguments::{ChangePassphrase, Global};
use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;
use crate::{passphrase, place, stretching, words};

/// What the person comes with.
enum Proof {
    Passphrase(SecretString),
    Words(RecoverySecret),
}

impl Proof {
    fn ask(global: &Global, change: &ChangePassphrase) -> Result<Self, Failure> {
        let file = global.passphrase_file.as_deref();
        if change.words {
            words::ask().map(|words| Self::Words(words.secret()))
        } else {
            passphrase::ask_for("The passphrase you have now:", file).map(Self::Passphrase)
        }
    }

    const fn way(&self) -> WayIn<'_> {
        match self {
            Self::Passphrase(passphrase) => WayIn::Passphrase(passphrase),
            Self::Words(secret) => WayIn::Words(secret),
        }
    }

    fn is(&self, new: &SecretString) -> bool {
        matches!(self, Self::Passphrase(old) if old.expose_secret() == new.expose_secret())
    }
}

pub async fn run(global: &Global, change: &ChangePassphrase, output: Output) -> Result<ExitCode, Failure> {
    let path = place::find_vault(global.vault.clone())?;
    let proof = Proof::ask(global, change)?;
    let mut session = Session::open_by(&path, proof.way()).await?;
    let result = exchange(&mut session, &proof, change, output).await;
    session.close(result).await
}

async fn exchange(
    session: &mut Session,
    proof: &Proof,
    change: &ChangePassphrase,
    output: Output,
) -> Result<ExitCode, Failure> {
    let new = passphrase::ask_for_new(
        "The new passphrase. Nobody can reset it:",
        "Nothing was changed.",
        change.new_passphrase_file.as_deref(),
    )?;
    if proof.is(&new) {
        return Err(Failure::failed(
            "passphrase-same",
            "That is the passphrase it has already. Nothing was changed.",
        ));
    }
    if !output.is_json() {
        Output::remark("Changing it takes a few seconds.");
    }
    let stretching = stretching::choose(change.stretching)?;
    let Session { wallet, rng } = session;
    wallet.change_passphrase(proof.way(), &new, stretching, rng).await?;
    let strength = Strength::of(new.expose_secret());
    output.object(&json!({ "passphrase": passphrase::word(strength) }));
    if change.new_passphrase_file.is_some() {
        output.line(strength.sentence());
    }
    output.line("Your passphrase is changed. The old one does not open this vault any more.");
    output.line("Older copies of the file and older backups still open with the old one.");
    output.line("If somebody else may know the old one, make a new key too: passerby rotate");
    Ok(ExitCode::SUCCESS)
}
