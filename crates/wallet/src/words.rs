//! The spare key on paper: the root secret as 24 English words (BIP 39), and the words as people type them.
//!
//! A person types from a sheet of paper, often in a hurry: in any case, with the numbers before the words, only the
//! first four letters, with the keyboard still set to Russian. All of that is read; nothing is guessed. A word that is
//! not in the list is named by its number.
//!
//! What it must never do: put a word into an error, a log or a `Debug`; complete a word that could be another.

use std::fmt;

use bip39::{Language, Mnemonic};
use passerby_protocol::keys::RootSecret;
use passerby_vault::RecoverySecret;
use zeroize::{Zeroize as _, Zeroizing};

use crate::trouble::Trouble;

/// How many words spell 32 bytes and their checksum of 8 bits.
pub const COUNT: usize = 24;

/// So many letters tell every word of the list from every other.
const TELLING: usize = 4;

/// Longer input is not a sheet of words, however generously it is written.
const LONGEST: usize = 4_096;

/// Why words could not be read. Never says which words: only their numbers, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WordsError {
    /// Not 24 words.
    #[error("A spare key has {COUNT} words; {found} were read.")]
    Count {
        /// How many were read.
        found: usize,
    },
    /// Some of them are not in the list.
    #[error("{}", unknown_sentence(numbers))]
    Unknown {
        /// Which, counted from 1.
        numbers: Vec<usize>,
    },
    /// Each is in the list, and together they are nobody's spare key.
    #[error(
        "These are {COUNT} words of the list, but they do not fit together: one of them is another word, or two have changed places."
    )]
    Checksum,
    /// The root secret could not be spelled.
    #[error("The spare key could not be spelled in words.")]
    Spelling,
}

fn unknown_sentence(numbers: &[usize]) -> String {
    let (one, many) = match numbers {
        [number] => return format!("Word {number} is not in the list of words that spare keys are made of."),
        [rest @ .., last] => (rest, last),
        [] => return String::from("A word is not in the list of words that spare keys are made of."),
    };
    let few = one.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    format!("Words {few} and {many} are not in the list of words that spare keys are made of.")
}

impl Trouble for WordsError {
    fn code(&self) -> &'static str {
        match self {
            Self::Count { .. } => "words-count",
            Self::Unknown { .. } => "words-unknown",
            Self::Checksum => "words-checksum",
            Self::Spelling => "words",
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::Count { .. } | Self::Unknown { .. } => {
                "Compare with your sheet. The first four letters of each word are enough."
            }
            Self::Checksum => "Compare each word with your sheet, and their order.",
            Self::Spelling => "",
        }
    }
}

/// 24 words that spell a root secret. Wiped when dropped; not `Display`: whoever shows them takes them one by one.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryWords(Mnemonic);

impl RecoveryWords {
    /// Spells a root secret. The same secret has the same words for ever.
    pub fn of(root: &RootSecret) -> Result<Self, WordsError> {
        Mnemonic::from_entropy_in(Language::English, root.expose())
            .map(Self)
            .map_err(|_| WordsError::Spelling)
    }

    /// Reads words as people type them: any case and spacing, numbers and punctuation between them, each word whole or
    /// from its first four letters on, typed in the English or the Russian keyboard layout.
    pub fn parse(typed: &str) -> Result<Self, WordsError> {
        let mut whole = Zeroizing::new(String::with_capacity(COUNT * 9));
        let mut unknown = Vec::new();
        let mut found = 0;
        let mut word = Zeroizing::new(String::with_capacity(LONGEST));
        let letters = typed.chars().take(LONGEST).flat_map(char::to_lowercase).map(find_latin);
        for letter in letters.chain([None]) {
            match letter {
                Some(letter) => word.push(letter),
                None if word.is_empty() => {}
                None => {
                    found += 1;
                    match find_word(&word) {
                        Some(listed) if found <= COUNT => {
                            whole.push_str(listed);
                            whole.push(' ');
                        }
                        Some(_) => {}
                        None => unknown.push(found),
                    }
                    word.zeroize();
                }
            }
        }
        if !unknown.is_empty() && found <= COUNT {
            return Err(WordsError::Unknown { numbers: unknown });
        }
        if found != COUNT {
            return Err(WordsError::Count { found });
        }
        Mnemonic::parse_in_normalized(Language::English, &whole).map(Self).map_err(|_| WordsError::Checksum)
    }

    /// The words, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.words()
    }

    /// Whether the word with this number, counted from 1, is what was typed: for a check that they were written down.
    #[must_use]
    pub fn is_word(&self, number: usize, typed: &str) -> bool {
        let typed = Zeroizing::new(
            typed.trim().chars().flat_map(char::to_lowercase).map_while(find_latin).collect::<String>(),
        );
        let expected = number.checked_sub(1).and_then(|index| self.iter().nth(index));
        expected.is_some() && find_word(&typed) == expected
    }

    /// The secret that they spell.
    #[must_use]
    pub fn root(&self) -> RootSecret {
        let (entropy, _) = self.0.to_entropy_array();
        let entropy = Zeroizing::new(entropy);
        let mut bytes = Zeroizing::new([0; 32]);
        bytes.iter_mut().zip(entropy.iter()).for_each(|(to, from)| *to = *from);
        RootSecret::from_bytes(bytes)
    }

    /// The same, as a way into the person's vault and its backups.
    #[must_use]
    pub fn secret(&self) -> RecoverySecret {
        RecoverySecret::new(self.root().expose())
    }
}

