//! The person's details: one or several values under a name, told apart by labels, each with what it was before.

use std::collections::{BTreeMap, BTreeSet};

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_vault::RecordError;
use rand_core::CryptoRng;

use crate::derived::Derived;
use crate::group::{Group, Which};
use crate::label::Label;
use crate::records::AttributeRecord;
use crate::saved::Pending;
use crate::trouble::Trouble;
use crate::wallet::Wallet;
use crate::who_knows::Knowers;

/// The longest value, in bytes.
pub const LONGEST_VALUE: usize = 2_000;

/// A detail could not be saved, marked or forgotten.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttributeError {
    /// Nothing but spaces.
    #[error("The value for {0} is empty.")]
    Empty(ClaimName),
    /// Longer than [`LONGEST_VALUE`].
    #[error("The value for {0} is longer than {LONGEST_VALUE} bytes.")]
    TooLong(ClaimName),
    /// Control characters, which a label printer or a terminal might obey.
    #[error("The value for {0} contains control characters.")]
    ControlCharacters(ClaimName),
    /// Not what this detail can be.
    #[error("The value for {0} must be {1}.")]
    Form(ClaimName, &'static str),
    /// There is no such value.
    #[error("You have not saved {which}{} yet.", under(label))]
    NotSaved {
        /// What was meant.
        which: Which,
        /// Under which label; plain when none was named.
        label: Label,
    },
    /// There are several, and none was named.
    #[error("Several are saved for {which}: {}.", labels.iter().map(Label::to_string).collect::<Vec<_>>().join(", "))]
    Several {
        /// What was meant.
        which: Which,
        /// The labels there are.
        labels: BTreeSet<Label>,
    },
    /// It was never another value, as far as the wallet remembers.
    #[error("There is no former value of {0}.")]
    NoFormer(ClaimName),
    /// Something was saved in the place of what was to be brought back.
    #[error("You have saved {claim}{} again since.", under(label))]
    SavedSince {
        /// Its name.
        claim: ClaimName,
        /// Its label.
        label: Label,
    },
    /// The vault could not be read or written.
    #[error(transparent)]
    Vault(#[from] RecordError),
}

fn under(label: &Label) -> String {
    label.find_text().map(|label| format!(" ({label})")).unwrap_or_default()
}

impl Trouble for AttributeError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty(_) => "value-empty",
            Self::TooLong(_) => "value-too-long",
            Self::ControlCharacters(_) => "value-control-characters",
            Self::Form(..) => "value-form",
            Self::NotSaved { .. } => "not-saved",
            Self::Several { .. } => "several-values",
            Self::NoFormer(_) => "no-former-value",
            Self::SavedSince { .. } => "saved-since",
            Self::Vault(error) => error.code(),
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::Vault(error) => error.next_step(),
            Self::Several { .. } => "Nothing was changed. Say which with --label.",
            Self::NotSaved { .. } | Self::NoFormer(_) | Self::SavedSince { .. } => "Nothing was changed.",
            _ => "Nothing was saved.",
        }
    }
}

/// A saved detail.
#[derive(Debug, Clone)]
pub struct AttributeView {
    /// Its name.
    pub claim: ClaimName,
    /// What tells it apart from other values under that name.
    pub label: Label,
    /// Its value.
    pub value: AttributeValue,
    /// When it was last changed.
    pub changed: Timestamp,
    /// Whether it goes unless another is named.
    pub default: bool,
    /// Whether it is hidden until asked for, and sent only after the passphrase was typed once more.
    pub sensitive: bool,
    /// What it was before, newest first.
    pub history: Vec<FormerView>,
    /// Who was sent this very value, by host.
    pub known_to: Vec<Sector>,
    /// Who was sent a former value and not this one, and has not promised to have deleted it by now.
    pub outdated_at: Vec<Sector>,
}

/// A value that was replaced.
#[derive(Debug, Clone)]
pub struct FormerView {
    /// The value.
    pub value: AttributeValue,
    /// Since when it was the value.
    pub changed: Timestamp,
}

/// What a person says about a value besides what it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Marks {
    /// This label goes from now on unless another is named.
    pub default: bool,
    /// Sensitive or not; unchanged when absent.
    pub sensitive: Option<bool>,
}

impl Wallet {
    /// Saves values that bear no label: see [`Self::save_attributes`].
    pub async fn set_attributes(
        &self,
        values: &BTreeMap<ClaimName, AttributeValue>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), AttributeError> {
        self.save_attributes(values, &Label::PLAIN, Marks::default(), rng).await
    }

