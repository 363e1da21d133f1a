//! What went wrong between the wallet and a relay, in words for people.

use std::fmt;

use passerby_protocol::issuer::Issuer;
use passerby_relay_api::problem::Problem;
use passerby_relay_api::{RelayError, Sent as Left};

/// A failed exchange with a relay. Whether it matters for what was sent depends on the step it happened in.
#[derive(Debug)]
pub struct RelayTrouble {
    relay: String,
    cause: RelayError,
}

impl RelayTrouble {
    pub(crate) fn new(relay: &Issuer, cause: RelayError) -> Self {
        Self { relay: host_of(relay).to_owned(), cause }
    }

    /// What happened.
    #[must_use]
    pub fn cause(&self) -> &RelayError {
        &self.cause
    }

    /// Which trouble, for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.cause {
            RelayError::Address(_) => "relay-address",
            RelayError::Proof(_) => "relay-proof",
            RelayError::NotSent(_) => "relay-down",
            RelayError::MayHaveArrived(_) => "relay-broke-off",
            RelayError::Refused { problem: Some(problem), .. } => problem.word(),
            RelayError::Refused { .. } => "relay-refused",
            _ => "relay-foreign",
        }
    }

    /// What can be done now.
    #[must_use]
    pub fn next_step(&self) -> &'static str {
        match self.cause.problem() {
            Some(Problem::AlreadyTaken) => "Not you? Start again in the shop.",
            Some(Problem::Expired | Problem::NotFound) => {
                "Go back to the shop's page; it makes a new one by itself."
            }
            Some(Problem::WalletProof) => "Look whether this computer's clock is right, and try again.",
            Some(Problem::Unavailable | Problem::Failed) => "Try again in a moment.",
            _ => match self.cause.sent() {
                Left::Yes => "",
                _ => "Try again.",
            },
        }
    }
}

impl fmt::Display for RelayTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let relay = &self.relay;
        match &self.cause {
            RelayError::Address(_) => write!(f, "The address of {relay} is not one that this wallet asks."),
            RelayError::Proof(_) => write!(f, "The proof for {relay} could not be made."),
            RelayError::NotSent(_) => write!(f, "Could not reach {relay}."),
            RelayError::MayHaveArrived(_) => write!(f, "The connection to {relay} broke."),
            RelayError::Refused { problem: Some(Problem::AlreadyTaken), .. } => {
                f.write_str("Another device opened this request first.")
            }
            RelayError::Refused { problem: Some(Problem::Expired), .. } => {
                f.write_str("This request has run out.")
            }
            RelayError::Refused { problem: Some(Problem::NotFound), .. } => {
                write!(f, "{relay} does not know this request, or no longer.")
            }
            RelayError::Refused { word, refusal: Some(refusal), .. } => {
                write!(f, "{relay} said no: {word} ({refusal}).")
            }
            RelayError::Refused { word, .. } => write!(f, "{relay} said no: {word}."),
            _ => write!(f, "What answered at {relay} does not speak like a relay server."),
        }
    }
}

impl std::error::Error for RelayTrouble {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// The relay's host as people read it.
#[must_use]
pub fn host_of(relay: &Issuer) -> &str {
    relay.as_str().split_once("://").map_or(relay.as_str(), |(_, host)| host)
}