impl fmt::Debug for RecoveryWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryWords(..)")
    }
}

/// The word of the list that is meant: itself, or a beginning of four letters or more.
fn find_word(typed: &str) -> Option<&'static str> {
    let mut words = Language::English.words_by_prefix_iter(typed);
    match (words.next(), words.next()) {
        (Some(word), None) if typed.len() >= TELLING => Some(word),
        // In the order of the alphabet a word stands before those that it begins.
        (Some(word), _) if word == typed => Some(word),
        _ => None,
    }
}

/// The Latin letter of a key: as it is, or what the same key types when the layout is English. The keys that type no
/// letter in English (х ъ ж э б ю ё) separate words, as brackets, commas and points do.
fn find_latin(typed: char) -> Option<char> {
    const RUSSIAN: &str = "йцукенгшщзфывапролдячсмить";
    const ENGLISH: &str = "qwertyuiopasdfghjklzxcvbnm";
    if typed.is_ascii_lowercase() {
        return Some(typed);
    }
    RUSSIAN.chars().zip(ENGLISH.chars()).find(|(russian, _)| *russian == typed).map(|(_, english)| english)
}

#[cfg(test)]
mod tests {
    use super::{RecoveryWords, WordsError, find_latin};

    /// Published with BIP 39.
    const SHEET: &str = "absent gorilla van acoustic humor firm title dolphin bulk barely citizen recall crane moment \
                         aspect appear track phrase actual enforce steel spoon afraid benefit";

    fn read(typed: &str) -> Result<RecoveryWords, WordsError> {
        RecoveryWords::parse(typed)
    }

    fn in_russian_layout(english: &str) -> String {
        let key = |letter: char| {
            let other = |typed: &char| find_latin(*typed) == Some(letter);
            ('а'..='я').find(other).unwrap_or(letter)
        };
        english.chars().map(key).collect()
    }

    #[test]
    fn people_type_in_many_ways() {
        let sheet = read(SHEET).unwrap();
        let numbered: Vec<_> =
            sheet.iter().enumerate().map(|(at, word)| format!("{}. {word}", at + 1)).collect();
        let short: Vec<_> = sheet.iter().map(|word| word.get(..4).unwrap_or(word)).collect();
        let ways = [
            SHEET.to_uppercase(),
            format!("\n\t {} \r\n", SHEET.replace(' ', ",  ")),
            numbered.join("\n"),
            numbered.join(" ").replace(". ", ""),
            numbered.join(" ").replace(". ", ")"),
            short.join(" "),
            short.join("-"),
            in_russian_layout(SHEET),
            in_russian_layout(SHEET).to_uppercase(),
            // The point of `1.` is a ю in the Russian layout.
            in_russian_layout(&numbered.join(" ")).replace('.', "ю"),
            in_russian_layout(&SHEET[..60]) + &SHEET[60..],
        ];
        for way in ways {
            assert!(read(&way).is_ok_and(|words| words == sheet), "{way}");
        }
    }

    #[test]
    fn a_key_of_the_russian_layout_is_the_english_letter_on_it() {
        let mapped: Option<String> = "ыдшву".chars().map(find_latin).collect();
        assert_eq!(mapped.as_deref(), Some("slide"));
    }

    #[test]
    fn errors_name_numbers_and_never_words() {
        let miswritten = SHEET.replace("van", "vanilla").replace("spoon", "spo");
        let unknown = read(&miswritten).unwrap_err();
        assert_eq!(unknown, WordsError::Unknown { numbers: vec![3, 22] });
        assert_eq!(
            unknown.to_string(),
            "Words 3 and 22 are not in the list of words that spare keys are made of."
        );
        assert_eq!(
            read(&SHEET.replace("benefit", "")).unwrap_err().to_string(),
            "A spare key has 24 words; 23 were read."
        );
        assert_eq!(read(&format!("{SHEET} {SHEET}")), Err(WordsError::Count { found: 48 }));
        assert_eq!(read(""), Err(WordsError::Count { found: 0 }));
        assert_eq!(read(&SHEET.replace("firm", "title")), Err(WordsError::Checksum));
        assert_eq!(read(&SHEET.replace("firm title", "title firm")), Err(WordsError::Checksum));
        assert_eq!(format!("{:?}", read(SHEET).unwrap()), "RecoveryWords(..)");
    }

    #[test]
    fn a_letter_more_or_less_is_not_guessed() {
        for other in ["absentt", "abset", "abs", "фыв"] {
            assert_eq!(
                read(&SHEET.replace("absent", other)),
                Err(WordsError::Unknown { numbers: vec![1] }),
                "{other}"
            );
        }
    }

    #[test]
    fn endless_input_ends() {
        assert_eq!(read(&"a".repeat(1_000_000)), Err(WordsError::Unknown { numbers: vec![1] }));
        assert!(matches!(read(&"zoo ".repeat(100_000)), Err(WordsError::Count { .. })));
    }

    #[test]
    fn a_quiz_asks_for_one_word() {
        let sheet = read(SHEET).unwrap();
        assert!(sheet.is_word(1, " Absent "));
        assert!(sheet.is_word(2, "gori"));
        assert!(sheet.is_word(24, "иутуаше"));
        assert!(!sheet.is_word(1, "gorilla"));
        assert!(!sheet.is_word(0, ""));
        assert!(!sheet.is_word(25, ""));
    }
}
