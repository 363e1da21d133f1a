//! One passphrase, however a keyboard spells it.
//!
//! The same passphrase typed on two computers may arrive as different code points: an "ü" as one or as two, a space of
//! another width. It is brought into one form by the mapping rules of `OpaqueString` (RFC 8265, section 4.2.2): spaces
//! outside ASCII become U+0020, then Unicode normalisation form C. Case and width stay.
//!
//! What it must never do: refuse characters. The standard's list of forbidden code points depends on the Unicode version
//! of the program, and would lock out whoever chose a newer one.

use icu_normalizer::ComposingNormalizerBorrowed;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// The passphrase in the form that slots are made for.
pub(crate) fn derive_spelling(typed: &SecretString) -> SecretString {
    let typed = typed.expose_secret();
    // Three times is the most by which form C makes UTF-8 longer (Unicode's own bound), so that the buffers never grow
    // and never leave a copy.
    let mut spaced = Zeroizing::new(String::with_capacity(typed.len()));
    spaced.extend(typed.chars().map(|letter| if is_other_space(letter) { ' ' } else { letter }));
    let mut spelling = Zeroizing::new(String::with_capacity(3 * spaced.len()));
    // Writing into a string cannot fail.
    let _ = ComposingNormalizerBorrowed::new_nfc().normalize_to(&spaced, &mut *spelling);
    SecretString::from(spelling.as_str())
}

/// Unicode's category Zs without ASCII: white space that is no control and no separator of lines or paragraphs.
fn is_other_space(letter: char) -> bool {
    letter.is_whitespace()
        && !letter.is_ascii()
        && !letter.is_control()
        && !matches!(letter, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spelled(typed: &str) -> String {
        derive_spelling(&SecretString::from(typed)).expose_secret().to_owned()
    }

    #[test]
    fn what_looks_the_same_is_the_same() {
        for (typed, spelling) in [
            ("correct horse", "correct horse"),
            ("U\u{308}ber den Wolken", "\u{dc}ber den Wolken"),
            ("\u{dc}ber\u{a0}den\u{3000}Wolken", "\u{dc}ber den Wolken"),
            ("\u{e9}\u{323}", "\u{1eb9}\u{301}"),
            ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
            // Case, width, compatibility forms, tabs and line separators are the person's own.
            ("Case", "Case"),
            ("\u{ff21}\u{fb01}\t\u{2028}\u{85}", "\u{ff21}\u{fb01}\t\u{2028}\u{85}"),
            // So is what this program's Unicode does not know yet.
            ("\u{378}\u{1fbff}", "\u{378}\u{1fbff}"),
        ] {
            assert_eq!(spelled(typed), spelling, "{typed:?}");
        }
    }

    proptest! {
        #[test]
        fn a_spelling_is_its_own_and_never_outgrows_its_buffer(typed in any::<String>()) {
            let once = spelled(&typed);
            prop_assert_eq!(spelled(&once), once.clone());
            prop_assert!(once.len() <= 3 * typed.len());
        }
    }
}
