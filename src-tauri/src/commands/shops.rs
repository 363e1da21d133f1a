//! Shops that this wallet has met, and what each knows.

use passerby_protocol::sector::Sector;
use passerby_wallet::ShopView;
use tauri::State;

use super::Answered;
use crate::change::Change;
use crate::command_error::CommandError;
use crate::open_wallet::OpenWallet;
use crate::shell::Shell;
use crate::views::shops::{ShopLine, ShopRoom};

/// All shops, in the order of meeting.
#[tauri::command]
#[specta::specta]
pub async fn shops_list(shell: State<'_, Shell>) -> Answered<Vec<ShopLine>> {
    let open = shell.open().await?;
    Ok(open.wallet().shops().await?.iter().map(ShopLine::from).collect())
}

/// One shop.
#[tauri::command]
#[specta::specta]
pub async fn shops_view(shell: State<'_, Shell>, host: String) -> Answered<ShopRoom> {
    let open = shell.open().await?;
    Ok(find(&open, &host).await?.into())
}

/// Always refuses a shop, or lets it ask again.
#[tauri::command]
#[specta::specta]
pub async fn shops_block(shell: State<'_, Shell>, host: String, blocked: bool) -> Answered<()> {
    let open = shell.open().await?;
    let sector = Sector::parse(&host).map_err(|_| not_met())?;
    open.wallet().block(&sector, blocked, &mut shell.rng()?).await?;
    shell.desktop().tell(Change::Saved);
    Ok(())
}

/// Asks the relays whether this shop has opened what it was sent. Only after a click: it tells the relay that somebody looks.
#[tauri::command]
#[specta::specta]
pub async fn shops_refresh(shell: State<'_, Shell>, host: String) -> Answered<ShopRoom> {
    let open = shell.open().await?;
    let sector = Sector::parse(&host).map_err(|_| not_met())?;
    open.wallet().refresh_openings(Some(&sector), &mut shell.rng()?).await?;
    Ok(find(&open, &host).await?.into())
}

async fn find(open: &OpenWallet, host: &str) -> Answered<ShopView> {
    let shops = open.wallet().shops().await?;
    shops.into_iter().find(|shop| shop.sector.as_str() == host).ok_or_else(not_met)
}

fn not_met() -> CommandError {
    CommandError::new("not-met", "This wallet has not met that shop.")
}
