//! The room "My data": what is saved, under which labels, and what it was before.

use std::collections::BTreeMap;

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_wallet::{AttributeView, Label, Marks, Which};
use secrecy::ExposeSecret as _;
use tauri::State;

use super::Answered;
use crate::change::Change;
use crate::command_error::CommandError;
use crate::open_wallet::OpenWallet;
use crate::shell::Shell;
use crate::views::details::{CardDraft, DataView, Former, Where, history, parse_label};
use crate::views::reveal::Lent;

/// All cards.
#[tauri::command]
#[specta::specta]
pub async fn data_view(shell: State<'_, Shell>) -> Answered<DataView> {
    let open = shell.open().await?;
    Ok(DataView::of(open.wallet().attributes().await?))
}

/// Saves a card: all its values or none.
#[tauri::command]
#[specta::specta]
pub async fn data_save(shell: State<'_, Shell>, draft: CardDraft) -> Answered<()> {
    let label = parse_label(&draft.label)?;
    let mut values = BTreeMap::new();
    for (claim, text) in draft.values {
        let claim = parse_claim(&claim)?;
        values.insert(claim, AttributeValue::new(text.secret().expose_secret().trim().to_owned()));
    }
    let open = shell.open().await?;
    open.wallet().save_attributes(&values, &label, Marks::default(), &mut shell.rng()?).await?;
    changed(&shell, &open).await
}

/// What a detail was before, newest first.
#[tauri::command]
#[specta::specta]
pub async fn data_history(shell: State<'_, Shell>, place: Where) -> Answered<Vec<Former>> {
    let open = shell.open().await?;
    let view = find(&open, &place).await?;
    Ok(history(view.changed.into(), &view.history))
}

/// Takes a detail away; `data_bring_back` puts it back until the wallet locks.
#[tauri::command]
#[specta::specta]
pub async fn data_remove(shell: State<'_, Shell>, place: Where) -> Answered<()> {
    let (which, label) = place.which()?;
    let open = shell.open().await?;
    let removed = open.wallet().remove_attributes(&which, Some(&label)).await?;
    open.keep_removed(place, removed);
    changed(&shell, &open).await
}

/// Puts back what was just taken away, with its history.
#[tauri::command]
#[specta::specta]
pub async fn data_bring_back(shell: State<'_, Shell>, place: Where) -> Answered<()> {
    let open = shell.open().await?;
    let removed = open
        .take_removed(&place)
        .ok_or_else(|| CommandError::new("not-saved", "There is nothing to bring back any more."))?;
    open.wallet().bring_back_attributes(&removed, &mut shell.rng()?).await?;
    changed(&shell, &open).await
}

/// Calls a detail sensitive, or no longer.
#[tauri::command]
#[specta::specta]
pub async fn data_set_sensitive(shell: State<'_, Shell>, place: Where, sensitive: bool) -> Answered<()> {
    let (which, label) = place.which()?;
    mark(&shell, &which, &label, Marks { sensitive: Some(sensitive), ..Marks::default() }).await
}

/// Lets the address under this label, and what else is saved under it, go unless another is named.
#[tauri::command]
#[specta::specta]
pub async fn data_make_default(shell: State<'_, Shell>, label: String) -> Answered<()> {
    let label = parse_label(&label)?;
    let open = shell.open().await?;
    let marks = Marks { default: true, ..Marks::default() };
    let saved = open.wallet().attributes().await?;
    for view in saved.iter().filter(|view| view.label == label) {
        let which = Which::Detail(view.claim.clone());
        open.wallet().mark_attributes(&which, Some(&label), marks, &mut shell.rng()?).await?;
    }
    changed(&shell, &open).await
}

/// Lends a value to the clipboard. Says when it will be taken away again.
#[tauri::command]
#[specta::specta]
pub async fn data_copy(shell: State<'_, Shell>, place: Where) -> Answered<Lent> {
    let open = shell.open().await?;
    let view = find(&open, &place).await?;
    let seconds = shell.settings().clipboard_seconds;
    shell.desktop().lend_to_clipboard(view.value.expose(), u64::from(seconds))?;
    Ok(Lent::until(shell.clock().now(), i64::from(seconds)))
}

async fn mark(shell: &Shell, which: &Which, label: &Label, marks: Marks) -> Answered<()> {
    let open = shell.open().await?;
    open.wallet().mark_attributes(which, Some(label), marks, &mut shell.rng()?).await?;
    changed(shell, &open).await
}

/// The saved detail that is meant.
pub(super) async fn find(open: &OpenWallet, place: &Where) -> Answered<AttributeView> {
    let (claim, label) = place.parse()?;
    let saved = open.wallet().attributes().await?;
    saved
        .into_iter()
        .find(|view| view.claim == claim && view.label == label)
        .ok_or_else(|| CommandError::new("not-saved", "This is not saved any more."))
}

pub(super) fn parse_claim(text: &str) -> Answered<ClaimName> {
    ClaimName::parse(text).map_err(|_| CommandError::new("not-a-detail", "That is not the name of a detail."))
}

/// After each change: the window hears of it, and the backup is brought up to date.
async fn changed(shell: &Shell, open: &OpenWallet) -> Answered<()> {
    shell.desktop().tell(Change::Saved);
    open.keep_backup(&mut shell.rng()?).await;
    Ok(())
}
