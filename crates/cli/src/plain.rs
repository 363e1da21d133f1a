//! Text of strangers, made harmless for a terminal.

/// Whether a terminal obeys this character instead of showing it, or it changes the order in which others are read.
fn is_obeyed(c: char) -> bool {
    let turns = matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let tags = matches!(c, '\u{e0000}'..='\u{e007f}');
    c.is_control() || turns || tags
}

/// The text with a replacement character in place of each such character. A line feed counts as one.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if is_obeyed(c) { '\u{fffd}' } else { c }).collect()
}

/// JSON with each such character escaped: the same JSON, harmless when it is looked at.
pub fn plain_json(value: &serde_json::Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        if is_obeyed(c) {
            let mut units = [0; 2];
            text.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_taken_out() {
        assert_eq!(
            plain("Shoes\u{1b}[2J\u{202e}seohS\u{9b}1m\n"),
            "Shoes\u{fffd}[2J\u{fffd}seohS\u{fffd}1m\u{fffd}"
        );
        assert_eq!(plain("Überweg 5, São Paulo, 東京"), "Überweg 5, São Paulo, 東京");
    }

    #[test]
    fn escaped_json_says_the_same() {
        let value = serde_json::json!({ "name": "a\u{202e}\u{9b}\u{e0041}\u{1b}z" });
        let text = plain_json(&value);
        assert!(text.is_ascii(), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
