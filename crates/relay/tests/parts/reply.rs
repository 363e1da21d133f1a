//! What a relay replies.

use serde_json::Value;

/// An answer of the relay.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub media_type: String,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("JSON was expected: {self:?}"))
    }

    /// The word of a problem, and the word of the check that failed.
    pub fn no(&self) -> (u16, String, Option<String>) {
        assert_eq!(self.media_type, "application/problem+json", "{self:?}");
        let body = self.json();
        assert_eq!(body["status"], self.status);
        let kind = body["type"].as_str().unwrap();
        let word = kind.strip_prefix("https://relay.example/problems/").unwrap();
        (self.status, word.to_owned(), body["refusal"].as_str().map(str::to_owned))
    }

    /// Asserts a problem without the word of a check.
    #[track_caller]
    pub fn says(&self, status: u16, word: &str) {
        assert_eq!(self.no(), (status, word.to_owned(), None));
    }

    /// Asserts a problem with the word of a check.
    #[track_caller]
    pub fn refuses(&self, word: &str, refusal: &str) {
        assert_eq!(self.no(), (422, word.to_owned(), Some(refusal.to_owned())));
    }
}

/// The response code in a reply's address.
pub fn code_of(reply: &Value) -> String {
    let address = reply["redirect_uri"].as_str().unwrap();
    let address = url::Url::parse(address).unwrap();
    let code = address.query_pairs().find(|(name, _)| name == "response_code").unwrap();
    code.1.into_owned()
}
