//! Why, how long, who else, and what the shop's own system gets to see.

use serde::Serialize;
use specta::Type;

use crate::views::moment::Moment;

/// Why, how long, who else.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TermsView {
    /// What such a request usually is for, by what it asks.
    pub kind: TermsKind,
    /// In the shop's words; empty where it is not said.
    pub purpose: String,
    /// Until when it may keep the answer; absent where nothing was promised.
    pub kept_until: Option<Moment>,
    /// To whom it passes the answer on.
    pub recipients: Vec<String>,
}

/// What such a request usually is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum TermsKind {
    /// Something is brought somewhere.
    Delivery,
    /// A bill is written.
    Invoice,
    /// Somebody is recognised.
    SignIn,
}

/// What the shop's own system gets to see.
#[derive(Debug, Clone, Serialize, Type)]
pub struct VisibleView {
    /// The person's friendly name there; absent when it is made with the first answer.
    pub pseudonym: Option<String>,
}
