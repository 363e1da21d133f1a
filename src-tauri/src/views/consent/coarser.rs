//! Something less that can go instead of the whole.

use std::collections::BTreeMap;

use serde::Serialize;
use specta::Type;

/// Something less that can go.
#[derive(Debug, Clone, Serialize, Type)]
pub struct CoarserView {
    /// Names it in the answer.
    pub id: String,
    /// What it is.
    pub kind: CoarserWord,
    /// What goes: typed, for somebody of whom it cannot be told.
    pub claims: Vec<String>,
    /// By recipient: what the shop would read. A recipient of whom it cannot be told is not in here.
    pub answers: BTreeMap<String, CoarserAnswer>,
}

/// What the shop would read instead of the whole.
#[derive(Debug, Clone, Serialize, Type)]
pub struct CoarserAnswer {
    /// The text.
    pub text: String,
    /// It goes only after the passphrase, as the whole does.
    pub sensitive: bool,
}

/// What less can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum CoarserWord {
    /// Whether somebody is 18.
    #[serde(rename = "over-18")]
    Over18,
    /// The year of birth.
    BirthYear,
    /// The country of an address.
    Country,
    /// The place and country of an address.
    City,
    /// Some other part of it.
    Part,
}
