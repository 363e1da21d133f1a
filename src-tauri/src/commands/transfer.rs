//! Details from another program's file, and out of the wallet into one.
//!
//! What it must never do: save anything unasked; write values in clear for one who merely finds the wallet open.

use passerby_wallet::transfer::{self, Imported};
use serde::Serialize;
use specta::Type;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use tauri::State;

use super::Answered;
use crate::command_error::CommandError;
use crate::desktop::FileKind;
use crate::shell::Shell;
use crate::typed::Typed;

/// What a file holds, before any of it is saved.
#[derive(Debug, Serialize, Type)]
pub struct ImportView {
    /// The file's name, without its folder.
    pub file: String,
    /// By label.
    pub cards: Vec<ImportedCard>,
    /// What was left out.
    pub skipped: Vec<SkippedLine>,
}

/// What would be saved under one label.
#[derive(Debug, Serialize, Type)]
pub struct ImportedCard {
    /// The label; empty for none.
    pub label: String,
    /// By the detail's name.
    pub values: BTreeMap<String, String>,
}

/// A part of the file that was left out.
#[derive(Debug, Serialize, Type)]
pub struct SkippedLine {
    /// Which, counted from 1: a line of a table, a card of a vCard file.
    pub line: u32,
    /// Why: a word that the window has a sentence for.
    pub why: String,
}

/// Asks for a vCard or CSV file and reads it; nothing when the person closed the dialog. Saves nothing.
#[tauri::command]
#[specta::specta]
pub async fn data_choose_import(shell: State<'_, Shell>) -> Answered<Option<ImportView>> {
    drop(shell.open().await?);
    let Some(file) = tokio::task::block_in_place(|| shell.desktop().pick_file(FileKind::Details)) else {
        return Ok(None);
    };
    let imported = tokio::task::block_in_place(|| transfer::read(&file))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Some(show(name, imported)))
}

/// Asks for a place and writes everything there in clear, as CSV, for one who knows the passphrase. False when the person
/// closed the dialog.
#[tauri::command]
#[specta::specta]
pub async fn data_export_all(shell: State<'_, Shell>, passphrase: Typed) -> Answered<bool> {
    let open = shell.open().await?;
    open.wallet().check_way(&passphrase.secret()).await?;
    let place = tokio::task::block_in_place(|| shell.desktop().place_file(FileKind::Details, "passerby.csv"));
    let Some(file) = place else { return Ok(false) };
    let saved = open.wallet().attributes().await?;
    transfer::write(&file, &saved).map_err(|error| {
        let full = matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
        let code = if full { "disk-full" } else { "not-written" };
        CommandError::new(code, format!("The file could not be written: {}.", error.kind()))
    })?;
    Ok(true)
}

fn show(file: String, imported: Imported) -> ImportView {
    let card =
        |(label, values): (passerby_wallet::Label, BTreeMap<_, passerby_protocol::claim::AttributeValue>)| {
            let values = values.into_iter();
            let text = |(claim, value): (
                passerby_protocol::claim::ClaimName,
                passerby_protocol::claim::AttributeValue,
            )| { (claim.to_string(), value.expose().to_owned()) };
            ImportedCard { label: label.as_str().to_owned(), values: values.map(text).collect() }
        };
    let skipped = imported.skipped.into_iter();
    ImportView {
        file,
        cards: imported.cards.into_iter().map(card).collect(),
        skipped: skipped
            .map(|each| SkippedLine { line: each.line, why: each.why.word().to_owned() })
            .collect(),
    }
}
