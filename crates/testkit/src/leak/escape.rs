//! The encodings one text can take, one function each.
//!
//! Each gives every spelling that a program in common use writes, because a search compares bytes.

/// JSON strings without their quotes: non-ASCII as it is or as `\u`, slashes as they are or escaped, and the characters
/// that HTML minds as they are or as `\u`.
pub fn json(text: &str) -> Vec<String> {
    let minded: [fn(char) -> bool; 4] = [
        |_| false,
        |letter| !letter.is_ascii(),
        |letter| "<>&'".contains(letter),
        |letter| !letter.is_ascii() || "<>&'".contains(letter),
    ];
    let units: [fn(u16) -> String; 2] = [|unit| format!("\\u{unit:04x}"), |unit| format!("\\u{unit:04X}")];
    let mut all = Vec::new();
    for minded in minded {
        for unit in units {
            for slash in ["/", "\\/"] {
                all.push(json_string(text, minded, unit, slash));
            }
        }
    }
    all
}

fn json_string(text: &str, minded: fn(char) -> bool, unit: fn(u16) -> String, slash: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '/' => out.push_str(slash),
            _ if letter.is_control() || minded(letter) => {
                letter.encode_utf16(&mut [0; 2]).iter().for_each(|one| out.push_str(&unit(*one)));
            }
            _ => out.push(letter),
        }
    }
    out
}

/// What the usual encoders leave as it is, besides letters and digits: RFC 3986, `encodeURIComponent`, HTML forms,
/// `encodeURI`, and an encoder that leaves nothing.
const URL_SAFE: [&str; 5] = ["-._~", "-._~!*'()", "-._*", "-._~!*'();/?:@&=+$,#", ""];

/// Percent-encoded, with spaces as `%20` or `+`.
pub fn url(text: &str) -> Vec<String> {
    let escapes: [fn(u8) -> String; 2] = [|byte| format!("%{byte:02x}"), |byte| format!("%{byte:02X}")];
    let mut all = Vec::new();
    for escape in escapes {
        all.push(joined(text.as_bytes(), "", escape));
        for safe in URL_SAFE {
            for space in ["%20", "+"] {
                all.push(joined(text.as_bytes(), "", |byte| match char::from(byte) {
                    ' ' => space.into(),
                    letter if letter.is_ascii_alphanumeric() || safe.contains(letter) => letter.into(),
                    _ => escape(byte),
                }));
            }
        }
    }
    all
}

/// Names of the letters from U+00A0 to U+00FF, as HTML has them.
const LATIN_1: [&str; 96] = [
    "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf", "laquo",
    "not", "shy", "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro", "para", "middot",
    "cedil", "sup1", "ordm", "raquo", "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",
    "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml", "Igrave", "Iacute",
    "Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute", "Ocirc", "Otilde", "Ouml", "times", "Oslash",
    "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute", "THORN", "szlig", "agrave", "aacute", "acirc", "atilde",
    "auml", "aring", "aelig", "ccedil", "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc",
    "iuml", "eth", "ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave",
    "uacute", "ucirc", "uuml", "yacute", "thorn", "yuml",
];

/// How one way of writing HTML writes a letter that it does not leave as it is.
type Reference = fn(char) -> Option<String>;

