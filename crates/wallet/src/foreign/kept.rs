//! What is kept of requests of foreign verifiers: which of them waits, and what was given.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::foreign::ForeignLink;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::{DAY, Timestamp};
use passerby_vault::{RecordError, RecordId};

use super::open::claimed_host;
use crate::look::RequestLine;
use crate::records::{ForeignRequestRecord, RequestState};
use crate::wallet::Wallet;

/// The longest life of a request whose end is not known yet, in seconds.
const LONGEST: i64 = 1_800;

/// What a foreign verifier was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignSent {
    /// To whom.
    pub host: Sector,
    /// When.
    pub given: Timestamp,
    /// What.
    pub claims: Vec<ClaimName>,
}

impl Wallet {
    /// The number of the foreign request that is meant: by this number, or as the only thing that waits.
    pub async fn find_foreign(&self, number: Option<u32>) -> Result<Option<u32>, RecordError> {
        let number = match number {
            Some(number) => number,
            None => match self.meant_numbers().await?.as_slice() {
                [only] => *only,
                _ => return Ok(None),
            },
        };
        let found = self.find_record(|record: &ForeignRequestRecord| record.number == number).await?;
        Ok(found.map(|(_, record)| record.number))
    }

    /// What foreign verifiers were given, oldest first.
    pub async fn foreign_sent(&self) -> Result<Vec<ForeignSent>, RecordError> {
        let records = self.vault().list::<ForeignRequestRecord>().await?;
        let sent = records.into_iter().filter(|(_, record)| record.state == RequestState::Sent);
        let view = |record: ForeignRequestRecord| {
            let (host, answer) = record.host.zip(record.answer)?;
            Some(ForeignSent { host, given: answer.given, claims: answer.claims })
        };
        Ok(sent.filter_map(|(_, record)| view(record)).collect())
    }

    /// The lines of foreign requests in the list of those that wait.
    pub(crate) async fn foreign_lines(&self) -> Result<Vec<RequestLine>, RecordError> {
        let now = self.now();
        let records = self.vault().list::<ForeignRequestRecord>().await?;
        let line = |record: ForeignRequestRecord| {
            let open = match record.state {
                RequestState::Waiting => record.fetched.is_some() && !ends(&record).has_ended(now),
                RequestState::Sending => true,
                _ => false,
            };
            // Before it is checked, only the link says who asks.
            let claimed = || claimed_host(&ForeignLink::parse(&record.link).ok()?);
            let sector = record.host.or_else(claimed).filter(|_| open)?;
            Some(RequestLine {
                number: record.number,
                sector,
                foreign: true,
                state: record.state,
                opened: record.opened,
                answer_by: record.answer_by,
            })
        };
        Ok(records.into_iter().filter_map(|(_, record)| line(record)).collect())
    }

    pub(super) async fn find_foreign_record(
        &self,
        number: u32,
    ) -> Result<(RecordId, ForeignRequestRecord), RecordError> {
        let found = self.find_record(|record: &ForeignRequestRecord| record.number == number).await?;
        found.ok_or(RecordError::Shape { kind: "foreign_request" })
    }

    /// Drops requests a day after their end; what was sent, or may have been, stays.
    pub(super) async fn forget_old_foreign_requests(&self) -> Result<(), RecordError> {
        let now = self.now();
        let mut batch = self.vault().batch();
        for (id, record) in self.vault().list::<ForeignRequestRecord>().await? {
            let over = matches!(record.state, RequestState::Waiting | RequestState::Declined);
            if over && now - ends(&record) >= DAY {
                batch.remove(id);
            }
        }
        if batch.is_empty() { Ok(()) } else { self.vault().write(batch).await }
    }
}

fn ends(record: &ForeignRequestRecord) -> Timestamp {
    record.answer_by.unwrap_or(record.opened + LONGEST)
}
