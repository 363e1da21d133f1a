//! Whether an answer of today says what the recorded one said: the same members with the same values, but for what is drawn anew.
//!
//! A member that the recording does not have may be added: readers ignore it (docs/protocol.md section 1).

use passerby_protocol::wire::b64u;
use serde_json::Value;
use url::Url;

/// Members that hold something freshly signed.
const SIGNED: [&str; 3] = ["attestation", "passport", "relay_receipt"];
/// Members that are drawn at random: only their form stays.
const DRAWN: [&str; 1] = ["grant_id"];

/// Compares two values; `at` is where they stand. An error says what differs.
pub fn compare(at: &str, recorded: &Value, today: &Value) -> Result<(), String> {
    let member = at.rsplit('.').next().unwrap_or_default();
    match (recorded, today) {
        (Value::Object(recorded), Value::Object(today)) => {
            for (name, value) in recorded {
                let found = today.get(name).ok_or_else(|| format!("{at}.{name} is missing"))?;
                compare(&format!("{at}.{name}"), value, found)?;
            }
            Ok(())
        }
        (Value::Array(recorded), Value::Array(today)) if recorded.len() == today.len() => {
            recorded.iter().zip(today).try_for_each(|(recorded, today)| compare(at, recorded, today))
        }
        _ if recorded == today => Ok(()),
        (Value::String(recorded), Value::String(today)) if SIGNED.contains(&member) => {
            for (place, (recorded, today)) in recorded.split('.').zip(today.split('.')).take(2).enumerate() {
                let part = ["header", "payload"][place];
                compare(&format!("{at}.{part}"), &read_part(recorded)?, &read_part(today)?)?;
            }
            let ends = |text: &str| (text.split('.').count(), text.ends_with('~'));
            if ends(recorded) == ends(today) { Ok(()) } else { Err(format!("{at} has another form")) }
        }
        (Value::String(recorded), Value::String(today))
            if DRAWN.contains(&member) && form_of(recorded) == form_of(today) =>
        {
            Ok(())
        }
        (Value::String(recorded), Value::String(today))
            if member == "redirect_uri" && without_code(recorded) == without_code(today) =>
        {
            Ok(())
        }
        _ => Err(format!("{at} was {recorded} and is {today}")),
    }
}

fn read_part(part: &str) -> Result<Value, String> {
    let bytes = b64u::decode(part).map_err(|_| format!("{part} is not base64url"))?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

/// Letters and digits are as good as any others.
fn form_of(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { 'x' } else { c }).collect()
}

/// The address without the value of its code, and how long that is.
fn without_code(address: &str) -> Option<(String, usize)> {
    let mut url = Url::parse(address).ok()?;
    let pairs: Vec<_> = url.query_pairs().into_owned().collect();
    let code = pairs.iter().find(|(name, _)| name == "response_code")?.1.len();
    url.query_pairs_mut().clear().extend_pairs(
        pairs
            .into_iter()
            .map(|(name, value)| if name == "response_code" { (name, String::new()) } else { (name, value) }),
    );
    Some((url.into(), code))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn signed(payload: &Value) -> String {
        let [header, payload] =
            [&json!({ "alg": "ES256" }), payload].map(|part| b64u::encode(part.to_string()));
        format!("{header}.{payload}.{}", b64u::encode([0; 64]))
    }

    #[test]
    fn what_is_the_same_passes() {
        for (recorded, today) in [
            (json!({ "state": "waiting" }), json!({ "state": "waiting", "of_tomorrow": [] })),
            (json!({ "grant_id": "01a2-07" }), json!({ "grant_id": "01b7-99" })),
            (
                json!({ "redirect_uri": "https://shop.example/back?order=7&response_code=abc" }),
                json!({ "redirect_uri": "https://shop.example/back?order=7&response_code=xyz" }),
            ),
            (
                json!({ "passport": signed(&json!({ "iat": 1 })) + "~" }),
                json!({ "passport": signed(&json!({ "iat": 1, "new": 2 })) + "~" }),
            ),
        ] {
            assert_eq!(compare("", &recorded, &today), Ok(()));
        }
    }

    #[test]
    fn what_an_old_reader_would_miss_does_not_pass() {
        for (recorded, today) in [
            (json!({ "state": "waiting" }), json!({})),
            (json!({ "state": "waiting" }), json!({ "state": "WAITING" })),
            (json!({ "seq": 1 }), json!({ "seq": "1" })),
            (json!({ "openings": [{ "reason": "a" }] }), json!({ "openings": [] })),
            (json!({ "grant_claim": null }), json!({ "grant_claim": "x" })),
            (json!({ "grant_id": "01a2-07" }), json!({ "grant_id": "01a207" })),
            (
                json!({ "redirect_uri": "https://shop.example/back?order=7&response_code=abc" }),
                json!({ "redirect_uri": "https://shop.example/back?order=8&response_code=xyz" }),
            ),
            (
                json!({ "relay_receipt": signed(&json!({ "iat": 1 })) }),
                json!({ "relay_receipt": signed(&json!({ "iat": 2 })) }),
            ),
            (json!({ "relay_receipt": signed(&json!({ "iat": 1 })) }), json!({ "relay_receipt": "x" })),
        ] {
            assert!(compare("", &recorded, &today).is_err(), "{recorded} {today}");
        }
    }
}
