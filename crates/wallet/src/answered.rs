//! Requests that are over: what may still be decided, and what not.

use passerby_vault::{RecordError, RecordId};

use crate::records::{OutboxRecord, RequestRecord, RequestState};
use crate::trouble::{Sent, Trouble};
use crate::wallet::Wallet;

/// A request that needs no decision any more.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct AlreadyAnswered {
    /// Which one.
    pub number: u32,
    /// How it ended.
    pub state: RequestState,
    /// Where the browser goes back to, when the relay said so.
    pub return_to: Option<String>,
}

impl AlreadyAnswered {
    fn sentence(&self) -> String {
        let number = self.number;
        match self.state {
            RequestState::Declined => format!("You have refused request {number} before."),
            RequestState::Unclear => format!("Your answer to request {number} got lost on the way."),
            RequestState::Sending => {
                format!("You have agreed to request {number} already; its answer is not confirmed.")
            }
            _ => format!("You have answered request {number} already. It is not sent a second time."),
        }
    }
}

impl Trouble for AlreadyAnswered {
    fn return_to(&self) -> Option<&str> {
        self.return_to.as_deref()
    }

    fn code(&self) -> &'static str {
        match self.state {
            RequestState::Declined => "declined-before",
            RequestState::Sending => "not-confirmed",
            RequestState::Unclear => "unclear",
            _ => "answered-before",
        }
    }

    fn sent(&self) -> Sent {
        match self.state {
            RequestState::Sending | RequestState::Unclear => Sent::Maybe,
            _ => Sent::Nothing,
        }
    }

    fn next_step(&self) -> &'static str {
        match self.state {
            RequestState::Sending => "Run `passerby retry`.",
            RequestState::Declined | RequestState::Unclear => "Start again on the page that asked.",
            _ => "Go back to the page that asked.",
        }
    }
}

impl Wallet {
    /// Whether a request can still be decided: it waits, or its answer certainly did not leave.
    pub(crate) async fn ensure_undecided(&self, record: &RequestRecord) -> Result<(), Undecidable> {
        let undecided = match record.state {
            RequestState::Waiting => true,
            RequestState::Sending => self.find_unsent(record.number).await?.is_some(),
            _ => false,
        };
        if undecided {
            return Ok(());
        }
        let (number, state, return_to) = (record.number, record.state, record.return_to.clone());
        Err(AlreadyAnswered { number, state, return_to }.into())
    }

    /// The answer to this request that is written down and certainly did not leave.
    pub(crate) async fn find_unsent(
        &self,
        number: u32,
    ) -> Result<Option<(RecordId, OutboxRecord)>, RecordError> {
        self.find_record(|outbox: &OutboxRecord| outbox.number == number && !outbox.may_have_left).await
    }
}

/// A request that cannot be decided, or a vault that cannot say.
pub(crate) enum Undecidable {
    Answered(AlreadyAnswered),
    Vault(RecordError),
}

macro_rules! undecidable_into {
    ($($error:ty),+) => { $(
        impl From<Undecidable> for $error {
            fn from(undecidable: Undecidable) -> Self {
                match undecidable {
                    Undecidable::Answered(answered) => Self::Answered(answered),
                    Undecidable::Vault(error) => Self::Vault(error),
                }
            }
        }
    )+ };
}
undecidable_into!(
    crate::request::OpenError,
    crate::look::LookError,
    crate::seal::ApproveError,
    crate::decline::DeclineError
);

impl From<AlreadyAnswered> for Undecidable {
    fn from(answered: AlreadyAnswered) -> Self {
        Self::Answered(answered)
    }
}

impl From<RecordError> for Undecidable {
    fn from(error: RecordError) -> Self {
        Self::Vault(error)
    }
}
