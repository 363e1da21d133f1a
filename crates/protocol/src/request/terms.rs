//! On which terms a shop asks: what for, how long kept, who else gets it (docs/protocol.md section 5.2, ext.).

use serde::{Deserialize, Serialize};

use crate::wire::{b64u, json};

/// Terms are malformed or beyond what the protocol allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request's terms are malformed")]
pub struct TermsRefusal;

/// The terms of a request, in the shop's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What for: 1 to 200 characters.
    pub purpose: String,
    /// How long the answer may be kept, in days.
    pub retention: u32,
    /// Whether the permission stands beyond this one order; only `false` in this revision.
    pub standing: bool,
    /// To whom the shop passes the release on: at most 8 names of at most 80 characters.
    pub recipients: Vec<String>,
}

/// The exact text of the terms, whose hash binds them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TermsText(String);

impl TermsText {
    /// Writes terms down.
    pub fn write(terms: &Terms) -> Result<Self, TermsRefusal> {
        let text = Self(b64u::encode(serde_json::to_vec(terms).map_err(|_| TermsRefusal)?));
        text.read()?;
        Ok(text)
    }

    /// Takes over the text found in a request; [`Self::read`] says whether it is one.
    #[must_use]
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    /// Reads the terms.
    pub fn read(&self) -> Result<Terms, TermsRefusal> {
        let bytes = b64u::decode(&self.0).map_err(|_| TermsRefusal)?;
        let terms: Terms = json::parse(&bytes).map_err(|_| TermsRefusal)?;
        let well_formed = is_shown_text(&terms.purpose, 200)
            && terms.retention <= 3_650
            && !terms.standing
            && terms.recipients.len() <= 8
            && terms.recipients.iter().all(|name| is_shown_text(name, 80));
        if well_formed { Ok(terms) } else { Err(TermsRefusal) }
    }

    /// The text as it stands in the request.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `terms_hash = b64u(SHA-256(ASCII(data)))`.
    #[must_use]
    pub fn hash(&self) -> String {
        b64u::sha256(&self.0)
    }
}

/// Whether a text is fit to be shown to people before they decide: 1 to `longest` characters, no white space at its ends
/// or twice in a row (it could push a text to where it looks like ours), nothing that controls or deceives
/// (docs/protocol.md section 1.9).
pub(crate) fn is_shown_text(text: &str, longest: usize) -> bool {
    let deceives = |c: char| {
        let turns = matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        c.is_control() || turns || matches!(c, '\u{e0000}'..='\u{e007f}')
    };
    let mut after_space = true;
    let spaced = text.chars().all(|c| {
        let twice = after_space && c.is_whitespace();
        after_space = c.is_whitespace();
        !twice
    });
    // `after_space` is true at the beginning, so that an empty text and a space at the end are refused alike.
    spaced && !after_space && text.chars().count() <= longest && !text.contains(deceives)
}
