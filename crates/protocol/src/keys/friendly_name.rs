//! What people see in place of a `user_ref` (docs/friendly-names.md). For eyes only: nothing is matched or keyed by it.

use crate::wire::b64u;

/// A word of each list in each line. They never change: the same name must come out everywhere.
const WORDS: &str = include_str!("friendly_words.txt");

/// Such as `Amber Otter`; nothing for a text that is not a `user_ref`.
#[must_use]
pub fn find_friendly_name(user_ref: &str) -> Option<String> {
    let bytes: [u8; 32] = b64u::decode(user_ref).ok()?.try_into().ok()?;
    let (first, _) = find_words(bytes[0])?;
    let (_, second) = find_words(bytes[1])?;
    Some(format!("{} {}", capital(first), capital(second)))
}

fn find_words(place: u8) -> Option<(&'static str, &'static str)> {
    WORDS.lines().nth(usize::from(place))?.split_once(' ')
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_ascii_uppercase() + rest
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_byte_has_words_of_its_own() {
        let words: BTreeSet<_> = (0..=u8::MAX).filter_map(find_words).flat_map(|(a, b)| [a, b]).collect();
        assert_eq!(words.len(), 512);
        assert_eq!(WORDS.lines().count(), 256);
        assert!(words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase())));
    }

    #[test]
    fn the_document_has_the_same_lists() {
        let document = include_str!("../../../../docs/friendly-names.md");
        let lists: Vec<Vec<_>> = document
            .split("```")
            .skip(1)
            .step_by(2)
            .map(|list| list.split_whitespace().skip(1).collect())
            .collect();
        let (first, second): (Vec<_>, Vec<_>) = (0..=u8::MAX).filter_map(find_words).unzip();
        assert_eq!(lists, [first, second]);
    }

    #[test]
    fn what_is_no_user_ref_has_no_name() {
        assert_eq!(find_friendly_name(&"A".repeat(43)).as_deref(), Some("Agile Albatross"));
        for text in ["", "Amber Otter", &"A".repeat(42), &"A".repeat(44), &"=".repeat(43)] {
            assert_eq!(find_friendly_name(text), None, "{text}");
        }
    }
}
