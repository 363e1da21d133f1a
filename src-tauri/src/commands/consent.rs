//! The consent screen: what it shows, the answer, the way back. The same for a shop and for a foreign verifier.
//!
//! What it must never do: take an answer to another view than the one that was shown; send what was not.

mod draft;
mod look;
mod sent;

use passerby_wallet::foreign::ForeignOpenError;
use passerby_wallet::{DeclineError, Refusal, RequestState};
use serde::Deserialize;
use specta::Type;
use tauri::State;

use super::Answered;
use super::request::tell_waiting;
use crate::command_error::CommandError;
use crate::open_wallet::{Asking, OpenWallet};
use crate::shell::Shell;
use crate::typed::Typed;
use crate::views::consent::{ConsentView, Found};

pub use draft::AnswerDraft;
pub use sent::{DeclinedView, SentView};
pub(super) use sent::{sent, sent_to_foreign};

/// How far a refusal reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalWord {
    /// This request.
    ThisTime,
    /// It stays in the queue.
    Later,
    /// Every request of this shop.
    Always,
}

/// What a request shows. Checks it again.
#[tauri::command]
#[specta::specta]
pub async fn consent_view(shell: State<'_, Shell>, request: u32) -> Answered<Found> {
    let open = shell.open().await?;
    let looked = look::look(&shell, &open, request).await;
    tell_waiting(&shell, &open).await;
    match looked? {
        Ok(asking) => {
            let revision = open.show(asking.clone());
            Ok(Found::Checked { screen: Box::new(ConsentView::of(&asking, revision)) })
        }
        Err(found) => Ok(found),
    }
}

/// The passphrase once more, for the sensitive values of this request.
#[tauri::command]
#[specta::specta]
pub async fn consent_confirm(shell: State<'_, Shell>, request: u32, passphrase: Typed) -> Answered<()> {
    let open = shell.open().await?;
    let confirmed = open.wallet().confirm_passphrase(request, &passphrase.secret()).await?;
    open.note(request, |shown| shown.confirmed = Some(confirmed));
    Ok(())
}

/// Sends what was chosen among what was shown.
#[tauri::command]
#[specta::specta]
pub async fn consent_send(shell: State<'_, Shell>, answer: AnswerDraft) -> Answered<SentView> {
    let open = shell.open().await?;
    let request = answer.request;
    let shown = open.find_shown(request, answer.revision)?;
    let mut chosen = shown.asking.answer(&draft::picked(answer)?)?;
    chosen.confirmed = shown.confirmed;
    let mut rng = shell.rng()?;
    match &shown.asking {
        Asking::Shop(view) => {
            let delivered = open.wallet().approve(view, &chosen, &mut rng).await;
            shell.note_answered(request);
            sent(&shell, &open, &delivered?).await
        }
        Asking::Foreign(view) => {
            let answered = open.wallet().approve_foreign(view, &chosen, &shell.trust()?, &mut rng).await;
            shell.note_answered(request);
            let delivered =
                answered.map_err(|error| CommandError::of_foreign(view.host.to_string(), &error))?;
            sent_to_foreign(&shell, &open, &delivered).await
        }
    }
}

/// Refuses, now or for good, or leaves it for later.
#[tauri::command]
#[specta::specta]
pub async fn consent_refuse(
    shell: State<'_, Shell>,
    request: u32,
    refusal: RefusalWord,
) -> Answered<DeclinedView> {
    let open = shell.open().await?;
    let refusal = match refusal {
        // It stays as it is.
        RefusalWord::Later => return Ok(DeclinedView::default()),
        RefusalWord::ThisTime => Refusal::ThisTime,
        RefusalWord::Always => Refusal::Always,
    };
    let back = decline(&shell, &open, request, refusal).await?;
    let leads_back = back.is_some();
    if let Some(address) = back {
        open.keep_return(request, address);
    }
    tell_waiting(&shell, &open).await;
    Ok(DeclinedView { leads_back, browser: shell.settings().browser })
}

/// Refuses, and gives the way back. Whoever was refused a moment ago can still be refused for good.
async fn decline(
    shell: &Shell,
    open: &OpenWallet,
    request: u32,
    refusal: Refusal,
) -> Answered<Option<String>> {
    let mut rng = shell.rng()?;
    let (before, back) = if let Some(number) = open.wallet().find_foreign(Some(request)).await? {
        match open.wallet().decline_foreign(number, refusal, &shell.trust()?, &mut rng).await {
            Err(ForeignOpenError::Answered(before)) => (Some(before), None),
            declined => (None, declined?.return_to),
        }
    } else {
        match open.wallet().decline(Some(request), refusal, &mut rng).await {
            Err(DeclineError::Answered(before)) => (Some(before), None),
            declined => (None, declined?.return_to),
        }
    };
    match (before, open.find_host(request)) {
        (Some(before), Some(host))
            if refusal == Refusal::Always && before.state == RequestState::Declined =>
        {
            open.wallet().block(&host, true, &mut rng).await?;
        }
        (Some(before), _) => return Err(before.into()),
        (None, _) => {}
    }
    Ok(back.map(String::from))
}

/// Opens the shop's privacy policy in the browser.
#[tauri::command]
#[specta::specta]
pub async fn consent_open_policy(shell: State<'_, Shell>, request: u32) -> Answered<()> {
    let open = shell.open().await?;
    let policy = open.find_policy(request).ok_or_else(not_shown)?;
    shell.desktop().open_address(&policy, shell.settings().browser.as_deref())
}

/// Leads the browser back into the shop, where the person was shopping.
#[tauri::command]
#[specta::specta]
pub async fn consent_back_to_shop(shell: State<'_, Shell>, request: u32) -> Answered<()> {
    let open = shell.open().await?;
    let address = open.find_return(request).ok_or_else(not_shown)?;
    shell.desktop().open_address(&address, shell.settings().browser.as_deref())
}

fn not_shown() -> CommandError {
    CommandError::new("view-changed", "This request is not what you saw any more. Look again.")
}
