//! What a relay says when it says no (RFC 9457). The words are explained in docs/api.md.

use serde::{Deserialize, Serialize};

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $status:literal, $title:literal;)+) => {
        /// A problem, by its word: the last part of its `type`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Problem {
            $($(#[$doc])* $name,)+
        }

        impl Problem {
            /// Every problem of this revision.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// The HTTP status it comes with.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),+ }
            }

            /// One sentence for people.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),+ }
            }

            /// The problem of a word.
            #[must_use]
            pub fn find(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

problems! {
    /// Another wallet fetched the request first.
    AlreadyTaken = "already-taken", 409, "Another wallet has this request.";
    /// Other bytes were answered, here or at another request of the transaction.
    AlreadyAnswered = "already-answered", 409, "This request has been answered.";
    /// A shop parks other content under a known id, or a request for a transaction that is over.
    AlreadyParked = "already-parked", 409, "Something else is parked under this id, or its transaction is over.";
    /// There is nothing here, or nothing for the one who asks.
    NotFound = "not-found", 404, "There is nothing here.";
    /// The path exists, for another method.
    MethodNotAllowed = "method-not-allowed", 405, "This path does not answer this method.";
    /// Its time is over.
    Expired = "expired", 410, "The time for this is over.";
    /// No shop proof, or one that does not fit.
    ShopProof = "shop-proof", 401, "The shop proof is missing or does not fit this request.";
    /// The relay's admin has not added this shop.
    ShopUnknown = "shop-unknown", 403, "This relay does not know this shop.";
    /// The relay's admin lets this shop ask for nothing at present.
    ShopSuspended = "shop-suspended", 403, "The admin of this relay has suspended this shop.";
    /// The shop has parked as many requests as it may on one day.
    OverQuota = "over-quota", 429, "This shop has parked as many requests as it may today.";
    /// No DPoP proof, or one that does not fit.
    WalletProof = "wallet-proof", 401, "The DPoP proof is missing or does not fit this request.";
    /// The Statement cannot be accepted.
    StatementRefused = "statement-refused", 422, "The Statement is refused.";
    /// The request object cannot be parked.
    RequestRefused = "request-refused", 422, "The request is refused.";
    /// The passport request cannot be met.
    PassportRefused = "passport-refused", 422, "The passport request is refused.";
    /// The answer's grant claim cannot be accepted.
    ClaimRefused = "claim-refused", 422, "The grant claim is refused.";
    /// Not the code that the browser was given.
    CodeWrong = "code-wrong", 403, "This is not the response code.";
    /// The right code, too late.
    CodeUsed = "code-used", 410, "This response code has been used.";
    /// Three wrong codes.
    Burned = "burned", 410, "Three wrong response codes have ended this transaction.";
    /// A newer self-copy is kept, or another one under this number.
    SelfCopyBehind = "self-copy-behind", 409, "A newer copy is kept here.";
    /// More than 65,536 bytes.
    TooLarge = "too-large", 413, "The body is larger than 65,536 bytes.";
    /// The body cannot be read.
    Malformed = "malformed", 400, "The request cannot be read.";
    /// The body is of another media type.
    MediaType = "media-type", 415, "The body is of another media type.";
    /// This caller, or this shop, asks too often. Nothing was changed.
    TooMany = "too-many", 429, "There are too many requests from here at the moment.";
    /// Nothing was changed; try again.
    Unavailable = "unavailable", 503, "The relay cannot do this at the moment.";
    /// A mistake of the relay.
    Failed = "failed", 500, "The relay failed.";
}

/// A problem as it is sent: `application/problem+json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ProblemBody {
    /// `<issuer>/problems/<word>`.
    pub r#type: String,
    /// The HTTP status.
    pub status: u16,
    /// One sentence for people.
    pub title: String,
    /// Which check failed, in the words of docs/protocol.md. With the problems whose word ends in `-refused`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

impl ProblemBody {
    /// The word at the end of the `type`.
    #[must_use]
    pub fn word(&self) -> &str {
        self.r#type.rsplit('/').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_problem_is_found_by_its_word() {
        for problem in Problem::ALL {
            assert_eq!(Problem::find(problem.word()), Some(*problem));
            assert!((400..600).contains(&problem.status()));
        }
        assert_eq!(Problem::find("something-else"), None);
    }

    #[test]
    fn the_word_is_the_end_of_the_type() {
        let body = ProblemBody {
            r#type: "https://relay.example/problems/not-found".into(),
            status: 404,
            title: String::new(),
            refusal: None,
        };
        assert_eq!(body.word(), "not-found");
    }
}
