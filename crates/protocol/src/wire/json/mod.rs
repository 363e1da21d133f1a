//! Strict JSON: what two readers could understand differently is refused before anything is read.

mod objects;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use objects::Objects;
use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

const LARGEST_INTEGER: u64 = (1 << 53) - 1;

/// Why a text is not the JSON object that was expected. Says nothing of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the expected JSON object")]
pub struct NotTheJson;

/// Reads a JSON object as `T`.
///
/// Refused: repeated member names at any depth, numbers that two readers could take for different ones, anything that is
/// not an object, arrays in place of the objects inside, text after the object, nesting beyond `serde_json`'s limit of 128.
/// Unknown members are ignored.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, NotTheJson> {
    if bytes.iter().find(|b| !b.is_ascii_whitespace()) != Some(&b'{') {
        return Err(NotTheJson);
    }
    refuse_ambiguity(bytes)?;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = T::deserialize(Objects(&mut reader)).map_err(|_| NotTheJson)?;
    reader.end().map_err(|_| NotTheJson)?;
    Ok(read)
}

/// Reads a part of a message that was read as a whole before: an object, and objects inside.
pub(crate) fn parse_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, NotTheJson> {
    if !value.is_object() {
        return Err(NotTheJson);
    }
    T::deserialize(Objects(value)).map_err(|_| NotTheJson)
}

/// Refuses what is JSON but not I-JSON (RFC 7493): a member twice in an object, integers beyond 2^53 - 1 or written with a
/// fraction or an exponent.
pub fn refuse_ambiguity(bytes: &[u8]) -> Result<(), NotTheJson> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    Unambiguous.deserialize(&mut reader).map_err(|_| NotTheJson)?;
    reader.end().map_err(|_| NotTheJson)
}

/// For members that may be left out: one that stands there with `null` is there, and must be what it should be. To be used
/// with `#[serde(default)]`.
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    reader: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(reader).map(Some)
}

/// A member's name; copied only when it was written with escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

struct Unambiguous;

impl<'de> DeserializeSeed<'de> for Unambiguous {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unambiguous {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("I-JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.visit_u64(number.unsigned_abs())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        if number <= LARGEST_INTEGER { Ok(()) } else { Err(E::custom("an integer that others round")) }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        // An integer arrives here when it was written as 1.0, 1e3 or -0, or with more than 64 bits.
        if number.fract() == 0.0 { Err(E::custom("an integer in disguise")) } else { Ok(()) }
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(Name(name)) = members.next_key()? {
            if !seen.insert(name) {
                return Err(A::Error::custom("a repeated member"));
            }
            members.next_value_seed(Self)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_members_are_refused_at_any_depth() {
        let read = |text: &str| parse::<serde_json::Value>(text.as_bytes());
        assert!(read(r#"{"a":1,"b":{"a":[{"c":1},{"c":2}]}}"#).is_ok());
        assert!(read(r#"{"a":1,"a":1}"#).is_err());
        assert!(read(r#"{"x":[{"a":1,"\u0061":2}]}"#).is_err(), "the same name, written with an escape");
    }

    #[test]
    fn numbers_that_others_read_differently_are_refused() {
        let read = |text: &str| parse::<serde_json::Value>(text.as_bytes()).is_ok();
        for text in [r#"{"a":1.5}"#, r#"{"a":-9007199254740991}"#, r#"{"a":0}"#] {
            assert!(read(text), "{text} was refused");
        }
        for text in [
            r#"{"a":1.0}"#,
            r#"{"a":1e3}"#,
            r#"{"a":-0}"#,
            r#"{"a":[9007199254740992]}"#,
            r#"{"a":123456789012345678901234}"#,
            r#"{"a":1e999}"#,
        ] {
            assert!(!read(text), "{text} was read");
        }
    }

    #[test]
    fn an_array_is_no_object_at_any_depth() {
        #[derive(Deserialize)]
        struct Inner {
            #[expect(dead_code, reason = "only read")]
            a: String,
        }
        #[derive(Deserialize)]
        struct Outer {
            inner: Option<Inner>,
            list: Vec<Inner>,
            pair: (u8, Inner),
        }
        let read = |text: &str| parse::<Outer>(text.as_bytes());
        let good = read(r#"{"inner":{"a":"x"},"list":[{"a":"x"}],"pair":[1,{"a":"x"}]}"#).unwrap();
        assert!(good.inner.is_some() && good.list.len() == 1 && good.pair.0 == 1);
        for text in [
            r#"{"inner":["x"],"list":[],"pair":[1,{"a":"x"}]}"#,
            r#"{"list":[["x"]],"pair":[1,{"a":"x"}]}"#,
            r#"{"list":[],"pair":[1,["x"]]}"#,
        ] {
            assert!(read(text).is_err(), "{text} was read");
        }
        assert!(parse_value::<Inner>(serde_json::json!(["x"])).is_err());
        assert!(parse_value::<Inner>(serde_json::json!({ "a": "x" })).is_ok());
    }

    #[test]
    fn only_one_whole_object_is_read() {
        for text in
            ["", "[]", "1", r#"{"a":1} x"#, r#"{"a":1}{}"#, r#"{"a":1,}"#, "\u{feff}{}", r#"{"a":"\ud800"}"#]
        {
            assert!(parse::<serde_json::Value>(text.as_bytes()).is_err(), "{text} was read");
        }
        assert!(parse::<serde_json::Value>(&b"[".repeat(100_000)).is_err());
        assert!(parse::<serde_json::Value>(&br#"{"a":"#.repeat(100_000)).is_err());
    }
}
