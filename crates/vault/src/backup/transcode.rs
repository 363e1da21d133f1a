//! CBOR to JSON and back, exactly: each value has one spelling, and nothing else is read.
//!
//! ```text
//! null, true, "text", [..]                  the same
//! whole number up to 2^53 - 1 either way    the same;      larger: {"$int": "18446744073709551615"}
//! map whose keys are texts, all different,
//!   none beginning with "$"                 an object;     other:  {"$map": [[key, value], ..]}
//! bytes                                     {"$bytes": "base64url without padding"}
//! float                                     {"$float": "3ff8000000000000"}: IEEE 754 binary64
//! tag                                       {"$tag": [number, value]}
//! ```
//!
//! What it must never do: write what it would read as something else. Deeper nesting than [`MAX_DEPTH`] and kinds of
//! values that this program does not know are refused.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;
use ciborium::value::Integer;
use zeroize::{Zeroize as _, Zeroizing};

use super::json::{Json, MAX_NUMBER};

/// The most JSON values inside each other: `serde_json` reads 128, of which a backup needs a few around a record.
const MAX_DEPTH: usize = 100;

const INT: &str = "$int";
const MAP: &str = "$map";
const BYTES: &str = "$bytes";
const FLOAT: &str = "$float";
const TAG: &str = "$tag";

/// The value has no spelling in the other form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unconvertible;

/// CBOR as JSON. Uses the value up, so that no second copy of a secret is left behind.
pub(super) fn to_json(value: Value) -> Result<Json, Unconvertible> {
    to_json_within(value, MAX_DEPTH)
}

fn to_json_within(value: Value, depth: usize) -> Result<Json, Unconvertible> {
    let inside = |levels: usize| depth.checked_sub(levels).ok_or(Unconvertible);
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(value),
        Value::Text(text) => Json::text(text),
        Value::Integer(number) => whole(number.into(), depth)?,
        Value::Bytes(bytes) => {
            inside(1)?;
            Json::member(BYTES, Json::text(URL_SAFE_NO_PAD.encode(Zeroizing::new(bytes))))
        }
        Value::Float(number) => {
            inside(1)?;
            Json::member(FLOAT, Json::text(format!("{:016x}", number.to_bits())))
        }
        Value::Tag(tag, value) => {
            let depth = inside(2)?;
            Json::member(
                TAG,
                Json::Array(vec![whole(i128::from(tag), depth)?, to_json_within(*value, depth)?]),
            )
        }
        Value::Array(values) => {
            let depth = inside(1)?;
            let values = values.into_iter().map(|value| to_json_within(value, depth));
            Json::Array(values.collect::<Result<_, _>>()?)
        }
        Value::Map(entries) if is_plain(entries.iter().map(|(key, _)| key.as_text())) => {
            let depth = inside(1)?;
            let members = entries.into_iter().map(|(key, value)| {
                let Value::Text(name) = key else { return Err(Unconvertible) };
                Ok((Zeroizing::new(name), to_json_within(value, depth)?))
            });
            Json::Object(members.collect::<Result<_, _>>()?)
        }
        Value::Map(entries) => {
            let depth = inside(3)?;
            let pairs = entries.into_iter().map(|(key, value)| {
                Ok(Json::Array(vec![to_json_within(key, depth)?, to_json_within(value, depth)?]))
            });
            Json::member(MAP, Json::Array(pairs.collect::<Result<_, _>>()?))
        }
        _ => return Err(Unconvertible),
    })
}

fn whole(number: i128, depth: usize) -> Result<Json, Unconvertible> {
    match i64::try_from(number) {
        Ok(number) if (-MAX_NUMBER..=MAX_NUMBER).contains(&number) => Ok(Json::Number(number)),
        _ if depth == 0 => Err(Unconvertible),
        _ => Ok(Json::member(INT, Json::text(number.to_string()))),
    }
}

/// Whether a map with these keys is an object of JSON that cannot be taken for a marked form. Empty is plain.
fn is_plain<'a>(keys: impl Iterator<Item = Option<&'a str>>) -> bool {
    let mut seen = BTreeSet::new();
    let mut keys = keys;
    keys.all(|key| key.is_some_and(|key| !key.starts_with('$') && seen.insert(key)))
}

/// JSON as the CBOR it was made from. What is nested deeper than [`to_json`] writes could not be backed up again.
pub(super) fn from_json(json: Json) -> Result<Value, Unconvertible> {
    from_json_within(json, MAX_DEPTH)
}

/// One level less.
fn inside(depth: usize) -> Result<usize, Unconvertible> {
    depth.checked_sub(1).ok_or(Unconvertible)
}

