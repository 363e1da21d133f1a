//! The same bytes again, to foreign verifiers.

use passerby_protocol::sector::Sector;
use passerby_vault::RecordError;
use rand_core::CryptoRng;

use super::{ForeignApproveError, ForeignDelivered, Trust};
use crate::records::{ForeignRequestRecord, RequestState};
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
    /// does not promise to answer the same bytes the same.
    pub async fn retry_foreign(
        &self,
        trust: &Trust,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<ForeignRetried>, RecordError> {
        let _alone = self.answer_alone().await;
        let mut retried = Vec::new();
        for (id, record) in self.vault().list::<ForeignRequestRecord>().await? {
            let Some(host) = record.host.clone().filter(|_| record.state == RequestState::Sending) else {
                continue;
            };
            let number = record.number;
            let earlier = record.answer.as_ref().is_some_and(|answer| answer.may_have_left);
            let result = self.send_foreign(id, record, earlier, trust, rng).await;
            retried.push(ForeignRetried { number, host, result });
        }
        Ok(retried)
    }
}