    /// Saves values under a label, each in place of the one before, which becomes history: all of them or none. What is
    /// first saved under a name becomes its default.
    pub async fn save_attributes(
        &self,
        values: &BTreeMap<ClaimName, AttributeValue>,
        label: &Label,
        marks: Marks,
        rng: &mut impl CryptoRng,
    ) -> Result<(), AttributeError> {
        let now = self.now();
        let saved = self.saved().await?;
        let mut pending = Pending::default();
        for (claim, value) in values {
            check_value(claim, value)?;
            pending.save(&saved, (claim, label), value, marks, now);
        }
        if marks.default {
            let groups: BTreeSet<_> = values.keys().map(Group::of).collect();
            for group in &groups {
                pending.make_default(&saved, group, label);
            }
        }
        self.put(pending, rng).await
    }

    /// Marks what is saved, without changing a value; without a label the only one there is.
    pub async fn mark_attributes(
        &self,
        which: &Which,
        label: Option<&Label>,
        marks: Marks,
        rng: &mut impl CryptoRng,
    ) -> Result<(), AttributeError> {
        let saved = self.saved().await?;
        let mut pending = Pending::default();
        let meant = saved.meant(which, label)?;
        for (id, record) in &meant {
            let mut record = record.clone();
            record.sensitive = marks.sensitive.or(record.sensitive);
            pending.known.insert(*id, record);
        }
        if let (true, Some((_, record))) = (marks.default, meant.first()) {
            pending.make_default(&saved, &which.group(), &record.label);
        }
        self.put(pending, rng).await
    }

    /// Brings the former value back; the present one becomes history. Without a label the only one there is.
    pub async fn undo_attribute(
        &self,
        claim: &ClaimName,
        label: Option<&Label>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), AttributeError> {
        let saved = self.saved().await?;
        let mut pending = Pending::default();
        for (id, record) in saved.meant(&Which::Detail(claim.clone()), label)? {
            let mut record = record.clone();
            if !record.undo(self.now()) {
                return Err(AttributeError::NoFormer(claim.clone()));
            }
            pending.known.insert(*id, record);
        }
        self.put(pending, rng).await
    }

    /// All saved details, by name; of several values under one name the default comes first.
    pub async fn attributes(&self) -> Result<Vec<AttributeView>, RecordError> {
        let saved = self.saved().await?;
        let sent = self.sent_details(&saved).await?;
        let view = |(_, record): &(_, AttributeRecord)| {
            let Knowers { known_to, outdated_at } = Knowers::of(record, &sent);
            AttributeView {
                known_to,
                outdated_at,
                claim: record.claim.clone(),
                label: record.label.clone(),
                value: record.value(),
                changed: record.changed,
                default: saved.find_default(&Group::of(&record.claim)) == Some(&record.label),
                sensitive: record.is_sensitive(),
                history: record.history().map(|(value, changed)| FormerView { value, changed }).collect(),
            }
        };
        let mut views: Vec<_> = saved.iter().map(view).collect();
        views.sort_by(|a, b| (&a.claim, !a.default, &a.label).cmp(&(&b.claim, !b.default, &b.label)));
        Ok(views)
    }

    /// Writes the records: all of them or none.
    async fn put(&self, pending: Pending, rng: &mut impl CryptoRng) -> Result<(), AttributeError> {
        let mut batch = self.vault().batch();
        pending.stage(&mut batch, self.now(), rng)?;
        Ok(self.vault().write(batch).await?)
    }
}

/// Whether a value can be saved or sent.
pub fn check_value(claim: &ClaimName, value: &AttributeValue) -> Result<(), AttributeError> {
    let text = value.expose();
    // A street address has lines (OpenID Connect Core section 5.1.1).
    let lines =
        claim.find_address_member().is_some_and(|member| matches!(member, "street_address" | "formatted"));
    if text.trim().is_empty() {
        Err(AttributeError::Empty(claim.clone()))
    } else if text.len() > LONGEST_VALUE {
        Err(AttributeError::TooLong(claim.clone()))
    } else if text.chars().any(|c| c.is_control() && !(lines && c == '\n')) {
        Err(AttributeError::ControlCharacters(claim.clone()))
    } else {
        match Derived::find(claim) {
            Some(derived) if !derived.takes(text) => Err(AttributeError::Form(claim.clone(), derived.form())),
            _ => Ok(()),
        }
    }
}
