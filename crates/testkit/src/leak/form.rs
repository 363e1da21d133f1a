//! The disguises, and what to look for to see through each.

use std::fmt;

use base64::{
    Engine,
    alphabet::{Alphabet, STANDARD, URL_SAFE},
    engine::{GeneralPurpose, general_purpose::NO_PAD},
};

use super::{SHORTEST, escape};

/// A disguise in which a value can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Form {
    /// As it is, in UTF-8.
    Plain,
    /// In lower or upper case.
    Case,
    /// As inside a JSON string, once or twice.
    Json,
    /// Percent-encoded, once or twice.
    Url,
    /// With HTML's named or numeric references.
    Html,
    /// Hexadecimal.
    Hex,
    /// As a list of decimal numbers.
    Numbers,
    /// With escapes of single bytes.
    Bytes,
    /// UTF-16, little end first.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// Base64, wherever in the encoded text it begins.
    Base64,
    /// Base64url, wherever in the encoded text it begins.
    Base64Url,
    /// Base64url inside base64url: a token inside a token.
    Base64Twice,
}

impl Form {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Plain,
        Self::Case,
        Self::Json,
        Self::Url,
        Self::Html,
        Self::Hex,
        Self::Numbers,
        Self::Bytes,
        Self::Utf16Le,
        Self::Utf16Be,
        Self::Base64,
        Self::Base64Url,
        Self::Base64Twice,
    ];
}

impl fmt::Display for Form {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Plain => "plain",
            Self::Case => "other case",
            Self::Json => "JSON-escaped",
            Self::Url => "URL-encoded",
            Self::Html => "HTML-escaped",
            Self::Hex => "hexadecimal",
            Self::Numbers => "decimal numbers",
            Self::Bytes => "byte escapes",
            Self::Utf16Le => "UTF-16 LE",
            Self::Utf16Be => "UTF-16 BE",
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::Base64Twice => "base64url twice",
        })
    }
}

/// What to look for to find the value, for each form. None if it is shorter than [`SHORTEST`] bytes.
///
/// Forms overlap: of a value in plain ASCII, several look the same.
pub fn forms(value: &str) -> Option<Vec<(Form, Vec<Vec<u8>>)>> {
    if value.len() < SHORTEST {
        return None;
    }
    let json = escape::json(value);
    let json_twice = json.iter().flat_map(|once| escape::json(once));
    let url = escape::url(value);
    let url_twice = url.iter().flat_map(|once| escape::url(once));
    // What a token carries is the value or a JSON text with the value in it.
    let mut inner: Vec<Vec<u8>> = json.iter().map(|text| text.clone().into_bytes()).collect();
    inner.push(value.into());
    inner.sort_unstable();
    inner.dedup();
    let base64url: Vec<_> = inner.iter().flat_map(|bytes| aligned(bytes, &URL_SAFE)).collect();
    let mut all = vec![
        (Form::Plain, vec![value.into()]),
        (Form::Case, texts([value.to_lowercase(), value.to_uppercase()])),
        (Form::Json, texts(json.iter().cloned().chain(json_twice))),
        (Form::Url, texts(url.iter().cloned().chain(url_twice))),
        (Form::Html, texts(escape::html(value))),
        (Form::Hex, texts(escape::hex(value.as_bytes()))),
        (Form::Numbers, texts(escape::numbers(value.as_bytes()))),
        (Form::Bytes, texts(escape::bytes(value.as_bytes()))),
        (Form::Utf16Le, vec![value.encode_utf16().flat_map(u16::to_le_bytes).collect()]),
        (Form::Utf16Be, vec![value.encode_utf16().flat_map(u16::to_be_bytes).collect()]),
        (Form::Base64, base64_texts(&inner)),
        (Form::Base64Twice, texts(base64url.iter().flat_map(|text| aligned(text.as_bytes(), &URL_SAFE)))),
        (Form::Base64Url, texts(base64url)),
    ];
    for (_, needles) in &mut all {
        needles.retain(|needle| needle.len() >= SHORTEST);
        needles.sort_unstable();
        needles.dedup();
    }
    Some(all)
}

fn texts(texts: impl IntoIterator<Item = String>) -> Vec<Vec<u8>> {
    texts.into_iter().map(String::into_bytes).collect()
}

/// The standard alphabet has two letters that JSON and URLs escape in their turn.
fn base64_texts(inner: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for text in inner.iter().flat_map(|bytes| aligned(bytes, &STANDARD)) {
        all.push(text.replace('/', "\\/"));
        all.push(text.replace('+', "%2B").replace('/', "%2F"));
        all.push(text.replace('+', "%2b").replace('/', "%2f"));
        all.push(text);
    }
    texts(all)
}

/// The three texts by which base64 shows these bytes, depending on how many bytes modulo 3 stand before them.
///
/// The letters at either edge that also depend on the neighbours are left off.
fn aligned(bytes: &[u8], alphabet: &Alphabet) -> Vec<String> {
    let engine = GeneralPurpose::new(alphabet, NO_PAD);
    (0..3)
        .map(|before| {
            let mut padded = vec![0; before];
            padded.extend_from_slice(bytes);
            let text = engine.encode(&padded);
            // Letters hold 6 bits each: skip those that begin before the bytes do, stop where they end.
            let (first, last) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
            text.get(first..last).unwrap_or_default().to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_needle_is_long_enough_not_to_be_found_by_chance() {
        for (form, needles) in forms("sixsix").unwrap() {
            assert!(!needles.is_empty(), "{form} has nothing to look for");
            assert!(needles.iter().all(|needle| needle.len() >= SHORTEST), "{form}");
        }
        assert_eq!(forms("short"), None);
    }

    #[test]
    fn alignment_leaves_the_uncertain_letters_off() {
        // "abcdef" after no, one and two other bytes, in RFC 4648 base64.
        assert_eq!(aligned(b"abcdef", &STANDARD), ["YWJjZGVm", "FiY2RlZ", "hYmNkZW"]);
        // Whatever stands around it, one of the three is in the text.
        for before in 0..7 {
            let text = format!("{}abcdef{}", "\u{7f}".repeat(before), "z".repeat(before));
            let encoded = base64::engine::general_purpose::STANDARD.encode(text);
            assert!(aligned(b"abcdef", &STANDARD).iter().any(|needle| encoded.contains(needle)));
        }
    }
}
