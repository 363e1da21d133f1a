//! Bodies of `POST /v1/response/{id}`.

use serde::{Deserialize, Serialize};
use url::form_urlencoded;

/// The media type of an answer.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// The one error that an answer may be: whatever the reason, it looks the same.
pub const ACCESS_DENIED: &str = "access_denied";

/// A wallet's answer: a sealed response, or a refusal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AnswerBody {
    /// The sealed response, a compact JWE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// A JWS by the person's key for this shop (docs/protocol.md section 9.2). Wallets that know OpenID4VP only send none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_claim: Option<String>,
    /// A JWS by the same key (docs/protocol.md section 11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_receipt: Option<String>,
    /// `access_denied` in place of a response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Why bytes are not an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an answer: a response or an error is needed, each field once")]
pub struct NotAnAnswer;

impl AnswerBody {
    /// A refusal.
    #[must_use]
    pub fn refusal() -> Self {
        Self { error: Some(ACCESS_DENIED.to_owned()), ..Self::default() }
    }

    /// The body as it is sent. Written down before sending: the same bytes get the same answer.
    #[must_use]
    pub fn to_form(&self) -> String {
        let fields = [
            ("response", &self.response),
            ("grant_claim", &self.grant_claim),
            ("consent_receipt", &self.consent_receipt),
            ("error", &self.error),
        ];
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields {
            if let Some(value) = value {
                form.append_pair(name, value);
            }
        }
        form.finish()
    }

    /// Reads an answer. Fields that this revision does not know are ignored; one of ours that comes twice is refused.
    pub fn parse_form(bytes: &[u8]) -> Result<Self, NotAnAnswer> {
        let mut answer = Self::default();
        for (name, value) in form_urlencoded::parse(bytes) {
            let field = match name.as_ref() {
                "response" => &mut answer.response,
                "grant_claim" => &mut answer.grant_claim,
                "consent_receipt" => &mut answer.consent_receipt,
                "error" => &mut answer.error,
                _ => continue,
            };
            if field.replace(value.into_owned()).is_some() {
                return Err(NotAnAnswer);
            }
        }
        if answer.response.is_some() == answer.error.is_some() { Err(NotAnAnswer) } else { Ok(answer) }
    }
}

/// What an answer gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AnsweredBody {
    /// Where the browser goes now, with a fresh `response_code`.
    pub redirect_uri: String,
    /// Absent after a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<String>,
    /// The relay's signed record of what it stored. Absent after a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay_receipt: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_it_was_written() {
        let answer = AnswerBody {
            response: Some("a.b~c+d/e=".into()),
            grant_claim: Some("g".into()),
            consent_receipt: Some("c".into()),
            error: None,
        };
        assert_eq!(AnswerBody::parse_form(answer.to_form().as_bytes()), Ok(answer));
        assert_eq!(AnswerBody::refusal().to_form(), "error=access_denied");
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for form in ["", "x=1", "response=a&response=b", "response=a&error=access_denied", "grant_claim=a"] {
            assert_eq!(AnswerBody::parse_form(form.as_bytes()), Err(NotAnAnswer), "{form}");
        }
    }
}
