//! Links and the queue: reading a link, fetching what it leads to, the list of what waits.
//!
//! What it must never do: fetch anything that no click asked for; answer.

use passerby_wallet::{LookError, Wallet};
use tauri::State;

use super::Answered;
use super::consent::{SentView, sent, sent_to_foreign};
use crate::change::Change;
use crate::command_error::CommandError;
use crate::desktop::FileKind;
use crate::open_wallet::OpenWallet;
use crate::qr::find_link;
use crate::shell::Shell;
use crate::views::request::{RequestLineView, RequestsView};
use crate::waiting_links::is_link;

/// What waits, oldest first, and how many links that nobody has looked at.
#[tauri::command]
#[specta::specta]
pub async fn request_list(shell: State<'_, Shell>) -> Answered<RequestsView> {
    let open = shell.open().await?;
    let lines = open.wallet().requests().await?.into_iter().map(RequestLineView::from).collect();
    Ok(RequestsView { lines, kept: u32::try_from(shell.links().len()).unwrap_or(u32::MAX) })
}

/// Reads a link and fetches what it leads to. Answers with the request's number; what is wrong with the request itself its
/// screen says.
#[tauri::command]
#[specta::specta]
pub async fn request_open(shell: State<'_, Shell>, link: String) -> Answered<u32> {
    open_link(&shell, &link).await
}

/// The same with the link, or the picture of one, that the clipboard holds.
#[tauri::command]
#[specta::specta]
pub async fn request_open_clipboard(shell: State<'_, Shell>) -> Answered<Option<u32>> {
    match find_in_clipboard(&shell) {
        Some(link) => open_link(&shell, &link).await.map(Some),
        None => Ok(None),
    }
}

/// The same with a QR code on one of the screens.
#[tauri::command]
#[specta::specta]
pub async fn request_open_screen(shell: State<'_, Shell>) -> Answered<u32> {
    let screens = tokio::task::block_in_place(|| shell.desktop().screens())?;
    let link = tokio::task::block_in_place(|| screens.iter().find_map(find_link));
    open_link(&shell, &link.ok_or_else(no_code)?).await
}

/// The same with a QR code in an image file; nothing when the person closed the dialog.
#[tauri::command]
#[specta::specta]
pub async fn request_open_image(shell: State<'_, Shell>) -> Answered<Option<u32>> {
    let Some(file) = tokio::task::block_in_place(|| shell.desktop().pick_file(FileKind::Picture)) else {
        return Ok(None);
    };
    let link = tokio::task::block_in_place(|| crate::qr::find_link_in_file(&file))?;
    open_link(&shell, &link.ok_or_else(no_code)?).await.map(Some)
}

/// Keeps a link for when the wallet is open. Fetches nothing, and lowers no lock.
#[tauri::command]
#[specta::specta]
pub async fn request_keep(shell: State<'_, Shell>, link: String) -> Answered<()> {
    if shell.links().keep(&link) { Ok(()) } else { Err(not_a_link()) }
}

/// The same with the clipboard's link; false when it holds none.
#[tauri::command]
#[specta::specta]
pub async fn request_keep_clipboard(shell: State<'_, Shell>) -> Answered<bool> {
    let link = find_in_clipboard(&shell);
    Ok(link.is_some_and(|link| shell.links().keep(&link)))
}

/// Comes back to the request whose answer was under way when the wallet was locked, or else fetches what the newest kept link
/// leads to; nothing when there is none.
#[tauri::command]
#[specta::specta]
pub async fn request_open_kept(shell: State<'_, Shell>) -> Answered<Option<u32>> {
    // Locked, it stays where it is.
    drop(shell.open().await?);
    if let Some(request) = shell.take_unfinished() {
        return Ok(Some(request));
    }
    let kept = shell.links().take_newest();
    match kept {
        Some(link) => open_link(&shell, &link).await.map(Some),
        None => Ok(None),
    }
}

/// Sends an answer that did not get out once more, byte for byte the same, and with it all others of its kind that did not.
#[tauri::command]
#[specta::specta]
pub async fn request_retry(shell: State<'_, Shell>, request: u32) -> Answered<SentView> {
    let open = shell.open().await?;
    let mut rng = shell.rng()?;
    if open.wallet().find_foreign(Some(request)).await?.is_some() {
        let retried = open.wallet().retry_foreign(&shell.trust()?, &mut rng).await?;
        tell_waiting(&shell, &open).await;
        let mine = retried.into_iter().find(|each| each.number == request);
        let mine = mine.ok_or(LookError::NoSuchRequest(request))?;
        let host = mine.host.to_string();
        let delivered = mine.result.map_err(|error| CommandError::of_foreign(host, &error))?;
        return sent_to_foreign(&shell, &open, &delivered).await;
    }
    let retried = open.wallet().retry(&mut rng).await?;
    tell_waiting(&shell, &open).await;
    let mine = retried.into_iter().find(|each| each.number == request);
    let delivered = mine.ok_or(LookError::NoSuchRequest(request))?.result?;
    sent(&shell, &open, &delivered).await
}

/// Opens a link for a person who clicked.
pub async fn open_link(shell: &Shell, link: &str) -> Answered<u32> {
    if !is_link(link) {
        return Err(not_a_link());
    }
    let open = shell.open().await?;
    let mut rng = shell.rng()?;
    let number = if Wallet::is_foreign_link(link) {
        let fetched = open.wallet().fetch_foreign_request(link, &shell.trust()?, &mut rng).await;
        fetched.map_err(|error| match error.find_claimed().map(str::to_owned) {
            Some(host) => CommandError::of_foreign(host, &error),
            None => error.into(),
        })?
    } else {
        open.wallet().fetch_request(link, &mut rng).await?
    };
    tell_waiting(shell, &open).await;
    Ok(number)
}

/// Says how many wait.
pub async fn tell_waiting(shell: &Shell, open: &OpenWallet) {
    if let Ok(requests) = open.wallet().requests().await {
        let count = u32::try_from(requests.len() + shell.links().len()).unwrap_or(u32::MAX);
        shell.desktop().tell(Change::Waiting { count });
    }
}

fn find_in_clipboard(shell: &Shell) -> Option<String> {
    let text = shell.desktop().clipboard_text().filter(|text| is_link(text));
    text.or_else(|| tokio::task::block_in_place(|| find_link(&shell.desktop().clipboard_picture()?)))
}

fn not_a_link() -> CommandError {
    CommandError::new("not-a-link", "This is not a link to a request.")
}

fn no_code() -> CommandError {
    CommandError::new("no-code", "No code with a request was found there.")
}
