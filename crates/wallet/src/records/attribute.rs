//! A detail of the person, with what it was before.

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::time::Timestamp;
use passerby_vault::Record;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::label::Label;
use crate::sensitive::Sensitive;

/// How many former values are kept; the oldest goes first.
pub(crate) const MOST_FORMER: usize = 20;

/// One value under one claim name and label. Wiped when dropped, its history too; not `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AttributeRecord {
    pub claim: ClaimName,
    value: Zeroizing<String>,
    /// Tells several values under one name apart; the members of one address share it.
    #[serde(default)]
    pub label: Label,
    /// Since when it is the value.
    pub changed: Timestamp,
    /// When it was first the value, if it was brought back since: what was sent then was this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<Timestamp>,
    /// Whether its label is the one that goes unless another is named. The members of one address agree.
    #[serde(default)]
    pub default: bool,
    /// Whether the person called it sensitive; what is usual for the claim when they said nothing.
    #[serde(default)]
    pub sensitive: Option<bool>,
    /// What it was before, oldest first, at most [`MOST_FORMER`].
    #[serde(default)]
    history: Vec<Former>,
}

/// A value that was replaced.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Former {
    value: Zeroizing<String>,
    /// Since when it was the value.
    pub changed: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<Timestamp>,
}

impl Former {
    fn since(&self) -> Timestamp {
        self.first.unwrap_or(self.changed)
    }

    fn value(&self) -> AttributeValue {
        AttributeValue::new(self.value.as_str().to_owned())
    }
}

impl AttributeRecord {
    pub fn new(claim: ClaimName, label: Label, value: &AttributeValue, changed: Timestamp) -> Self {
        let value = Zeroizing::new(value.expose().to_owned());
        let (default, sensitive, history) = (false, None, Vec::new());
        Self { claim, value, label, changed, first: None, default, sensitive, history }
    }

    pub fn value(&self) -> AttributeValue {
        AttributeValue::new(self.value.as_str().to_owned())
    }

    pub fn is_sensitive(&self) -> bool {
        self.sensitive.unwrap_or_else(|| Sensitive::find(&self.claim).is_some())
    }

    /// What it was before, newest first.
    pub fn history(&self) -> impl Iterator<Item = (AttributeValue, Timestamp)> {
        self.history.iter().rev().map(|former| (former.value(), former.changed))
    }

    /// When it first was the value: together with claim and label, that names one value of the person's.
    pub fn since(&self) -> Timestamp {
        self.first.unwrap_or(self.changed)
    }

    /// The value that first was it at this moment, as far as it is remembered.
    pub fn find_since(&self, since: Timestamp) -> Option<AttributeValue> {
        let present = (self.since() == since).then(|| self.value());
        let former = || self.history.iter().rev().find(|former| former.since() == since).map(Former::value);
        present.or_else(former)
    }

    /// What it was at a moment, as far as it is remembered.
    pub fn find_at(&self, at: Timestamp) -> Option<AttributeValue> {
        let present = (self.changed <= at).then(|| self.value());
        let former = || self.history.iter().rev().find(|former| former.changed <= at).map(Former::value);
        present.or_else(former)
    }

    /// Puts a new value in place of the present one, which becomes history. The same value again changes nothing.
    pub fn replace(&mut self, value: &AttributeValue, now: Timestamp) {
        if self.value.as_str() != value.expose() {
            self.become_former(Zeroizing::new(value.expose().to_owned()), now, None);
        }
    }

    /// Brings the newest former value back; the present one becomes history, so that a second time takes it back.
    /// False if there is none.
    pub fn undo(&mut self, now: Timestamp) -> bool {
        let Some(former) = self.history.pop() else { return false };
        let first = Some(former.since());
        self.become_former(former.value, now, first);
        true
    }

    fn become_former(&mut self, value: Zeroizing<String>, now: Timestamp, first: Option<Timestamp>) {
        let value = std::mem::replace(&mut self.value, value);
        let first = std::mem::replace(&mut self.first, first);
        self.history.push(Former { value, changed: self.changed, first });
        self.changed = now;
        let surplus = self.history.len().saturating_sub(MOST_FORMER);
        self.history.drain(..surplus);
    }
}

impl Record for AttributeRecord {
    const KIND: &'static str = "attribute";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"claim":"birthdate","value":"1815-12-10","label":null,"changed":1700000000}`, as the first revision wrote it.
    const OLD: &[u8] =
        b"\xa4\x65claim\x69birthdate\x65value\x6a1815-12-10\x65label\xf6\x67changed\x1a\x65\x53\xf1\x00";

    fn text(value: &str) -> AttributeValue {
        AttributeValue::new(value.to_owned())
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn a_record_of_the_first_revision_loads() {
        let record: AttributeRecord = ciborium::from_reader(OLD).unwrap();
        assert_eq!((record.claim.as_str(), record.value().expose()), ("birthdate", "1815-12-10"));
        assert!(record.label.is_plain() && !record.default && record.history().next().is_none());
        assert!(record.is_sensitive(), "by what is usual for the claim");
        assert_eq!(record.changed, at(1_700_000_000));
    }

    #[test]
    fn history_is_bounded_and_comes_back_one_step() {
        let claim = ClaimName::parse("email").unwrap();
        let mut record = AttributeRecord::new(claim, Label::PLAIN, &text("0"), at(0));
        for n in 1..=25 {
            record.replace(&text(&n.to_string()), at(n));
            record.replace(&text(&n.to_string()), at(n + 100));
        }
        let history: Vec<_> = record.history().map(|(value, at)| (value.expose().to_owned(), at)).collect();
        assert_eq!(history.len(), MOST_FORMER);
        assert_eq!(history[0], ("24".to_owned(), at(24)), "the same value again is no change");
        assert_eq!(history[MOST_FORMER - 1], ("5".to_owned(), at(5)));
        assert!(record.undo(at(200)));
        assert_eq!((record.value().expose(), record.changed), ("24", at(200)));
        assert!(record.undo(at(300)));
        assert_eq!(record.value().expose(), "25", "a second time takes it back");
    }

    #[test]
    fn everything_survives_the_vault_s_encoding() {
        let claim = ClaimName::parse("email").unwrap();
        let mut record = AttributeRecord::new(claim, Label::parse("work").unwrap(), &text("a"), at(1));
        record.replace(&text("b"), at(2));
        (record.default, record.sensitive) = (true, Some(true));
        let mut bytes = Vec::new();
        ciborium::into_writer(&record, &mut bytes).unwrap();
        let read: AttributeRecord = ciborium::from_reader(bytes.as_slice()).unwrap();
        assert_eq!((read.value().expose(), read.label.as_str(), read.changed), ("b", "work", at(2)));
        assert!(read.default && read.is_sensitive());
        assert_eq!(read.history().map(|(value, _)| value.expose().to_owned()).collect::<Vec<_>>(), ["a"]);
    }
}
