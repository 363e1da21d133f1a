//! Identifiers made at random: 16 bytes or more, base64url (docs/protocol.md section 1.8).

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::wire::b64u;

/// Why a text is not such an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of 22 to 128 base64url characters")]
pub struct NotARandomId;

fn is_random_id(text: &str) -> bool {
    (22..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Makes a fresh one: 16 random bytes.
            pub fn make(rng: &mut impl CryptoRng) -> Self {
                let mut bytes = [0; 16];
                rng.fill_bytes(&mut bytes);
                Self(b64u::encode(bytes))
            }

            /// Reads one; refuses other lengths and characters.
            pub fn parse(text: &str) -> Result<Self, NotARandomId> {
                if is_random_id(text) { Ok(Self(text.to_owned())) } else { Err(NotARandomId) }
            }

            /// The text as written in messages.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        /// Redacted: whoever has the text may act on it.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotARandomId;

            fn try_from(text: String) -> Result<Self, NotARandomId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

random_id!(
    /// Names a parked request; the wallet sees it.
    RequestId
);
random_id!(
    /// Names a checkout; only the shop's server and its browser session know it.
    TransactionId
);
random_id!(
    /// Makes an answer fit one request only (OpenID4VP 1.0 section 5.2).
    Nonce
);
random_id!(
    /// Echoed inside the sealed answer.
    State
);
random_id!(
    /// Proves that the browser that comes back is the one that left (OpenID4VP 1.0 section 14.2).
    ResponseCode
);
