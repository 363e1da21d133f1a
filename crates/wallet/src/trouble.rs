//! What every error of the wallet can answer: was anything sent, and what can be done now?

mod vault;

/// Whether anything of the person's has left this computer in the direction of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sent {
    /// Nothing was sent.
    Nothing,
    /// It left this computer sealed, and the relay says that it did not take it. Nobody can prove that.
    NotTaken,
    /// It may have arrived. Trying again sends the same bytes, so nothing can happen twice.
    Maybe,
}

impl Sent {
    /// What an error text says about it.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Nothing => "Nothing was sent.",
            Self::NotTaken => "It left sealed, and the server it went to says that it did not take it.",
            Self::Maybe => "It may have arrived. Trying again cannot send it twice.",
        }
    }

    /// For machines: `nothing`, `not-taken` or `maybe`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::NotTaken => "not-taken",
            Self::Maybe => "maybe",
        }
    }
}

/// An error that a person meets. Its `Display` is one or more whole sentences that say what happened.
pub trait Trouble: std::error::Error {
    /// Which trouble, for machines: kebab case; the protocol's refusal where there is one.
    fn code(&self) -> &'static str;

    /// Whether anything was sent.
    fn sent(&self) -> Sent {
        Sent::Nothing
    }

    /// The same in a sentence, which every error text ends with.
    fn sent_sentence(&self) -> &'static str {
        self.sent().sentence()
    }

    /// What can be done now: whole sentences, or empty.
    fn next_step(&self) -> &'static str {
        ""
    }

    /// Where the browser goes back to all the same: for what was answered before.
    fn return_to(&self) -> Option<&str> {
        None
    }
}

/// Troubles of the vault, which every step may meet.
impl Trouble for passerby_vault::RecordError {
    fn code(&self) -> &'static str {
        match self {
            Self::Storage(passerby_vault::StorageError::Full) => "disk-full",
            Self::Damaged { .. } | Self::Shape { .. } => "vault-damaged",
            Self::NotWhole { .. } => "vault-not-whole",
            _ => "vault",
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::Storage(passerby_vault::StorageError::Full) => "Make room on the disk and try again.",
            Self::NotWhole { .. } => {
                "Everything in it can still be read. What to do, says `passerby doctor`."
            }
            _ => "",
        }
    }
}
