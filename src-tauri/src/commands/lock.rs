//! Opening and closing, and the ways out for one who forgot the passphrase.

use passerby_wallet::{RecoveryWords, VaultError, Wallet, WayIn, computer};
use secrecy::ExposeSecret as _;
use tauri::State;

use super::Answered;
use crate::auto_lock::AutoLock;
use crate::shell::Shell;
use crate::typed::Typed;

/// Opens the wallet with its passphrase.
#[tauri::command]
#[specta::specta]
pub async fn lock_unlock(shell: State<'_, Shell>, passphrase: Typed) -> Answered<()> {
    shell.unlock(&passphrase.secret()).await
}

/// Opens the wallet with the system's keyring.
#[tauri::command]
#[specta::specta]
pub async fn lock_unlock_by_system(shell: State<'_, Shell>) -> Answered<()> {
    shell.unlock_by_keyring().await
}

/// Locks it.
#[tauri::command]
#[specta::specta]
pub async fn lock_lock(shell: State<'_, Shell>) -> Answered<()> {
    shell.lock().await;
    Ok(())
}

/// The person touched the window: told at most every ten seconds, for systems that do not say it themselves.
#[tauri::command]
#[specta::specta]
pub fn lock_touched(shell: State<'_, Shell>, lock: State<'_, AutoLock>) {
    lock.touch(shell.clock().now());
}

/// For one who forgot the passphrase and has the words: opens the wallet with them and gives it a new passphrase.
#[tauri::command]
#[specta::specta]
pub async fn lock_new_passphrase(shell: State<'_, Shell>, words: Typed, passphrase: Typed) -> Answered<()> {
    let words = RecoveryWords::parse(words.secret().expose_secret())?.secret();
    let passphrase = passphrase.secret();
    let way = WayIn::Words(&words);
    let _door = shell.stand_at_the_door().await;
    let wallet = Wallet::open(&shell.places().vault, way, shell.clock()).await?;
    let changed = async {
        let stretching = computer::calibrate().map_err(VaultError::from)?;
        wallet.change_passphrase(way, &passphrase, stretching, &mut shell.rng()?).await?;
        Ok(())
    };
    match changed.await {
        Ok(()) => shell.take(wallet).await,
        Err(error) => {
            wallet.lock().await?;
            Err(error)
        }
    }
}
