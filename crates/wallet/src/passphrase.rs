//! How strong a new passphrase looks. A plain word, not a proof: whoever chose it knows best.

use bip39::Language;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

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

    /// For a bar: from 0 to 4.
    #[must_use]
    pub const fn score(self) -> u8 {
        match self {
            Self::TooShort => 0,
            Self::Weak => 1,
            Self::Fair => 3,
            Self::Good => 4,
        }
    }

    /// Whether a wallet can be made with it.
    #[must_use]
    pub const fn is_accepted(self) -> bool {
        !matches!(self, Self::TooShort)
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

/// Five words of the list that spare keys are made of: 55 bits.
#[must_use]
pub fn suggest(rng: &mut impl CryptoRng) -> Zeroizing<String> {
    let words = Language::English.word_list();
    let mut text = Zeroizing::new(String::with_capacity(64));
    for _ in 0..5 {
        let at = usize::try_from(rng.next_u32()).unwrap_or_default() % words.len();
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(words.get(at).copied().unwrap_or_default());
    }
    text
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
