//! The consent screen: what it shows, the answer, the way back.
//!
//! What it must never do: take an answer to another view than the one that was shown; send what was not.

use std::collections::{BTreeMap, BTreeSet};

use passerby_protocol::claim::AttributeValue;
use passerby_protocol::request::RequestRefusal;
use passerby_wallet::consent::{CardKind, Picked, Typed as TypedValue};
use passerby_wallet::{Delivered, Label, LookError, Refusal, SpareKey, VerifyError};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::State;

use super::Answered;
use super::details::parse_claim;
use super::request::tell_waiting;
use crate::change::Change;
use crate::command_error::CommandError;
use crate::open_wallet::OpenWallet;
use crate::shell::Shell;
use crate::typed::Typed;
use crate::views::consent::{ConsentView, Found, UncheckedReason};
use crate::views::details::parse_label;
use crate::views::moment::Moment;

/// What the person chose among what was shown.
#[derive(Debug, Deserialize, Type)]
pub struct AnswerDraft {
    /// Which request.
    pub request: u32,
    /// Which view of it.
    pub revision: u32,
    /// By card: which recipient.
    pub recipients: BTreeMap<String, String>,
    /// Lines of the person's own choice that go.
    pub ticked: Vec<String>,
    /// By line: what less goes in place of the whole.
    pub coarser: BTreeMap<String, String>,
    /// By detail: what was typed.
    pub typed: BTreeMap<String, TypedDraft>,
    /// As whom.
    #[serde(rename = "as")]
    pub whom: Whom,
}

/// A value typed on the spot.
#[derive(Debug, Deserialize, Type)]
pub struct TypedDraft {
    /// The value.
    pub text: Typed,
    /// Save it under the card's label.
    pub keep: bool,
}

/// As whom an answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Whom {
    /// By the name that the shop knows.
    Regular,
    /// As somebody new.
    Stranger,
}

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

/// After an answer: what went, where to.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SentView {
    /// Which request.
    pub request: u32,
    /// To whom.
    pub host: String,
    /// The relay server that carried it.
    pub relay: String,
    /// When.
    pub at: Moment,
    /// Which details.
    pub claims: Vec<String>,
    /// When the relay server deletes its sealed copy, as the shop promised.
    pub deletes_itself: Moment,
    /// The browser that leads back; absent for the system's own.
    pub browser: Option<String>,
    /// The spare key should be offered now.
    pub offer_spare_key: bool,
}

/// What a request shows. Checks it again.
#[tauri::command]
#[specta::specta]
pub async fn consent_view(shell: State<'_, Shell>, request: u32) -> Answered<Found> {
    let open = shell.open().await?;
    let looked = open.wallet().look(Some(request), &mut shell.rng()?).await;
    tell_waiting(&shell).await;
    match looked {
        Ok(view) => {
            let screen = ConsentView::of(&view, open.show(view.clone()));
            Ok(Found::Checked { screen: Box::new(screen) })
        }
        Err(LookError::Verify(error)) => found(error),
        Err(error) => Err(error.into()),
    }
}

/// What is shown of a request that was not checked, or does not hold. That it has run out, or that a clock is off, is nobody's
/// fault and a trouble like others.
fn found(error: VerifyError) -> Answered<Found> {
    let host = error.find_claimed().map(ToString::to_string);
    match (host, &error) {
        (Some(host), VerifyError::StatementUnreachable { .. }) => {
            let no_keys = error.has_published_no_keys();
            let reason = if no_keys { UncheckedReason::NoKeys } else { UncheckedReason::NoAnswer };
            Ok(Found::Unchecked { host, reason })
        }
        (_, VerifyError::Request { source: RequestRefusal::Expired | RequestRefusal::NotYetValid, .. }) => {
            Err(error.into())
        }
        (Some(host), VerifyError::Request { .. } | VerifyError::Shop { .. }) => Ok(Found::Failed { host }),
        _ => Err(error.into()),
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
    let shown = open.find_shown(answer.request, answer.revision)?;
    let mut chosen = shown.view.answer(&picked(answer)?)?;
    chosen.confirmed = shown.confirmed;
    let delivered = open.wallet().approve(&shown.view, &chosen, &mut shell.rng()?).await?;
    sent(&shell, &open, &delivered).await
}

/// What there is to say after a delivery that the relay confirmed.
pub(super) async fn sent(shell: &Shell, open: &OpenWallet, delivered: &Delivered) -> Answered<SentView> {
    open.keep_return(delivered.number, delivered.return_to.to_string());
    shell.due_copies().want(delivered.sector.clone());
    let shops = open.wallet().shops().await?;
    let grants =
        shops.into_iter().filter(|shop| shop.sector == delivered.sector).flat_map(|shop| shop.grants);
    let grant = grants.last().ok_or_else(not_shown)?;
    let spare_key = open.wallet().spare_key().await?;
    open.keep_backup(&mut shell.rng()?).await;
    tell_waiting(shell).await;
    shell.desktop().tell(Change::Saved);
    Ok(SentView {
        request: delivered.number,
        host: delivered.sector.to_string(),
        relay: grant.relay,
        at: grant.given.into(),
        claims: delivered.claims.iter().map(ToString::to_string).collect(),
        deletes_itself: grant.kept_until.into(),
        browser: shell.settings().browser,
        offer_spare_key: spare_key == SpareKey::None,
    })
}

/// Refuses, now or for good, or leaves it for later.
#[tauri::command]
#[specta::specta]
pub async fn consent_refuse(shell: State<'_, Shell>, request: u32, refusal: RefusalWord) -> Answered<()> {
    let open = shell.open().await?;
    let refusal = match refusal {
        // It stays as it is.
        RefusalWord::Later => return Ok(()),
        RefusalWord::ThisTime => Refusal::ThisTime,
        RefusalWord::Always => Refusal::Always,
    };
    let declined = open.wallet().decline(Some(request), refusal, &mut shell.rng()?).await?;
    if let Some(address) = declined.return_to {
        open.keep_return(request, address.to_string());
    }
    tell_waiting(&shell).await;
    Ok(())
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

/// What was picked, as the wallet reads it. What was not offered, it refuses.
fn picked(answer: AnswerDraft) -> Answered<Picked> {
    let mut recipients = BTreeMap::new();
    for (card, label) in &answer.recipients {
        let kind = CardKind::find(card).ok_or_else(not_shown)?;
        recipients.insert(kind, if label.is_empty() { Label::PLAIN } else { parse_label(label)? });
    }
    let mut typed = BTreeMap::new();
    for (claim, draft) in answer.typed {
        let value = AttributeValue::new(draft.text.secret().expose_secret().trim().to_owned());
        typed.insert(parse_claim(&claim)?, TypedValue { value, keep: draft.keep });
    }
    let way = |(line, way): (String, String)| Some((line, way.parse().ok()?));
    let less: BTreeMap<_, _> = answer
        .coarser
        .into_iter()
        .filter(|(_, way)| !way.is_empty())
        .map(way)
        .collect::<Option<_>>()
        .ok_or_else(not_shown)?;
    let as_stranger = answer.whom == Whom::Stranger;
    Ok(Picked { recipients, ticked: BTreeSet::from_iter(answer.ticked), less, typed, as_stranger })
}

fn not_shown() -> CommandError {
    CommandError::new("view-changed", "This request is not what you saw any more. Look again.")
}
