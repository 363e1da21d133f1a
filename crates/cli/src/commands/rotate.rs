//! `passerby rotate`: a new vault key.

use std::process::ExitCode;

use passerby_wallet::computer::keyring;
use passerby_wallet::{Damaged, RenewError, RotateError};
use serde_json::json;

use crate::arguments::{Global, Rotate};
use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;
use crate::{passphrase, place, prompt};

pub async fn run(global: &Global, rotate: Rotate, output: Output) -> Result<ExitCode, Failure> {
    let path = place::find_vault(global.vault.clone())?;
    if !rotate.yes && (output.is_json() || !prompt::is_somebody_there()) {
        return Err(Failure::usage(
            "There is nobody to ask: add --yes to make a new key. Nothing was changed.",
        ));
    }
    // Every way in is made anew, so the passphrase itself is needed.
    let passphrase = passphrase::ask(global.passphrase_file.as_deref())?;
    let session = Session::open_by(&path, (&passphrase).into()).await?;
    output.line("Everything in your vault is sealed anew with a new key, and what was deleted from it is gone for good.");
    output.line("Your passphrase and your 24 words stay. Older copies of the file and older backups stay as they are too:");
    output.line("they open with what opened them then. Delete those that others may have.");
    if !rotate.yes && prompt::ask("Make a new key? Type yes (Enter changes nothing):")?.trim() != "yes" {
        let nothing = || output.line("Nothing was changed.");
        return session.close(Ok(ExitCode::SUCCESS)).await.inspect(|_| nothing());
    }
    if !output.is_json() {
        Output::remark(
            "Sealing. Should this be interrupted, your vault is as it was, or finished; never between.",
        );
    }
    let damaged = if rotate.leave_damaged { Damaged::LeaveBehind } else { Damaged::Refuse };
    let Session { wallet, mut rng } = session;
    let (wallet, done) = wallet.renew_key(&passphrase, &keyring(), damaged, &mut rng).await?;
    Session { wallet, rng }.close(Ok(())).await?;

    output.object(&json!({
        "records": done.records,
        "left_behind": done.left_behind,
        "compacted": done.compacted,
        "keyring_forgot": done.keyring_forgot,
    }));
    output.line(&format!("Done. {} records are sealed with a new key.", done.records));
    if done.left_behind > 0 {
        output.line(&format!("{} damaged records were left behind and are gone.", done.left_behind));
    }
    if !done.compacted {
        output.line(
            "There was no room to write the file anew; what it still holds of before opens for nobody.",
        );
    }
    if !done.keyring_forgot {
        output.line("The keyring could not be told to forget the old key. That key opens only older copies of the file.");
    }
    Ok(ExitCode::SUCCESS)
}

impl From<RenewError> for Failure {
    fn from(error: RenewError) -> Self {
        let (code, message) = match error {
            RenewError::Change(error) => return error.into(),
            RenewError::Rotate(RotateError::Vault(error)) => return error.into(),
            RenewError::Rotate(RotateError::Damaged { count }) => (
                "vault-damaged",
                format!(
                    "{count} damaged records would be lost. Look first: passerby doctor. To go on without them: \
                     passerby rotate --leave-damaged."
                ),
            ),
            RenewError::Rotate(RotateError::KeyringElsewhere(trouble)) => (
                "keyring-elsewhere",
                format!(
                    "A keyring that does not answer here may open this vault too ({trouble}). Take it out first: \
                     passerby keyring off."
                ),
            ),
            RenewError::Rotate(RotateError::UnknownSlot) => (
                "vault-newer",
                "A newer program has added a way into this vault, and only that program can keep it."
                    .to_owned(),
            ),
            RenewError::Rotate(RotateError::NotWhole { found }) => (
                "vault-not-whole",
                format!("Something is wrong with this vault: {found}. See: passerby doctor."),
            ),
            other => ("vault", format!("{other}.")),
        };
        Self::failed(code, format!("{message} Nothing was changed."))
    }
}
