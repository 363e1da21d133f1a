//! The first question: is there a wallet, is it open, does a shop wait?

use passerby_wallet::{Opens, StorageError, VaultError, Wallet};
use tauri::State;

use super::Answered;
use crate::shell::Shell;
use crate::views::start::{StartSettings, StartTrouble, StartView, WalletState};
use crate::waiting_links::is_link;

/// What the window opens on.
#[tauri::command]
#[specta::specta]
pub async fn start(shell: State<'_, Shell>) -> Answered<StartView> {
    let mut view = look(&shell).await?;
    if view.wallet != WalletState::Open && !view.sent_by_shop {
        view.sent_by_shop = shell.desktop().clipboard_text().is_some_and(|text| is_link(&text));
    }
    Ok(view)
}

/// The same before the window is there, where it can be known without the clipboard: whoever put something there is asked for
/// it, and may take their time.
pub async fn find_first(shell: &Shell) -> Option<StartView> {
    let view = look(shell).await.ok()?;
    // A first visit begins with other words when a shop's link is in the clipboard.
    (view.wallet != WalletState::None || view.sent_by_shop).then_some(view)
}

async fn look(shell: &Shell) -> Answered<StartView> {
    // Whoever looks at a locked wallet has its file for a moment: nobody opens it meanwhile, or would be told that it is in use.
    let (open, _door) = if let Ok(open) = shell.open().await {
        (Some(open), None)
    } else {
        let door = shell.stand_at_the_door().await;
        (shell.open().await.ok(), Some(door))
    };
    let requests = match &open {
        Some(open) => open.wallet().requests().await?.len(),
        None => 0,
    };
    let is_made = shell.places().vault.exists();
    let (mut system_unlock, mut trouble) = (false, None);
    if open.is_none() && is_made {
        match Wallet::look_at_ways(&shell.places().vault).await {
            Ok(ways) => system_unlock = ways.iter().any(|opens| matches!(opens, Opens::Keyring(_))),
            Err(error) => trouble = find_trouble(&error),
        }
    }
    let links = shell.links().len();
    let settings = shell.settings();
    Ok(StartView {
        wallet: match &open {
            Some(_) => WalletState::Open,
            None if is_made => WalletState::Locked,
            None => WalletState::None,
        },
        waiting: u32::try_from(requests + links).unwrap_or(u32::MAX),
        sent_by_shop: links > 0,
        system_unlock,
        keyboard: shell.desktop().keyboard(),
        trouble,
        settings: StartSettings { language: settings.language, theme: settings.theme },
    })
}

/// What no passphrase mends. Anything else is tried, and told then.
fn find_trouble(error: &VaultError) -> Option<StartTrouble> {
    match error {
        VaultError::InUse => Some(StartTrouble::InUse),
        VaultError::Newer { .. } => Some(StartTrouble::Newer),
        VaultError::NotAVault => Some(StartTrouble::NotAVault),
        VaultError::Storage(StorageError::Damaged) => Some(StartTrouble::Damaged),
        _ => None,
    }
}