/// HTML: named or numeric references, for the letters that matter, for all that is not ASCII, or for everything.
pub fn html(text: &str) -> Vec<String> {
    let apostrophes: [Reference; 4] = [
        |letter| (letter == '\'').then(|| "&#39;".into()),
        |letter| (letter == '\'').then(|| "&#x27;".into()),
        |letter| (letter == '\'').then(|| "&apos;".into()),
        |_| None,
    ];
    let quotes: [Reference; 2] = [|letter| (letter == '"').then(|| "&quot;".into()), |_| None];
    let others: [Reference; 7] = [
        |_| None,
        latin_1_name,
        |letter| latin_1_name(letter).or_else(|| (!letter.is_ascii()).then(|| decimal(letter))),
        |letter| {
            latin_1_name(letter)
                .or_else(|| (!letter.is_ascii()).then(|| format!("&#x{:x};", u32::from(letter))))
        },
        |letter| (!letter.is_ascii()).then(|| decimal(letter)),
        |letter| (!letter.is_ascii()).then(|| format!("&#x{:x};", u32::from(letter))),
        |letter| (!letter.is_ascii()).then(|| format!("&#x{:X};", u32::from(letter))),
    ];
    let mut all = Vec::new();
    for apostrophe in apostrophes {
        for quote in quotes {
            for other in others {
                all.push(with_references(text, |letter| {
                    apostrophe(letter)
                        .or_else(|| quote(letter))
                        .or_else(|| basic_name(letter))
                        .or_else(|| other(letter))
                }));
            }
        }
    }
    all.push(with_references(text, |letter| Some(decimal(letter))));
    all.push(with_references(text, |letter| Some(format!("&#x{:x};", u32::from(letter)))));
    all.push(with_references(text, |letter| Some(format!("&#x{:X};", u32::from(letter)))));
    // Numbers for whatever is not a letter or a digit.
    let mark = |letter: char| !letter.is_ascii_alphanumeric();
    all.push(with_references(text, |letter| mark(letter).then(|| decimal(letter))));
    all.push(with_references(text, |letter| mark(letter).then(|| format!("&#x{:x};", u32::from(letter)))));
    all.push(with_references(text, |letter| mark(letter).then(|| format!("&#x{:X};", u32::from(letter)))));
    all
}

fn with_references(text: &str, reference: impl Fn(char) -> Option<String>) -> String {
    text.chars().map(|letter| reference(letter).unwrap_or_else(|| letter.into())).collect()
}

fn decimal(letter: char) -> String {
    format!("&#{};", u32::from(letter))
}

fn basic_name(letter: char) -> Option<String> {
    match letter {
        '&' => Some("&amp;".into()),
        '<' => Some("&lt;".into()),
        '>' => Some("&gt;".into()),
        _ => None,
    }
}

fn latin_1_name(letter: char) -> Option<String> {
    let place = usize::try_from(u32::from(letter).checked_sub(0xA0)?).ok()?;
    LATIN_1.get(place).map(|name| format!("&{name};"))
}

/// Hexadecimal, without and with separators.
pub fn hex(bytes: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    for between in ["", " ", ":"] {
        all.push(joined(bytes, between, |byte| format!("{byte:02x}")));
        all.push(joined(bytes, between, |byte| format!("{byte:02X}")));
    }
    all
}

/// Lists of decimal numbers, as a debug print of bytes gives, and as JSON writes them.
pub fn numbers(bytes: &[u8]) -> Vec<String> {
    [", ", ",", " "].iter().map(|between| joined(bytes, between, |byte| byte.to_string())).collect()
}

/// Escapes of single bytes, as logs and dumps write them: `\xc3` or `\303` for what is not ASCII.
pub fn bytes(bytes: &[u8]) -> Vec<String> {
    let escapes: [fn(u8) -> String; 3] =
        [|byte| format!("\\x{byte:02x}"), |byte| format!("\\x{byte:02X}"), |byte| format!("\\{byte:03o}")];
    let mut all = Vec::new();
    for escape in escapes {
        all.push(joined(bytes, "", escape));
        for quotes in [false, true] {
            all.push(joined(bytes, "", |byte| match char::from(byte) {
                '\\' => "\\\\".into(),
                '"' | '\'' if quotes => format!("\\{}", char::from(byte)),
                '\n' if quotes => "\\n".into(),
                '\r' if quotes => "\\r".into(),
                '\t' if quotes => "\\t".into(),
                ' '..='~' => char::from(byte).into(),
                _ => escape(byte),
            }));
        }
    }
    all
}

fn joined(bytes: &[u8], between: &str, write: impl Fn(u8) -> String) -> String {
    bytes.iter().map(|byte| write(*byte)).collect::<Vec<_>>().join(between)
}
