//! `passerby restore`: the wallet, anew from its backup, or from the 24 words alone.

use std::process::ExitCode;
use std::sync::Arc;

use passerby_protocol::time::{Clock as _, Timestamp};
use passerby_wallet::computer::accept_restored;
use passerby_wallet::{Occupied, RecoverySecret, RestoreError, SystemClock, VaultError, Wallet, WayIn};
use secrecy::SecretString;
use serde_json::json;

use crate::arguments::{Global, Restore, Stretching};
use crate::failure::Failure;
use crate::moment::{minute, rfc3339};
use crate::output::Output;
use crate::session::make_rng;
use crate::{passphrase, place, stretching, words};

pub async fn run(global: &Global, restore: Restore, output: Output) -> Result<ExitCode, Failure> {
    let Some(file) = &restore.file else {
        return if restore.words {
            from_words(global, restore.stretching, output).await
        } else {
            Err(Failure::usage(
                "Say which backup: passerby restore FILE. Without one, from your 24 words: passerby restore --words.",
            ))
        };
    };
    let path = place::find_vault(global.vault.clone())?;
    // Before anybody types 24 words for nothing.
    if !file.exists() {
        return Err(RestoreError::Absent.into());
    }
    if path.exists() && !restore.replace {
        return Err(Failure::vault(
            "vault-exists",
            "There is a vault already. Say another place with --vault, or add --replace: then the one that is there is \
             kept beside the restored one.",
        ));
    }
    let clock = Arc::new(SystemClock);
    let occupied =
        if restore.replace { Occupied::SetAside { now: clock.now().seconds() } } else { Occupied::Refuse };
    let secret = Secret::ask(global, restore.words)?;
    let rng = &mut make_rng()?;
    let restored = Wallet::restore(file, &path, secret.way(), occupied, clock, rng).await;
    let (wallet, restored) = restored?;
    let newer_known = accept_restored(&wallet).await;
    wallet.lock().await?;

    let made = Timestamp::from_seconds(restored.made);
    output.object(&json!({
        "vault": path.to_string_lossy(),
        "made": rfc3339(made),
        "records": restored.records,
        "set_aside": restored.set_aside.as_ref().map(|place| place.to_string_lossy()),
        "newer_known": newer_known,
    }));
    output.line(&format!(
        "Your wallet is back: {} records, from a backup of {}.",
        restored.records,
        minute(made)
    ));
    output.line(&format!("It is here: {}", path.display()));
    if let Some(place) = &restored.set_aside {
        output.line(&format!("The vault that was there is kept: {}", place.display()));
    }
    output.line("What you changed after that moment is not in it.");
    if newer_known {
        output.line(
            "This computer's keyring remembered a later state. It takes this one for your vault now; to let it open: passerby \
             keyring on",
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// A new vault for the person whose words these are.
async fn from_words(global: &Global, stretching: Stretching, output: Output) -> Result<ExitCode, Failure> {
    let path = place::find_vault(global.vault.clone())?;
    if path.exists() {
        return Err(VaultError::Exists.into());
    }
    let words = words::ask()?;
    let passphrase = passphrase::ask_for_new(
        "Choose a passphrase for this computer; it may be another than before. Nobody can reset it:",
        "Nothing was made.",
        global.passphrase_file.as_deref(),
    )?;
    let stretching = stretching::choose(stretching)?;
    let (clock, rng) = (Arc::new(SystemClock), &mut make_rng()?);
    let wallet = Wallet::restore_from_words(&path, &words, &passphrase, stretching, clock, rng).await?;
    wallet.lock().await?;
    output.object(&json!({ "vault": path.to_string_lossy(), "restored": "words" }));
    output.line(&format!("Your names in shops are back: {}", path.display()));
    output.line(
        "What you gave to a shop comes back when you meet it again, from the relay server that carried it.",
    );
    output
        .line("Your details are not back. Should you find a backup: passerby restore FILE --words --replace");
    output.line(
        "Else type them again: passerby set name, passerby set email, passerby set address.street_address ..",
    );
    Ok(ExitCode::SUCCESS)
}

/// What the person opens the backup with.
enum Secret {
    Passphrase(SecretString),
    Words(RecoverySecret),
}

impl Secret {
    fn ask(global: &Global, by_words: bool) -> Result<Self, Failure> {
        if !by_words {
            return passphrase::ask(global.passphrase_file.as_deref()).map(Self::Passphrase);
        }
        words::ask().map(|words| Self::Words(words.secret()))
    }

    fn way(&self) -> WayIn<'_> {
        match self {
            Self::Passphrase(passphrase) => WayIn::Passphrase(passphrase),
            Self::Words(secret) => WayIn::Words(secret),
        }
    }
}
