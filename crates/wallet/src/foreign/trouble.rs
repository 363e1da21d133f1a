//! What went wrong between the wallet and a foreign verifier, in words for people.

use std::fmt;

use passerby_relay_api::{RelayError, Sent as Left};

/// A failed exchange with a foreign verifier.
#[derive(Debug)]
pub struct HostTrouble {
    host: String,
    cause: RelayError,
}

impl HostTrouble {
    pub(super) fn new(host: &str, cause: RelayError) -> Self {
        Self { host: host.to_owned(), cause }
    }

    /// Who did not answer as it should.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Which trouble, for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.cause {
            RelayError::Address(_) => "host-address",
            RelayError::NotSent(_) => "host-down",
            RelayError::MayHaveArrived(_) => "host-broke-off",
            RelayError::Refused { .. } => "host-refused",
            _ => "host-foreign",
        }
    }

    /// What can be done now.
    #[must_use]
    pub fn next_step(&self) -> &'static str {
        match self.cause.sent() {
            Left::Yes => "Start again on the page that asked.",
            _ => "Try again.",
        }
    }
}

impl fmt::Display for HostTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.host;
        match &self.cause {
            RelayError::Address(_) => write!(f, "The address of {host} is not one that this wallet asks."),
            RelayError::NotSent(_) => write!(f, "Could not reach {host}."),
            RelayError::MayHaveArrived(_) => write!(f, "The connection to {host} broke."),
            RelayError::Refused { word, .. } => write!(f, "{host} said no: {word}."),
            _ => write!(f, "What answered at {host} does not speak OpenID4VP."),
        }
    }
}

impl std::error::Error for HostTrouble {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}
