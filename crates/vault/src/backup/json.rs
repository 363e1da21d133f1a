//! A tree of JSON that holds no more than a backup writes: every object's members differ, every number is a whole one
//! that all readers of JSON agree on.
//!
//! What it must never do: forget one of two members of the same name, round a number, or leave a text behind in memory.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// The largest whole number that I-JSON (RFC 7493, section 2.2) promises to everybody.
pub(super) const MAX_NUMBER: i64 = (1 << 53) - 1;

/// A value of JSON.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// At most [`MAX_NUMBER`] on either side of zero.
    Number(i64),
    Text(Zeroizing<String>),
    Array(Vec<Self>),
    /// In the order in which they stand, no name twice.
    Object(Vec<(Zeroizing<String>, Self)>),
}

impl Json {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(Zeroizing::new(text.into()))
    }

    /// An object with one member.
    pub(super) fn member(name: &str, value: Self) -> Self {
        Self::Object(vec![(Zeroizing::new(name.to_owned()), value)])
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json(redacted)")
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => serializer.serialize_i64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Array(values) => serializer.collect_seq(values),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name.as_str(), value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON whose numbers are whole")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Json, E> {
        if (-MAX_NUMBER..=MAX_NUMBER).contains(&value) {
            Ok(Json::Number(value))
        } else {
            Err(E::custom("a number is too large"))
        }
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Json, E> {
        i64::try_from(value).map_err(|_| E::custom("a number is too large")).and_then(|n| self.visit_i64(n))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::text(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element()? {
            values.push(value);
        }
        Ok(Json::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut members = Vec::<(Zeroizing<String>, Json)>::new();
        while let Some((name, value)) = entries.next_entry::<String, _>()? {
            members.push((Zeroizing::new(name), value));
        }
        if members.iter().map(|(name, _)| name.as_str()).collect::<BTreeSet<_>>().len() == members.len() {
            Ok(Json::Object(members))
        } else {
            Err(A::Error::custom("a member stands twice"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            "9007199254740992",
            "-9007199254740992",
            "18446744073709551615",
            "1.0",
            "1e3",
            "-0",
            "NaN",
            "[1] 2",
            "\"\\ud800\"",
        ] {
            assert!(serde_json::from_str::<Json>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_rest_is_written_as_it_was_read() {
        let text = r#"{"z":[null,true,-9007199254740991,9007199254740991,"\u0000\"ä"],"":{"a":[]}}"#;
        let json: Json = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&json).unwrap(), text);
        assert_eq!(format!("{json:?}"), "Json(redacted)");
    }
}
