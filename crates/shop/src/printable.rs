//! Text of strangers on a terminal: it must not move the cursor, change colours or turn the direction of reading.

/// The text with every character that could deceive replaced by U+FFFD. Line breaks count as such: split lines before.
#[must_use]
pub fn to_printable(text: &str) -> String {
    text.chars().map(|c| if deceives(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Control characters, invisible ones and those that change direction.
pub(crate) fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_deceives_is_replaced_and_the_rest_stays() {
        assert_eq!(to_printable("Zoë Łukasz, 1. Stock"), "Zoë Łukasz, 1. Stock");
        assert_eq!(
            to_printable("a\u{1b}[31mb\u{202e}c\td\u{9b}e"),
            "a\u{fffd}[31mb\u{fffd}c\u{fffd}d\u{fffd}e"
        );
    }
}
