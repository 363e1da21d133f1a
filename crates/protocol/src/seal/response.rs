//! The plaintext of an answer: `vp_token`, `state`, and padding (docs/protocol.md section 8).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::wire::json;

/// The largest plaintext, in bytes.
const LARGEST: usize = 65_536;

#[derive(Serialize, Deserialize)]
pub(crate) struct Response {
    /// From the id of a credential query to its presentations.
    pub(crate) vp_token: BTreeMap<String, Vec<Zeroizing<String>>>,
    /// Written for verifiers of other makes, empty where a foreign request has none; not looked at when a release is opened.
    #[serde(skip_deserializing, skip_serializing_if = "String::is_empty")]
    state: String,
    #[serde(rename = "_pad", skip_deserializing)]
    padding: String,
}

/// The answer is larger than a release may be.
pub(crate) struct TooLarge;

impl Response {
    pub(crate) fn new(vp_token: BTreeMap<String, Vec<Zeroizing<String>>>, state: &str) -> Self {
        Self { vp_token, state: state.to_owned(), padding: String::new() }
    }

    /// Writes it as JSON of exactly 1, 2, 4 or 8 KiB, above that of a multiple of 8 KiB.
    pub(crate) fn write_padded(mut self) -> Result<Zeroizing<Vec<u8>>, TooLarge> {
        let bare = Zeroizing::new(serde_json::to_vec(&self).map_err(|_| TooLarge)?);
        let length = padded_length(bare.len()).ok_or(TooLarge)?;
        self.padding = "0".repeat(length - bare.len());
        let padded = Zeroizing::new(serde_json::to_vec(&self).map_err(|_| TooLarge)?);
        debug_assert_eq!(padded.len(), length, "a zero is one byte of JSON");
        Ok(padded)
    }

    pub(crate) fn parse(plaintext: &[u8]) -> Option<Self> {
        json::parse(plaintext).ok()
    }
}

fn padded_length(bare: usize) -> Option<usize> {
    let steps = [1_024, 2_048, 4_096, 8_192];
    let length = steps.into_iter().find(|step| bare <= *step).unwrap_or_else(|| bare.div_ceil(8_192) * 8_192);
    (length <= LARGEST).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_tell_only_their_bucket() {
        let steps =
            [(1, 1_024), (1_024, 1_024), (1_025, 2_048), (4_097, 8_192), (8_193, 16_384), (65_536, 65_536)];
        for (bare, padded) in steps {
            assert_eq!(padded_length(bare), Some(padded));
        }
        assert_eq!(padded_length(65_537), None);
    }

    proptest::proptest! {
        #[test]
        fn a_padded_answer_has_its_length_and_reads_back(content in "\\PC{0,9000}", state in "[a-z]{22}") {
            let token = BTreeMap::from([("profile".to_owned(), vec![Zeroizing::new(content)])]);
            let padded = Response::new(token.clone(), &state).write_padded().map_err(|_| "too large").unwrap();
            proptest::prop_assert_eq!(padded_length(padded.len()), Some(padded.len()));
            let back = Response::parse(&padded).unwrap();
            proptest::prop_assert_eq!(back.vp_token, token);
        }
    }
}
