//! The passphrase that locks the root keys.

use std::fmt;

use zeroize::Zeroizing;

/// The fewest characters of a passphrase.
pub const SHORTEST: usize = 8;

/// A passphrase of at least [`SHORTEST`] characters. Wiped when dropped.
pub struct Passphrase(Zeroizing<String>);

/// Why a text is not taken as a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the passphrase is shorter than {SHORTEST} characters: whoever copies the folder could guess it")]
pub struct TooShort;

impl Passphrase {
    /// Takes a passphrase over. One line ending at its end is not part of it: editors put it there.
    pub fn parse(mut text: Zeroizing<String>) -> Result<Self, TooShort> {
        let without = text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text));
        if let Some(length) = without.map(str::len) {
            text.truncate(length);
        }
        if text.chars().count() >= SHORTEST { Ok(Self(text)) } else { Err(TooShort) }
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

/// For a passphrase that was typed twice.
impl PartialEq for Passphrase {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Passphrase, TooShort> {
        Passphrase::parse(Zeroizing::new(text.to_owned()))
    }

    #[test]
    fn characters_are_counted_and_one_line_ending_is_dropped() {
        assert_eq!(parse("12345678").unwrap().expose(), "12345678");
        assert_eq!(parse("пароль12\r\n").unwrap().expose(), "пароль12");
        assert_eq!(parse(" 123456 \n").unwrap().expose(), " 123456 ", "spaces may be part of it");
        assert_eq!(parse("1234567\n").unwrap_err(), TooShort);
        assert_eq!(parse("пароль1").unwrap_err(), TooShort, "7 characters, though more bytes");
    }

    #[test]
    fn it_does_not_show() {
        assert_eq!(format!("{:?}", parse("correct horse").unwrap()), "Passphrase(..)");
    }
}
