//! Requests that were opened before: the list of them, and another look at one.

use passerby_protocol::request::RequestLink;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_vault::{RecordError, RecordId};
use rand_core::CryptoRng;

use crate::answered::AlreadyAnswered;
use crate::consent::RequestView;
use crate::records::{RequestRecord, RequestState};
use crate::request::ends;
use crate::trouble::{Sent, Trouble};
use crate::verify::VerifyError;
use crate::wallet::Wallet;

/// Why a kept request could not be looked at. Nothing was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookError {
    /// Nothing waits for a decision.
    #[error("No request is waiting for you.")]
    NoneWaiting,
    /// More than one waits; say which.
    #[error("Several requests are waiting: {}.", .0.iter().map(u32::to_string).collect::<Vec<_>>().join(", "))]
    SeveralWaiting(Vec<u32>),
    /// There is no such request.
    #[error("There is no request {0}, or no longer.")]
    NoSuchRequest(u32),
    /// It was answered before.
    #[error(transparent)]
    Answered(#[from] AlreadyAnswered),
    /// It does not hold, or no longer.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The vault could not be read or written.
    #[error(transparent)]
    Vault(#[from] RecordError),
}

impl Trouble for LookError {
    fn return_to(&self) -> Option<&str> {
        match self {
            Self::Answered(answered) => answered.return_to(),
            _ => None,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoneWaiting => "none-waiting",
            Self::SeveralWaiting(_) => "several-waiting",
            Self::NoSuchRequest(_) => "no-such-request",
            Self::Answered(answered) => answered.code(),
            Self::Verify(refused) => refused.code(),
            Self::Vault(error) => error.code(),
        }
    }

    fn sent(&self) -> Sent {
        match self {
            Self::Answered(answered) => answered.sent(),
            _ => Sent::Nothing,
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::NoneWaiting | Self::NoSuchRequest(_) => "Open the link that the shop shows.",
            Self::SeveralWaiting(_) => "Say which one.",
            Self::Answered(answered) => answered.next_step(),
            Self::Verify(refused) => refused.next_step(),
            Self::Vault(error) => error.next_step(),
        }
    }
}

/// One line in the list of open requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    /// What to call it.
    pub number: u32,
    /// Who asks; merely claimed as long as `answer_by` is absent.
    pub sector: Sector,
    /// Whether it is a foreign verifier, and no shop.
    pub foreign: bool,
    /// How far it is: `Waiting` or `Sending`.
    pub state: RequestState,
    /// When it was opened.
    pub opened: Timestamp,
    /// The last moment for an answer, once it was checked.
    pub answer_by: Option<Timestamp>,
}

impl Wallet {
    /// Looks at a request that was opened before; without a number at the only one that waits. Checks it again.
    pub async fn look(
        &self,
        number: Option<u32>,
        rng: &mut impl CryptoRng,
    ) -> Result<RequestView, LookError> {
        let (id, mut record) = self.find_request(number).await?;
        self.ensure_undecided(&record).await?;
        let checked = self.check(id, &mut record, rng).await?;
        Ok(self.view(&record, &checked.request).await?)
    }

    /// The requests that need something from the person, oldest first. What has run out is not among them, nor what waits of
    /// a host that is always refused.
    pub async fn requests(&self) -> Result<Vec<RequestLine>, RecordError> {
        self.forget_old_requests().await?;
        let now = self.now();
        let open = self.vault().list::<RequestRecord>().await?.into_iter().map(|(_, record)| record);
        let lines = open.filter(|record| match record.state {
            RequestState::Waiting => record.fetched.is_some() && !ends(record).has_ended(now),
            RequestState::Sending => true,
            _ => false,
        });
        let line = |record: RequestRecord| {
            let link = RequestLink::parse(&record.link).ok()?;
            Some(RequestLine {
                number: record.number,
                sector: link.claimed_sector().clone(),
                foreign: false,
                state: record.state,
                opened: record.opened,
                answer_by: record.answer_by,
            })
        };
        let mut lines: Vec<_> = lines.filter_map(line).chain(self.foreign_lines().await?).collect();
        let blocked = self.blocked().await?;
        let is_blocked = |line: &RequestLine| blocked.iter().any(|blocked| blocked.sector == line.sector);
        lines.retain(|line| line.state != RequestState::Waiting || !is_blocked(line));
        lines.sort_by_key(|line| line.number);
        Ok(lines)
    }

    /// The numbers of the requests that can be meant by none.
    pub(crate) async fn meant_numbers(&self) -> Result<Vec<u32>, RecordError> {
        let waiting = self.requests().await?;
        let undecided: Vec<_> = waiting
            .iter()
            .filter(|line| line.state == RequestState::Waiting)
            .map(|line| line.number)
            .collect();
        // With nothing else to decide, an answer that did not get out is what is meant.
        let all = || waiting.iter().map(|line| line.number).collect();
        Ok(if undecided.is_empty() { all() } else { undecided })
    }

    /// The request with this number, or the only one that waits.
    pub(crate) async fn find_request(
        &self,
        number: Option<u32>,
    ) -> Result<(RecordId, RequestRecord), LookError> {
        if let Some(number) = number {
            let found = self.find_record(|record: &RequestRecord| record.number == number).await?;
            return found.ok_or(LookError::NoSuchRequest(number));
        }
        match self.meant_numbers().await?.as_slice() {
            [] => Err(LookError::NoneWaiting),
            [only] => {
                let number = *only;
                let found = self.find_record(|record: &RequestRecord| record.number == number).await?;
                found.ok_or(LookError::NoSuchRequest(number))
            }
            several => Err(LookError::SeveralWaiting(several.to_vec())),
        }
    }
}
