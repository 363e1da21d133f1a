//! The person's own details as the room "My data" shows them. Sensitive ones are hidden; history comes one by one.

use std::collections::BTreeMap;

use passerby_protocol::claim::ClaimName;
use passerby_wallet::{AttributeView, FormerView, Group, Label, Which};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::moment::Moment;
use crate::command_error::CommandError;
use crate::typed::Typed;

/// Which saved value: a claim under a label; the label is empty for the card that bears none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Where {
    /// The detail's name.
    pub claim: String,
    /// The card's label.
    pub label: String,
}

impl Where {
    /// Both, as the wallet reads them.
    pub fn parse(&self) -> Result<(ClaimName, Label), CommandError> {
        let claim = ClaimName::parse(&self.claim)
            .map_err(|_| CommandError::new("not-a-detail", "That is not the name of a detail."))?;
        Ok((claim, parse_label(&self.label)?))
    }

    /// What is marked or taken away as one.
    pub fn which(&self) -> Result<(Which, Label), CommandError> {
        let (claim, label) = self.parse()?;
        Ok((Which::Detail(claim), label))
    }
}

/// A label from the window.
pub fn parse_label(text: &str) -> Result<Label, CommandError> {
    Label::parse(text)
        .map_err(|error| CommandError::new("not-a-label", format!("This is not a label: {error}.")))
}

/// A value, or that there is one.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum ShownValue {
    /// In clear.
    Shown {
        /// The value.
        text: String,
    },
    /// Hidden until asked for.
    Hidden,
}

/// One detail of a card.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DetailView {
    /// Its name.
    pub claim: String,
    /// Its value, unless it is sensitive.
    pub value: ShownValue,
    /// Whether it is hidden until asked for.
    pub sensitive: bool,
    /// When it was last changed.
    pub changed: Moment,
    /// Whether it was another value before.
    pub has_history: bool,
    /// Hosts that were sent this value.
    pub known_to: Vec<String>,
    /// Hosts that still have a former value of it.
    pub outdated_at: Vec<String>,
}

/// What is saved under one label.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DataCard {
    /// The label; empty for none.
    pub label: String,
    /// Whether its address, or else its first detail, goes unless another is named.
    pub is_default: bool,
    /// What is on it.
    pub details: Vec<DetailView>,
}

/// All cards.
#[derive(Debug, Clone, Serialize, Type)]
pub struct DataView {
    /// The default first.
    pub cards: Vec<DataCard>,
}

/// A former value.
#[derive(Debug, Clone, Serialize, Type)]
pub struct Former {
    /// The value.
    pub text: String,
    /// Until when it was the value.
    pub until: Moment,
}

/// A new card, or new values on one that is there: all of them or none.
#[derive(Debug, Deserialize, Type)]
pub struct CardDraft {
    /// The label; empty for none.
    pub label: String,
    /// By the detail's name.
    pub values: BTreeMap<String, Typed>,
}

impl DataView {
    /// Sorts what is saved into cards by label.
    pub fn of(mut saved: Vec<AttributeView>) -> Self {
        let mut cards: BTreeMap<Label, DataCard> = BTreeMap::new();
        saved.sort_by_key(|view| place_of(&view.claim));
        for view in saved {
            let card = cards.entry(view.label.clone()).or_insert_with(|| DataCard {
                label: view.label.as_str().to_owned(),
                is_default: false,
                details: Vec::new(),
            });
            card.is_default |= view.default && Group::of(&view.claim).as_str() == "address";
            card.details.push(view.into());
        }
        let mut cards: Vec<_> = cards.into_values().collect();
        if !cards.iter().any(|card| card.is_default)
            && let Some(first) = cards.first_mut()
        {
            first.is_default = true;
        }
        cards.sort_by_key(|card| !card.is_default);
        Self { cards }
    }
}

/// The order in which people write such things down. What is not in here comes after, by name.
const ORDER: [&str; 14] = [
    "name",
    "given_name",
    "middle_name",
    "family_name",
    "company",
    "address.street_address",
    "address.postal_code",
    "address.locality",
    "address.region",
    "address.country",
    "phone_number",
    "email",
    "vat_number",
    "birthdate",
];

fn place_of(claim: &ClaimName) -> (usize, ClaimName) {
    let place = ORDER.iter().position(|name| *name == claim.as_str()).unwrap_or(ORDER.len());
    (place, claim.clone())
}

impl From<AttributeView> for DetailView {
    fn from(view: AttributeView) -> Self {
        Self {
            claim: view.claim.to_string(),
            value: if view.sensitive {
                ShownValue::Hidden
            } else {
                ShownValue::Shown { text: view.value.expose().to_owned() }
            },
            sensitive: view.sensitive,
            changed: view.changed.into(),
            has_history: !view.history.is_empty(),
            known_to: view.known_to.iter().map(ToString::to_string).collect(),
            outdated_at: view.outdated_at.iter().map(ToString::to_string).collect(),
        }
    }
}

/// What a value was before, newest first: each ends when the next one began.
pub fn history(present: Moment, former: &[FormerView]) -> Vec<Former> {
    let ends = std::iter::once(present).chain(former.iter().map(|each| each.changed.into()));
    former
        .iter()
        .zip(ends)
        .map(|(each, until)| Former { text: each.value.expose().to_owned(), until })
        .collect()
}
