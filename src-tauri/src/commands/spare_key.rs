//! The spare key: 24 words on paper, and the check of two of them.
//!
//! What it must never do: hand out the words without the passphrase.

use passerby_wallet::SpareKey;
use passerby_wallet::spare_key::make_quiz;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use specta::Type;
use tauri::State;

use super::Answered;
use crate::change::Change;
use crate::shell::Shell;
use crate::typed::Typed;

/// How far the spare key has come on paper.
#[derive(Debug, Clone, Serialize, Type)]
pub struct SpareKeyView {
    /// How far.
    pub state: SpareKeyState,
}

/// How far the spare key has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum SpareKeyState {
    /// Nobody has seen the words.
    None,
    /// They were shown for printing.
    Printed,
    /// Two of them were typed back.
    Checked,
}

/// How far it has come.
#[tauri::command]
#[specta::specta]
pub async fn spare_key_view(shell: State<'_, Shell>) -> Answered<SpareKeyView> {
    let open = shell.open().await?;
    let state = match open.wallet().spare_key().await? {
        SpareKey::None => SpareKeyState::None,
        SpareKey::Shown => SpareKeyState::Printed,
        SpareKey::Checked => SpareKeyState::Checked,
    };
    Ok(SpareKeyView { state })
}

/// The 24 words, for the sheet. The window forgets them when the room is left.
#[tauri::command]
#[specta::specta]
pub async fn spare_key_words(shell: State<'_, Shell>, passphrase: Typed) -> Answered<Vec<String>> {
    let open = shell.open().await?;
    let shown = open.wallet().show_words(&passphrase.secret(), &mut shell.rng()?).await?;
    shell.desktop().tell(Change::SpareKey);
    Ok(shown.words.iter().map(str::to_owned).collect())
}

/// Two numbers between 1 and 24, rising.
#[tauri::command]
#[specta::specta]
pub async fn spare_key_quiz(shell: State<'_, Shell>) -> Answered<[u8; 2]> {
    let [first, second] = make_quiz(&mut shell.rng()?);
    Ok([u8::try_from(first).unwrap_or(1), u8::try_from(second).unwrap_or(2)])
}

/// Checks two words typed from the sheet.
#[tauri::command]
#[specta::specta]
pub async fn spare_key_check(shell: State<'_, Shell>, quiz: [u8; 2], words: [Typed; 2]) -> Answered<()> {
    let open = shell.open().await?;
    let words = words.map(Typed::secret);
    let typed =
        [(usize::from(quiz[0]), words[0].expose_secret()), (usize::from(quiz[1]), words[1].expose_secret())];
    open.wallet().check_words(&typed, &mut shell.rng()?).await?;
    shell.desktop().tell(Change::SpareKey);
    Ok(())
}
