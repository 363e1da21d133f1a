//! What `passerby doctor` found, one thing a line.

use serde_json::{Value, json};

/// How much something matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// As it should be.
    Fine,
    /// Worth knowing; nothing is broken.
    Note,
    /// Somebody should do something.
    Care,
}

impl Weight {
    const fn word(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Note => "note",
            Self::Care => "care",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What was looked at, for machines.
    check: &'static str,
    weight: Weight,
    /// One or more whole sentences, without any value.
    text: String,
    /// What to do: sentences that end with a command. Empty when there is nothing to do.
    next: String,
}

impl Finding {
    pub fn fine(check: &'static str, text: impl Into<String>) -> Self {
        Self { check, weight: Weight::Fine, text: text.into(), next: String::new() }
    }

    pub fn note(check: &'static str, text: impl Into<String>, next: impl Into<String>) -> Self {
        Self { check, weight: Weight::Note, text: text.into(), next: next.into() }
    }

    pub fn care(check: &'static str, text: impl Into<String>, next: impl Into<String>) -> Self {
        Self { check, weight: Weight::Care, text: text.into(), next: next.into() }
    }

    pub fn needs_care(&self) -> bool {
        self.weight == Weight::Care
    }

    pub fn lines(&self) -> Vec<String> {
        let mark = match self.weight {
            Weight::Fine => "fine",
            Weight::Note => "note",
            Weight::Care => "CARE",
        };
        let mut lines = vec![format!("  {mark}  {}", self.text)];
        if !self.next.is_empty() {
            lines.push(format!("        {}", self.next));
        }
        lines
    }

    pub fn object(&self) -> Value {
        json!({ "check": self.check, "weight": self.weight.word(), "text": self.text, "next": self.next })
    }
}
