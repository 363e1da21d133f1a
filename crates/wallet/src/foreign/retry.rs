//! The same bytes again, to foreign verifiers.

use passerby_protocol::foreign::ForeignRefusal;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::DAY;
use passerby_vault::{RecordError, RecordId};
use rand_core::CryptoRng;

use super::{ForeignApproveError, ForeignDelivered, ForeignOpenError, Trust};
use crate::records::{ActivityRecord, ForeignOutbox, ForeignRequestRecord, RequestState, What};
use crate::wallet::Wallet;

/// What became of one unconfirmed answer.
#[derive(Debug)]
pub struct ForeignRetried {
    /// Which request it answers.
    pub number: u32,
    /// To whom.
    pub host: Sector,
    /// How it went.
    pub result: Result<ForeignDelivered, ForeignApproveError>,
}

impl Wallet {
    /// Sends every unconfirmed answer to a foreign verifier again, and says of each how it went. Unlike a relay, a verifier
    /// does not promise to answer the same bytes the same. What may have arrived is tried for a day after the last moment
    /// for an answer; what certainly did not leave in time never leaves.
    pub async fn retry_foreign(
        &self,
        trust: &Trust,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<ForeignRetried>, RecordError> {
        let _alone = self.answer_alone().await;
        let mut retried = Vec::new();
        for (id, record) in self.vault().list::<ForeignRequestRecord>().await? {
            let sending = record.state == RequestState::Sending;
            let Some((host, answer)) = record.host.clone().zip(record.answer.clone()).filter(|_| sending)
            else {
                continue;
            };
            let number = record.number;
            let patience = if answer.may_have_left { DAY } else { 0 };
            let over = record.answer_by.is_some_and(|by| (by + patience).has_ended(self.now()));
            let result = if over {
                Err(self.give_up_foreign(id, record, host.clone(), answer, rng).await?)
            } else {
                self.send_foreign(id, record, answer.may_have_left, trust, rng).await
            };
            retried.push(ForeignRetried { number, host, result });
        }
        Ok(retried)
    }

    /// Ends an answer that is too late, and says what that means.
    async fn give_up_foreign(
        &self,
        id: RecordId,
        mut record: ForeignRequestRecord,
        host: Sector,
        mut answer: ForeignOutbox,
        rng: &mut impl CryptoRng,
    ) -> Result<ForeignApproveError, RecordError> {
        let mut batch = self.vault().batch();
        if !answer.may_have_left {
            // As it was before the person agreed: an open request whose time is over.
            (record.state, record.answer) = (RequestState::Waiting, None);
            batch.update(id, &record, rng)?;
            self.vault().write(batch).await?;
            let late =
                ForeignOpenError::Refused { fetched_from: host.to_string(), source: ForeignRefusal::Expired };
            return Ok(late.into());
        }
        answer.form.clear();
        let claims = answer.claims.clone();
        (record.state, record.answer) = (RequestState::Unclear, Some(answer));
        batch.update(id, &record, rng)?;
        let line = ActivityRecord { at: self.now(), sector: host.clone(), what: What::Unclear, claims };
        batch.insert(&line, self.now().seconds(), rng)?;
        self.vault().write(batch).await?;
        Ok(ForeignApproveError::Unclear(host))
    }
}