fn from_json_within(json: Json, depth: usize) -> Result<Value, Unconvertible> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => Value::Integer(number.into()),
        Json::Text(mut text) => Value::Text(std::mem::take(&mut *text)),
        Json::Array(values) => {
            let depth = inside(depth)?;
            let values = values.into_iter().map(|value| from_json_within(value, depth));
            Value::Array(values.collect::<Result<_, _>>()?)
        }
        Json::Object(mut members) => {
            let depth = inside(depth)?;
            if members.iter().all(|(name, _)| !name.starts_with('$')) {
                let entries = members.into_iter().map(|(mut name, value)| {
                    Ok((Value::Text(std::mem::take(&mut *name)), from_json_within(value, depth)?))
                });
                return Ok(Value::Map(entries.collect::<Result<_, _>>()?));
            }
            let (Some((mark, value)), true) = (members.pop(), members.is_empty()) else {
                return Err(Unconvertible);
            };
            marked(&mark, value, depth)?
        }
    })
}

/// The value of an object with one member whose name is a mark. Only the spelling that [`to_json`] writes.
fn marked(mark: &str, value: Json, depth: usize) -> Result<Value, Unconvertible> {
    match (mark, value) {
        (INT, Json::Text(text)) => {
            let number: i128 = text.parse().map_err(|_| Unconvertible)?;
            let spelled_alike = number.to_string() == *text && number.abs() > i128::from(MAX_NUMBER);
            let number = Integer::try_from(number).map_err(|_| Unconvertible)?;
            spelled_alike.then_some(Value::Integer(number)).ok_or(Unconvertible)
        }
        (BYTES, Json::Text(text)) => {
            URL_SAFE_NO_PAD.decode(text.as_bytes()).map(Value::Bytes).map_err(|_| Unconvertible)
        }
        (FLOAT, Json::Text(text)) => {
            let bits = u64::from_str_radix(&text, 16).map_err(|_| Unconvertible)?;
            let spelled_alike = format!("{bits:016x}") == *text;
            spelled_alike.then(|| Value::Float(f64::from_bits(bits))).ok_or(Unconvertible)
        }
        (TAG, Json::Array(mut parts)) => {
            let (Some(value), Some(tag), true) = (parts.pop(), parts.pop(), parts.is_empty()) else {
                return Err(Unconvertible);
            };
            let depth = inside(depth)?;
            let Value::Integer(tag) = from_json_within(tag, depth)? else { return Err(Unconvertible) };
            let tag = tag.try_into().map_err(|_| Unconvertible)?;
            Ok(Value::Tag(tag, Box::new(from_json_within(value, depth)?)))
        }
        (MAP, Json::Array(pairs)) => {
            let depth = inside(inside(depth)?)?;
            let pairs = pairs.into_iter().map(|pair| {
                let Json::Array(mut pair) = pair else { return Err(Unconvertible) };
                let (Some(value), Some(key), true) = (pair.pop(), pair.pop(), pair.is_empty()) else {
                    return Err(Unconvertible);
                };
                Ok((from_json_within(key, depth)?, from_json_within(value, depth)?))
            });
            let entries = pairs.collect::<Result<Vec<_>, _>>()?;
            let plain = is_plain(entries.iter().map(|(key, _)| key.as_text()));
            (!plain).then_some(Value::Map(entries)).ok_or(Unconvertible)
        }
        _ => Err(Unconvertible),
    }
}

