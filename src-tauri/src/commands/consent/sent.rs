//! What there is to say after an answer, and how to get back to the page that asked.

use passerby_wallet::foreign::ForeignDelivered;
use passerby_wallet::{Delivered, SpareKey};
use serde::Serialize;
use specta::Type;

use super::not_shown;
use crate::change::Change;
use crate::command_error::{CommandError, SentWord};
use crate::commands::Answered;
use crate::commands::request::tell_waiting;
use crate::open_wallet::OpenWallet;
use crate::shell::Shell;
use crate::views::moment::Moment;

/// After an answer: what went, where to.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SentView {
    /// Which request.
    pub request: u32,
    /// To whom.
    pub host: String,
    /// To a foreign verifier: no relay carried it, and nobody keeps a receipt.
    pub foreign: bool,
    /// When.
    pub at: Moment,
    /// Which details.
    pub claims: Vec<String>,
    /// When the relay server deletes its sealed copy, as the shop promised; absent where nobody promised anything.
    pub deletes_itself: Option<Moment>,
    /// Whether there is a way back to the page that asked.
    pub leads_back: bool,
    /// The browser that leads back; absent for the system's own.
    pub browser: Option<String>,
    /// The spare key should be offered now.
    pub offer_spare_key: bool,
}

/// After a refusal.
#[derive(Debug, Clone, Default, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeclinedView {
    /// Whether there is a way back to the page that asked.
    pub leads_back: bool,
    /// The browser that leads back; absent for the system's own.
    pub browser: Option<String>,
}

/// What a shop was sent, as the relay confirmed it.
pub async fn sent(shell: &Shell, open: &OpenWallet, delivered: &Delivered) -> Answered<SentView> {
    open.keep_return(delivered.number, delivered.return_to.to_string());
    shell.due_copies().want(delivered.sector.clone());
    show(shell, open, delivered).await.map_err(arrived)
}

/// What fails after an answer has arrived: nobody is told that nothing was sent.
fn arrived(error: CommandError) -> CommandError {
    CommandError { sent: SentWord::Maybe, ..error }
}

async fn show(shell: &Shell, open: &OpenWallet, delivered: &Delivered) -> Answered<SentView> {
    let shops = open.wallet().shops().await?;
    let grants =
        shops.into_iter().filter(|shop| shop.sector == delivered.sector).flat_map(|shop| shop.grants);
    let grant = grants.last().ok_or_else(not_shown)?;
    let view = SentView {
        request: delivered.number,
        host: delivered.sector.to_string(),
        foreign: false,
        at: grant.given.into(),
        claims: delivered.claims.iter().map(ToString::to_string).collect(),
        deletes_itself: Some(grant.kept_until.into()),
        leads_back: true,
        browser: shell.settings().browser,
        offer_spare_key: has_no_spare_key(open).await?,
    };
    after(shell, open).await?;
    Ok(view)
}

/// What a foreign verifier took.
pub async fn sent_to_foreign(
    shell: &Shell,
    open: &OpenWallet,
    delivered: &ForeignDelivered,
) -> Answered<SentView> {
    if let Some(back) = &delivered.return_to {
        open.keep_return(delivered.number, back.to_string());
    }
    show_foreign(shell, open, delivered).await.map_err(arrived)
}

async fn show_foreign(shell: &Shell, open: &OpenWallet, delivered: &ForeignDelivered) -> Answered<SentView> {
    let view = SentView {
        request: delivered.number,
        host: delivered.host.to_string(),
        foreign: true,
        at: delivered.given.into(),
        claims: delivered.claims.iter().map(ToString::to_string).collect(),
        deletes_itself: None,
        leads_back: delivered.return_to.is_some(),
        browser: shell.settings().browser,
        offer_spare_key: has_no_spare_key(open).await?,
    };
    after(shell, open).await?;
    Ok(view)
}

async fn has_no_spare_key(open: &OpenWallet) -> Answered<bool> {
    Ok(open.wallet().spare_key().await? == SpareKey::None)
}

async fn after(shell: &Shell, open: &OpenWallet) -> Answered<()> {
    open.keep_backup(&mut shell.rng()?).await;
    tell_waiting(shell, open).await;
    shell.desktop().tell(Change::Saved);
    Ok(())
}
