//! `passerby keyring`: whether this computer's keyring opens the vault without a passphrase.

use std::process::ExitCode;

use passerby_wallet::computer::keyring;
use passerby_wallet::{Keyring as _, Opens, SystemKeyring, VaultError};
use serde_json::json;

use crate::arguments::{Global, KeyringWish};
use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;
use crate::{passphrase, place};

pub async fn run(global: &Global, wish: KeyringWish, output: Output) -> Result<ExitCode, Failure> {
    match wish {
        KeyringWish::On => on(global, output).await,
        KeyringWish::Off => {
            let session = Session::open(global).await?;
            let result = off(&session, output).await;
            session.close(result).await
        }
        KeyringWish::Status => {
            let session = Session::open(global).await?;
            let result = status(&session, output).await;
            session.close(result).await
        }
    }
}

async fn on(global: &Global, output: Output) -> Result<ExitCode, Failure> {
    let path = place::find_vault(global.vault.clone())?;
    // The passphrase, even where the keyring opens already: a new way in is the person's decision.
    let passphrase = passphrase::ask(global.passphrase_file.as_deref())?;
    let mut session = Session::open_by(&path, (&passphrase).into()).await?;
    let Session { wallet, rng } = &mut session;
    let let_in = wallet.let_keyring_in((&passphrase).into(), &keyring(), rng).await;
    let result = let_in.map_err(|error| match error {
        VaultError::Keyring(trouble) => Failure::failed(
            "keyring",
            format!(
                "The keyring cannot be used: {trouble}. Nothing was changed; your passphrase opens the vault."
            ),
        ),
        other => other.into(),
    });
    session.close(result).await?;
    output.object(&json!({ "keyring": "on", "store": SystemKeyring.store() }));
    output.line(
        "From now on this computer's keyring opens your vault without asking, while you are logged in.",
    );
    output.line(
        "That protects a computer that is switched off, and against its other users. It does not protect",
    );
    output.line("against programs that run as you, nor against whoever sits at your unlocked screen.");
    output.line("Your passphrase opens the vault as before. Do not forget it: keyrings forget.");
    Ok(ExitCode::SUCCESS)
}

async fn off(session: &Session, output: Output) -> Result<ExitCode, Failure> {
    let ways = session.wallet.ways_in().await.map_err(VaultError::from)?;
    if !ways.iter().any(|way| matches!(way.opens, Opens::Keyring(_))) {
        output.object(&json!({ "keyring": "off", "forgot": true }));
        output.line("No keyring opens this vault. Nothing was changed.");
        return Ok(ExitCode::SUCCESS);
    }
    let forgot = session.wallet.shut_keyrings_out(&keyring()).await?;
    output.object(&json!({ "keyring": "off", "forgot": forgot }));
    output.line("No keyring opens this vault any more. Your passphrase does.");
    if !forgot {
        output.line(
            "The keyring could not be told to forget its key. That key opens only older copies of the file;",
        );
        output.line("to make it useless for good: passerby rotate");
    }
    Ok(ExitCode::SUCCESS)
}

async fn status(session: &Session, output: Output) -> Result<ExitCode, Failure> {
    let ways = session.wallet.ways_in().await.map_err(VaultError::from)?;
    let store = ways.iter().find_map(|way| match &way.opens {
        Opens::Keyring(store) => Some(store.clone()),
        _ => None,
    });
    let Some(store) = store else {
        output.object(&json!({ "keyring": "off" }));
        output.line("No keyring opens this vault; you are asked for your passphrase each time.");
        output.line("To change that on this computer: passerby keyring on");
        return Ok(ExitCode::SUCCESS);
    };
    let opens = match session.wallet.check_way(&keyring()).await {
        Ok(()) => None,
        Err(VaultError::Keyring(trouble)) => Some(trouble.to_string()),
        Err(error) => return Err(error.into()),
    };
    output.object(&json!({ "keyring": "on", "store": store, "opens": opens.is_none(), "trouble": opens }));
    match opens {
        None => output.line(&format!("This computer's keyring ({store}) opens your vault without asking.")),
        Some(trouble) => {
            output.line(&format!("A keyring ({store}) may open your vault, but not now: {trouble}."));
            output.line(
                "Your passphrase opens it. To let this computer's keyring in anew: passerby keyring on",
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}
