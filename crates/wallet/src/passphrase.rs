//! How strong a new passphrase looks. A plain word, not a proof: whoever chose it knows best.

use bip39::Language;
use rand_core::CryptoRng;
use zeroize::Zeroizing;
use zxcvbn::Score;

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
    /// Looks at a passphrase: at its length, and at how many guesses it stands by what people choose (zxcvbn: dictionaries, names,
    /// dates, keyboards).
    #[must_use]
    pub fn of(passphrase: &str) -> Self {
        let different = passphrase.chars().collect::<std::collections::HashSet<_>>().len();
        if passphrase.chars().count() < SHORTEST || different < 4 {
            return Self::TooShort;
        }
        match zxcvbn::zxcvbn(passphrase, &[]).score() {
            Score::Four => Self::Good,
            Score::Three => Self::Fair,
            _ => Self::Weak,
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
            Self::Good => "This passphrase is good, as far as a program can tell.",
        }
    }
}

/// Four words of the list that spare keys are made of: 44 bits. With a second of stretching for each guess that is half a
/// million years of one computer.
#[must_use]
pub fn suggest(rng: &mut impl CryptoRng) -> Zeroizing<String> {
    let words = Language::English.word_list();
    let mut text = Zeroizing::new(String::with_capacity(64));
    for _ in 0..4 {
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
            ("qwertyuiop123456", Strength::Weak),
            ("Liverpool1985!", Strength::Weak),
            ("correct horse battery staple", Strength::Good),
            ("дом река лес мост", Strength::Good),
        ];
        for (passphrase, strength) in looks {
            assert_eq!(Strength::of(passphrase), strength, "{passphrase}");
        }
    }

    #[test]
    fn four_words_are_suggested_each_time_others_and_they_are_good() {
        let mut rng = passerby_testkit::rng::seeded(1);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..50 {
            let words = super::suggest(&mut rng);
            assert_eq!(words.split(' ').count(), 4, "{}", *words);
            assert!(Strength::of(&words) >= Strength::Fair, "{}", *words);
            seen.insert(words.to_string());
        }
        assert_eq!(seen.len(), 50);
    }
}
