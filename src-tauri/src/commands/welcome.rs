//! A new wallet, or one that comes back from a backup or the words.

use std::sync::Arc;

use passerby_wallet::passphrase::Strength;
use passerby_wallet::{Occupied, RecoveryWords, VaultError, Wallet, WayIn, computer};
use secrecy::ExposeSecret as _;
use tauri::State;

use super::Answered;
use crate::command_error::CommandError;
use crate::desktop::FileKind;
use crate::shell::Shell;
use crate::typed::Typed;
use crate::views::start::StrengthView;

/// Four words that nobody guesses.
#[tauri::command]
#[specta::specta]
pub fn welcome_suggest_passphrase(shell: State<'_, Shell>) -> Answered<String> {
    Ok(passerby_wallet::passphrase::suggest(&mut shell.rng()?).to_string())
}

/// How strong a passphrase looks.
#[tauri::command]
#[specta::specta]
pub async fn welcome_weigh_passphrase(passphrase: Typed) -> Answered<StrengthView> {
    let strength = Strength::of(passphrase.secret().expose_secret());
    Ok(StrengthView { score: strength.score(), accepted: strength.is_accepted() })
}

/// Makes a wallet, and leaves it open.
#[tauri::command]
#[specta::specta]
pub async fn welcome_create(shell: State<'_, Shell>, passphrase: Typed) -> Answered<()> {
    let passphrase = passphrase.secret();
    let stretching = computer::calibrate().map_err(VaultError::from)?;
    let path = &shell.places().vault;
    let _door = shell.stand_at_the_door().await;
    let wallet = Wallet::create(path, &passphrase, stretching, shell.clock(), &mut shell.rng()?).await?;
    shell.take(wallet).await
}

/// Makes a wallet for the person whose words these are, and leaves it open.
#[tauri::command]
#[specta::specta]
pub async fn welcome_restore_words(shell: State<'_, Shell>, words: Typed, passphrase: Typed) -> Answered<()> {
    let words = RecoveryWords::parse(words.secret().expose_secret())?;
    let passphrase = passphrase.secret();
    let stretching = computer::calibrate().map_err(VaultError::from)?;
    let (path, rng) = (&shell.places().vault, &mut shell.rng()?);
    let _door = shell.stand_at_the_door().await;
    let wallet =
        Wallet::restore_from_words(path, &words, &passphrase, stretching, shell.clock(), rng).await?;
    shell.take(wallet).await
}

/// Asks for a backup and brings the wallet back from it. A wallet that is there is kept beside it. False when the person closed
/// the dialog.
#[tauri::command]
#[specta::specta]
pub async fn welcome_restore_backup(shell: State<'_, Shell>, secret: Typed) -> Answered<bool> {
    let Some(file) = tokio::task::block_in_place(|| shell.desktop().pick_file(FileKind::Backup)) else {
        return Ok(false);
    };
    let secret = secret.secret();
    // 24 words open a backup as its passphrase does. Nobody's passphrase reads as 24 words of the list by accident.
    let words = RecoveryWords::parse(secret.expose_secret()).ok().map(|words| words.secret());
    let way = words.as_ref().map_or(WayIn::Passphrase(&secret), WayIn::Words);
    restore(&shell, &file, way).await?;
    Ok(true)
}

async fn restore(shell: &Shell, file: &std::path::Path, way: WayIn<'_>) -> Answered<()> {
    let _door = shell.stand_at_the_door().await;
    if shell.is_open().await {
        return Err(CommandError::new("wallet-open", "Lock your wallet first."));
    }
    let clock = shell.clock();
    let occupied = Occupied::SetAside { now: clock.now().seconds() };
    let path = &shell.places().vault;
    let (wallet, _restored) =
        Wallet::restore(file, path, way, occupied, Arc::clone(&clock), &mut shell.rng()?).await?;
    computer::accept_restored(&wallet).await;
    shell.take(wallet).await
}
