//! How a command fails: a code from a closed list, a sentence, and whether anything was sent.
//!
//! What it must never do: carry a value, a key, a token or a pseudonym.

use std::collections::BTreeMap;

use passerby_wallet::{Sent, Trouble};
use serde::Serialize;
use specta::Type;

/// A failed command, as the window gets it. The window has its own sentence for the codes it knows; the message, in English,
/// is for the others.
#[derive(Debug, Clone, Serialize, Type)]
pub struct CommandError {
    /// Which trouble: kebab case, the same codes as in `passerby --json`.
    pub code: String,
    /// What happened, in whole sentences.
    pub message: String,
    /// Whether anything of the person's has left this computer.
    pub sent: SentWord,
    /// What the window's sentence has places for: a relay's or a verifier's host, a limit. Never a person's value.
    pub facts: BTreeMap<String, String>,
}

/// Whether anything was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum SentWord {
    /// Nothing.
    Nothing,
    /// The server it went to says that it did not take it.
    NotTaken,
    /// It may have arrived; trying again cannot send it twice.
    Maybe,
}

impl CommandError {
    /// A trouble of the shell itself. Nothing was sent by it.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            sent: SentWord::Nothing,
            facts: BTreeMap::new(),
        }
    }

    /// The wallet is locked, and the command needs it open.
    #[must_use]
    pub fn locked() -> Self {
        Self::new("locked", "Your wallet is locked.")
    }

    /// A trouble of the wallet. What can be done next the window says itself: the wallet's own sentence for that may name a
    /// command of the terminal.
    pub fn of(trouble: &(impl Trouble + ?Sized)) -> Self {
        Self { sent: trouble.sent().into(), ..Self::new(trouble.code(), sentence(&trouble.to_string())) }
    }

    /// A trouble with a foreign verifier, which promises less about the same bytes than a relay does: the window's sentences
    /// name it instead of a relay.
    pub fn of_foreign(host: impl Into<String>, trouble: &(impl Trouble + ?Sized)) -> Self {
        Self::of(trouble).with_fact("host", host)
    }

    /// With what a sentence has a place for.
    #[must_use]
    pub fn with_fact(mut self, name: &str, fact: impl Into<String>) -> Self {
        self.facts.insert(name.to_owned(), fact.into());
        self
    }
}

impl<T: Trouble> From<T> for CommandError {
    fn from(trouble: T) -> Self {
        Self::of(&trouble)
    }
}

impl From<Sent> for SentWord {
    fn from(sent: Sent) -> Self {
        match sent {
            Sent::Nothing => Self::Nothing,
            Sent::NotTaken => Self::NotTaken,
            Sent::Maybe => Self::Maybe,
        }
    }
}

/// Begins large and ends with a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let large: String =
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    if large.ends_with(['.', '?', '!']) { large } else { format!("{large}.") }
}

#[cfg(test)]
mod tests {
    use passerby_wallet::VaultError;

    use super::*;

    #[test]
    fn a_trouble_of_the_wallet_keeps_its_code_and_says_that_nothing_was_sent() {
        let error = CommandError::from(VaultError::WrongPassphrase);
        assert_eq!((error.code.as_str(), error.sent), ("wrong-passphrase", SentWord::Nothing));
        assert_eq!(error.message, "The passphrase does not open this vault.");
    }
}