/// Overwrites the texts and bytes of a value.
pub(super) fn wipe(value: &mut Value) {
    match value {
        Value::Text(text) => text.zeroize(),
        Value::Bytes(bytes) => bytes.zeroize(),
        Value::Tag(_, value) => wipe(value),
        Value::Array(values) => values.iter_mut().for_each(wipe),
        Value::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
            wipe(key);
            wipe(value);
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let text = prop_oneof![any::<String>(), "[$]?[a-z]{0,3}"];
        let integer = prop_oneof![
            any::<i64>().prop_map(i128::from),
            any::<u64>().prop_map(|n| -1 - i128::from(n)),
            any::<u64>().prop_map(i128::from),
            (-1000..1000_i128),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            integer.prop_map(|n| Value::Integer(n.try_into().unwrap())),
            any::<u64>().prop_map(|bits| Value::Float(f64::from_bits(bits))),
            text.prop_map(Value::Text),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
        ];
        leaf.prop_recursive(6, 60, 6, |inner| {
            let key = prop_oneof!["[$]?[a-z]{0,2}".prop_map(Value::Text), inner.clone()];
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                proptest::collection::vec((key, inner.clone()), 0..6).prop_map(Value::Map),
                (any::<u64>(), inner).prop_map(|(tag, value)| Value::Tag(tag, Box::new(value))),
            ]
        })
    }

    fn spell(value: &Value) -> String {
        // Unlike `==`, this tells one NaN from another, and -0 from 0.
        serde_json::to_string(&to_json(value.clone()).unwrap()).unwrap()
    }

    proptest! {
        #[test]
        fn every_value_comes_back(value in value()) {
            let text = spell(&value);
            let back = from_json(serde_json::from_str(&text).unwrap()).unwrap();
            prop_assert_eq!(format!("{value:?}"), format!("{back:?}"));
            prop_assert_eq!(spell(&back), text);
        }

        #[test]
        fn what_is_read_is_written_the_same(value in value(), at in any::<prop::sample::Index>(), to in any::<char>()) {
            // A text that was changed somewhere is either refused or is itself a spelling.
            let mut text: Vec<char> = spell(&value).chars().collect();
            let at = at.index(text.len());
            text[at] = to;
            let text: String = text.into_iter().collect();
            let read = serde_json::from_str::<Json>(&text).ok();
            if let Some((json, back)) = read.and_then(|json| Some((json.clone(), from_json(json).ok()?))) {
                prop_assert!(to_json(back).unwrap() == json);
            }
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in [
            r#"{"$int":"1"}"#,
            r#"{"$int":"09007199254740992"}"#,
            r#"{"$int":"+9007199254740992"}"#,
            r#"{"$int":"18446744073709551616"}"#,
            r#"{"$int":"-18446744073709551617"}"#,
            r#"{"$int":9007199254740992}"#,
            r#"{"$float":"1.5"}"#,
            r#"{"$float":"+ff8000000000000"}"#,
            r#"{"$float":"3FF8000000000000"}"#,
            r#"{"$bytes":"AB"}"#,
            r#"{"$bytes":"AA=="}"#,
            r#"{"$bytes":"++++"}"#,
            r#"{"$tag":[1]}"#,
            r#"{"$tag":[-1,null]}"#,
            r#"{"$tag":[1,null,null]}"#,
            r#"{"$map":[]}"#,
            r#"{"$map":[["a",1]]}"#,
            r#"{"$map":[[1]]}"#,
            r#"{"$map":[[1,2,3]]}"#,
            r#"{"$other":1}"#,
            r#"{"$":1}"#,
            r#"{"$bytes":"AA","a":1}"#,
            r#"{"a":1,"$a":1}"#,
        ] {
            let read = serde_json::from_str(text).map_err(|_| Unconvertible).and_then(from_json);
            assert!(read.is_err(), "{text}");
        }
        for text in
            [r#"{"$map":[["a",1],["a",1]]}"#, r#"{"$map":[["$a",1]]}"#, r#"{"$int":"9007199254740992"}"#]
        {
            assert_eq!(spell(&from_json(serde_json::from_str(text).unwrap()).unwrap()), text);
        }
    }

    #[test]
    fn what_is_too_deep_to_be_written_is_not_read() {
        let nested = |before: &str, levels: usize, inner: &str, after: &str| {
            let text = format!("{}{inner}{}", before.repeat(levels), after.repeat(levels));
            from_json(serde_json::from_str(&text).unwrap())
        };
        for (before, levels, inner, after) in [
            ("[", MAX_DEPTH, "1", "]"),
            (r#"{"a":"#, MAX_DEPTH, "null", "}"),
            ("[", MAX_DEPTH - 1, r#"{"$bytes":"AA"}"#, "]"),
            (r#"{"$tag":[1,"#, MAX_DEPTH / 2, "1", "]}"),
            (r#"{"$map":[[1,"#, MAX_DEPTH / 3, "[1]", "]]}"),
        ] {
            let read = nested(before, levels, inner, after).unwrap();
            assert!(to_json(read).is_ok(), "{before}");
            assert!(nested(before, levels, &format!("[{inner}]"), after).is_err(), "{before}");
        }
    }

    #[test]
    fn what_is_too_deep_to_be_read_is_not_written() {
        let nested = |levels: usize| (0..levels).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
        assert!(to_json(nested(MAX_DEPTH)).is_ok());
        assert!(to_json(nested(MAX_DEPTH + 1)).is_err());
        let around = (0..MAX_DEPTH).fold(Value::Bytes(vec![1]), |inner, _| Value::Array(vec![inner]));
        assert!(to_json(around).is_err());
        let maps = (0..33).fold(Value::Null, |inner, _| Value::Map(vec![(Value::Null, inner)]));
        assert!(serde_json::from_str::<Json>(&spell(&maps)).is_ok());
        let maps = Value::Array(vec![Value::Map(vec![(Value::Null, maps)])]);
        assert!(to_json(maps).is_err());
    }
}
