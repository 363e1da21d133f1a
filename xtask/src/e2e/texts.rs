//! The texts of the window, by their names.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::checkout::Checkout;

/// The texts of one language.
pub struct Texts(Value);

impl Texts {
    /// Reads `ui/messages/<language>.json`.
    pub fn read(checkout: &Checkout, language: &str) -> Result<Self> {
        let file = checkout.root().join(format!("ui/messages/{language}.json"));
        let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        Ok(Self(serde_json::from_str(&text).with_context(|| format!("reading {}", file.display()))?))
    }

    /// A text without places.
    pub fn say(&self, name: &str) -> Result<String> {
        self.fill(name, &[])
    }

    /// A text with its places filled.
    pub fn fill(&self, name: &str, places: &[(&str, &str)]) -> Result<String> {
        let text = self.0[name].as_str().with_context(|| format!("there is no plain text `{name}`"))?;
        let filled = places
            .iter()
            .fold(text.to_owned(), |text, (place, with)| text.replace(&format!("{{{place}}}"), with));
        Ok(filled)
    }
}
