//! How strong a new passphrase looks. A plain word, not a proof: whoever chose it knows best.

/// The fewest characters that a new passphrase may have.
pub const SHORTEST: usize = 8;

/// How a passphrase looks from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Shorter than [`SHORTEST`], or hardly more than one character again and again: refused.
    TooShort,
    /// Would resist a curious housemate.
    Weak,
    /// Would resist somebody with a few computers.
    Fair,
    /// Four or more words, or as good as that.
    Good,
}

impl Strength {
    /// Looks at a passphrase. Counts characters, different characters and words; knows no dictionary.
    #[must_use]
    pub fn of(passphrase: &str) -> Self {
        let length = passphrase.chars().count();
        let different = passphrase.chars().collect::<std::collections::HashSet<_>>().len();
        let words = passphrase.split_whitespace().filter(|word| word.chars().count() >= 3).count();
        if length < SHORTEST || different < 4 {
            Self::TooShort
        } else if length >= 20 || (words >= 4 && different >= 8) {
            Self::Good
        } else if length >= 12 && different >= 8 {
            Self::Fair
        } else {
            Self::Weak
        }
    }

    /// What to say about it.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::TooShort => {
                "This passphrase is too short: at least 8 characters, and not the same ones again and again."
            }
            Self::Weak => {
                "This passphrase is weak: whoever has the file can try many a second. Four words or more are better."
            }
            Self::Fair => "This passphrase is fair. Four words or more are better.",
            Self::Good => "This passphrase is good, as far as its length tells.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Strength;

    #[test]
    fn length_and_variety_count() {
        let looks = [
            ("short", Strength::TooShort),
            ("aaaaaaaaaaaaaaaaaaaaaaaa", Strength::TooShort),
            ("hunter22", Strength::Weak),
            ("Tr0ub4dor&3x", Strength::Fair),
            ("correct horse battery staple", Strength::Good),
            ("дом река лес мост", Strength::Good),
        ];
        for (passphrase, strength) in looks {
            assert_eq!(Strength::of(passphrase), strength, "{passphrase}");
        }
    }
}
