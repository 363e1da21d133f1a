//! `passerby restore`: the wallet, anew from its backup.

use std::process::ExitCode;
use std::sync::Arc;

use passerby_protocol::time::{Clock as _, Timestamp};
use passerby_wallet::{Occupied, RecoverySecret, SystemClock, Wallet, WayIn};
use secrecy::SecretString;
use serde_json::json;

use crate::arguments::{Global, Restore};
use crate::failure::Failure;
use crate::moment::{minute, rfc3339};
use crate::output::Output;
use crate::session::make_rng;
use crate::{passphrase, place, words};

pub async fn run(global: &Global, restore: Restore, output: Output) -> Result<ExitCode, Failure> {
    let path = place::find_vault(global.vault.clone())?;
    // Before anybody types 24 words for nothing.
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
    let restored = Wallet::restore(&restore.file, &path, secret.way(), occupied, clock, rng).await;
    let (wallet, restored) = restored?;
    wallet.lock().await?;

    let made = Timestamp::from_seconds(restored.made);
    output.object(&json!({
        "vault": path.to_string_lossy(),
        "made": rfc3339(made),
        "records": restored.records,
        "set_aside": restored.set_aside.as_ref().map(|place| place.to_string_lossy()),
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
        words::ask().map(Self::Words)
    }

    fn way(&self) -> WayIn<'_> {
        match self {
            Self::Passphrase(passphrase) => WayIn::Passphrase(passphrase),
            Self::Words(secret) => WayIn::Words(secret),
        }
    }
}
