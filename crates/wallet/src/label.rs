//! What tells several values under one name apart: `home`, `work`, `mum`. Chosen by the person, never sent.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most characters that a label may have.
pub const LONGEST_LABEL: usize = 40;

/// A label, or none: the plain value is the one that bears no label. Not printed by `Debug`: it may name a person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(try_from = "Option<String>", into = "Option<String>")]
pub struct Label(String);

/// A text cannot be a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a label has at most {LONGEST_LABEL} characters, and none of , = and control characters")]
pub struct NotALabel;

impl Label {
    /// No label.
    pub const PLAIN: Self = Self(String::new());

    /// Reads a label; spaces around it are not part of it. An empty text is no label.
    pub fn parse(text: &str) -> Result<Self, NotALabel> {
        let text = text.trim();
        let refused = |c: char| c.is_control() || matches!(c, ',' | '=');
        if text.chars().count() > LONGEST_LABEL || text.contains(refused) {
            return Err(NotALabel);
        }
        Ok(Self(text.to_owned()))
    }

    /// Whether it is none.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.0.is_empty()
    }

    /// The label as a text; empty for none.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The label as a text, if there is one.
    #[must_use]
    pub fn find_text(&self) -> Option<&str> {
        (!self.is_plain()).then_some(self.as_str())
    }
}

/// What people read: the label, or that there is none.
impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.find_text().unwrap_or("no label"))
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_plain() { "Label(plain)" } else { "Label(..)" })
    }
}

impl TryFrom<Option<String>> for Label {
    type Error = NotALabel;

    fn try_from(text: Option<String>) -> Result<Self, NotALabel> {
        text.map_or(Ok(Self::PLAIN), |text| Self::parse(&text))
    }
}

impl From<Label> for Option<String> {
    fn from(label: Label) -> Self {
        (!label.is_plain()).then_some(label.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_short_and_can_be_typed_behind_an_equals_sign() {
        assert_eq!(Label::parse(" at work ").unwrap().as_str(), "at work");
        assert!(Label::parse("  ").unwrap().is_plain());
        for text in ["a,b", "a=b", "a\nb", "a\u{1b}b", "x".repeat(41).as_str()] {
            assert_eq!(Label::parse(text), Err(NotALabel));
        }
        assert!(Label::parse(&"ж".repeat(40)).is_ok());
    }
}
