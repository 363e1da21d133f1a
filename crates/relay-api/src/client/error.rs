//! What can go wrong on the way to a relay, sorted by what the wallet must do next.

use std::error::Error;

use passerby_protocol::wire::jws::JwsError;

use super::{NameError, RefusedAddress};
use crate::problem::Problem;

/// Whether a request has left this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// Nothing was sent.
    No,
    /// It may have arrived: send the same bytes again.
    Perhaps,
    /// It arrived, and the other side said no.
    Yes,
}

/// A failed exchange with a relay or a shop's own host.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RelayError {
    /// The address may not be asked. Nothing was sent.
    #[error("asking the relay was not tried")]
    Address(#[from] RefusedAddress),
    /// The proof for the request could not be made. Nothing was sent.
    #[error("the proof for the relay could not be made")]
    Proof(#[source] JwsError),
    /// No connection came about. Nothing was sent.
    #[error("the relay could not be reached; nothing was sent")]
    NotSent(#[source] Box<dyn Error + Send + Sync>),
    /// The connection broke, or no answer came in time, after sending had begun.
    #[error("the connection to the relay broke; what was sent may have arrived")]
    MayHaveArrived(#[source] Box<dyn Error + Send + Sync>),
    /// The relay said no. `word` is what it said; `problem` when this revision knows the word.
    #[error("the relay said no: {word}")]
    Refused { status: u16, word: String, problem: Option<Problem>, refusal: Option<String> },
    /// An answer that is none of a relay: a redirect, a page of a proxy, more than 65,536 bytes, other JSON.
    #[error("the answer was not that of a relay (status {status})")]
    Foreign { status: u16 },
}

impl RelayError {
    /// Whether anything was sent.
    #[must_use]
    pub fn sent(&self) -> Sent {
        match self {
            Self::Address(_) | Self::Proof(_) | Self::NotSent(_) => Sent::No,
            Self::MayHaveArrived(_)
            | Self::Foreign { .. }
            | Self::Refused {
                problem: Some(Problem::TooMany | Problem::Unavailable | Problem::Failed),
                ..
            } => Sent::Perhaps,
            Self::Refused { .. } => Sent::Yes,
        }
    }

    /// What was wrong with the name, if it was the name.
    #[must_use]
    pub fn find_name_error(&self) -> Option<&NameError> {
        let mut next: Option<&(dyn Error + 'static)> = Some(self);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            next = error.source();
        }
        None
    }

    /// The problem that the relay named, if this revision knows it.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        match self {
            Self::Refused { problem, .. } => *problem,
            _ => None,
        }
    }
}

impl From<reqwest::Error> for RelayError {
    fn from(error: reqwest::Error) -> Self {
        // The address names a request: it stays out of messages and logs.
        let error = error.without_url();
        if error.is_connect() || error.is_builder() {
            Self::NotSent(Box::new(error))
        } else {
            Self::MayHaveArrived(Box::new(error))
        }
    }
}
