//! What a person sets, what the system can do here, and the care of the wallet: passphrase, keyring, backups, the end.

use passerby_wallet::computer::keyring;
use passerby_wallet::{AutomaticBackup, Wallet};
use passerby_wallet::{DamagedRecords, KeyringError, VaultError, WayIn, computer};
use serde::Serialize;
use specta::Type;
use tauri::State;

use super::Answered;
use crate::desktop::FileKind;
use crate::settings::{Settings, SettingsChange};
use crate::shell::Shell;
use crate::typed::Typed;
use crate::views::moment::Moment;

/// What is set, and what the system can do.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
    /// What is set.
    #[serde(flatten)]
    pub settings: Settings,
    /// The browsers that are installed.
    pub browsers: Vec<String>,
    /// Whether the system keeps windows out of screenshots.
    pub screen_protection: ScreenProtection,
    /// What the keyring does for this wallet.
    pub keyring: KeyringState,
    /// The relay servers that carried something.
    pub relays: Vec<String>,
    /// Where backups go by themselves.
    pub backups: Option<BackupView>,
    /// The program's version.
    pub version: String,
    /// Where the wallet's file is.
    pub vault: String,
}

/// Whether the system keeps windows out of screenshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum ScreenProtection {
    /// It does.
    Works,
    /// It does not.
    NotHere,
}

/// What the keyring does for this wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum KeyringState {
    /// It opens it.
    Opens,
    /// It should, and has forgotten, or there is none.
    Missing,
    /// It is locked itself.
    Locked,
    /// It has no part in it.
    Off,
}

/// Backups that are written by themselves.
#[derive(Debug, Clone, Serialize, Type)]
pub struct BackupView {
    /// The file.
    pub file: String,
    /// Since when it could not be written.
    pub failing: Option<Moment>,
}

/// What is set, and what the system can do here.
#[tauri::command]
#[specta::specta]
pub async fn settings_view(shell: State<'_, Shell>) -> Answered<SettingsView> {
    view(&shell).await
}

/// Sets what is named.
#[tauri::command]
#[specta::specta]
pub async fn settings_change(shell: State<'_, Shell>, change: SettingsChange) -> Answered<SettingsView> {
    let before = shell.settings();
    let desktop = shell.desktop();
    // A browser that is not installed is nobody's wish.
    let browser = change.browser.filter(|name| name.is_empty() || desktop.browsers().contains(name));
    let wanted = before.clone().with(SettingsChange { browser, ..change });
    if wanted.autostart != before.autostart {
        desktop.start_with_session(wanted.autostart)?;
    }
    if wanted.tray != before.tray {
        desktop.show_tray(wanted.tray);
    }
    desktop.speak(wanted.language);
    shell.set(wanted)?;
    view(&shell).await
}

/// Puts a new passphrase in the place of the old one.
#[tauri::command]
#[specta::specta]
pub async fn settings_change_passphrase(shell: State<'_, Shell>, now: Typed, next: Typed) -> Answered<()> {
    let open = shell.open().await?;
    let (now, next) = (now.secret(), next.secret());
    open.wallet().check_way(&now).await?;
    let stretching = computer::calibrate().map_err(VaultError::from)?;
    let wallet = open.wallet();
    wallet.change_passphrase(WayIn::Passphrase(&now), &next, stretching, &mut shell.rng()?).await?;
    Ok(())
}

/// Lets this computer's keyring open the wallet, or no longer.
#[tauri::command]
#[specta::specta]
pub async fn settings_keyring(
    shell: State<'_, Shell>,
    on: bool,
    passphrase: Typed,
) -> Answered<SettingsView> {
    let open = shell.open().await?;
    let passphrase = passphrase.secret();
    if on {
        let way = WayIn::Passphrase(&passphrase);
        open.wallet().let_keyring_in(way, &keyring(), &mut shell.rng()?).await?;
    } else {
        open.wallet().check_way(&passphrase).await?;
        open.wallet().shut_keyrings_out(&keyring()).await?;
    }
    drop(open);
    view(&shell).await
}

/// Asks for a place and writes a backup there, for one who knows the passphrase. False when the person closed the dialog.
#[tauri::command]
#[specta::specta]
pub async fn settings_make_backup(shell: State<'_, Shell>, passphrase: Typed) -> Answered<bool> {
    let open = shell.open().await?;
    open.wallet().check_way(&passphrase.secret()).await?;
    let name = passerby_wallet::backup::FILE_NAME;
    let place = tokio::task::block_in_place(|| shell.desktop().place_file(FileKind::Backup, name));
    let Some(file) = place else { return Ok(false) };
    open.wallet().back_up(&file, DamagedRecords::Refuse, &mut shell.rng()?).await?;
    Ok(true)
}

/// Asks for a folder and writes a backup there after each change from now on. False when the person closed the dialog.
#[tauri::command]
#[specta::specta]
pub async fn settings_start_backups(shell: State<'_, Shell>) -> Answered<bool> {
    let open = shell.open().await?;
    let Some(folder) = tokio::task::block_in_place(|| shell.desktop().pick_folder()) else {
        return Ok(false);
    };
    open.wallet().start_backups(&folder, &mut shell.rng()?).await?;
    Ok(true)
}

/// No more backups by themselves. Those that are there stay.
#[tauri::command]
#[specta::specta]
pub async fn settings_stop_backups(shell: State<'_, Shell>) -> Answered<()> {
    shell.open().await?.wallet().stop_backups().await?;
    Ok(())
}

/// Forgets everything on this computer: the wallet's file and the settings, for one who knows the passphrase.
#[tauri::command]
#[specta::specta]
pub async fn settings_reset(shell: State<'_, Shell>, passphrase: Typed) -> Answered<()> {
    {
        let open = shell.open().await?;
        open.wallet().check_way(&passphrase.secret()).await?;
        // The keyring's part first: without the file nobody knows any more what to take out.
        open.wallet().shut_keyrings_out(&keyring()).await?;
    }
    shell.lock().await;
    Wallet::forget(&shell.places().vault)?;
    shell.set(Settings::usual())
}

async fn view(shell: &Shell) -> Answered<SettingsView> {
    let open = shell.open().await?;
    let wallet = open.wallet();
    let backups = wallet.automatic_backup().await?.map(|AutomaticBackup { file, failing }| BackupView {
        file: file.display().to_string(),
        failing: failing.map(|(since, _)| since.into()),
    });
    let mut relays: Vec<_> =
        wallet.shops().await?.into_iter().flat_map(|shop| shop.grants).map(|grant| grant.relay).collect();
    relays.sort();
    relays.dedup();
    let protects = shell.desktop().protect_screen(false);
    Ok(SettingsView {
        settings: shell.settings(),
        browsers: shell.desktop().browsers(),
        screen_protection: if protects { ScreenProtection::Works } else { ScreenProtection::NotHere },
        keyring: keyring_state(wallet).await?,
        relays,
        backups,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        vault: shell.places().vault.display().to_string(),
    })
}

async fn keyring_state(wallet: &Wallet) -> Answered<KeyringState> {
    if !computer::has_keyring(wallet).await.map_err(VaultError::from)? {
        return Ok(KeyringState::Off);
    }
    Ok(match wallet.check_way(&keyring()).await {
        Ok(()) => KeyringState::Opens,
        Err(VaultError::Keyring(KeyringError::Locked)) => KeyringState::Locked,
        Err(_) => KeyringState::Missing,
    })
}
