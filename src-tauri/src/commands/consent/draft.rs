//! What the window hands over of a person's choices, and what the wallet reads it as.
//!
//! What it must never do: pass over a choice that it cannot read.

use std::collections::{BTreeMap, BTreeSet};

use passerby_protocol::claim::AttributeValue;
use passerby_wallet::Label;
use passerby_wallet::consent::{CardKind, Picked, Typed as TypedValue};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use specta::Type;

use super::not_shown;
use crate::commands::Answered;
use crate::commands::details::parse_claim;
use crate::typed::Typed;
use crate::views::details::parse_label;

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

/// What was picked, as the wallet reads it. What was not offered, it refuses.
pub fn picked(answer: AnswerDraft) -> Answered<Picked> {
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
