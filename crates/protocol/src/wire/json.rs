//! Strict JSON: what two readers could understand differently is refused before anything is read.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// Why a text is not the JSON object that was expected. Says nothing of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the expected JSON object")]
pub struct NotTheJson;

/// Reads a JSON object as `T`.
///
/// Refused: repeated member names at any depth, anything that is not an object, text after the object, nesting
/// beyond `serde_json`'s limit of 128. Unknown members are ignored.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, NotTheJson> {
    if bytes.iter().find(|b| !b.is_ascii_whitespace()) != Some(&b'{') {
        return Err(NotTheJson);
    }
    refuse_repeated_members(bytes)?;
    serde_json::from_slice(bytes).map_err(|_| NotTheJson)
}

/// Refuses JSON in which an object, at any depth, has a member twice.
pub fn refuse_repeated_members(bytes: &[u8]) -> Result<(), NotTheJson> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    UniqueMembers.deserialize(&mut reader).map_err(|_| NotTheJson)?;
    reader.end().map_err(|_| NotTheJson)
}

struct UniqueMembers;

impl<'de> DeserializeSeed<'de> for UniqueMembers {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for UniqueMembers {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without repeated members")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
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
        let mut seen = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
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
