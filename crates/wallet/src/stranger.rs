//! As whom a person answers: under their regular pseudonym at a shop, or as a stranger, under one for this answer alone.
//!
//! ```text
//! root secret ── sector, 0 ──▶ regular: the same at each visit, brought back by the 24 words
//!            └── sector, n ──▶ stranger: n drawn for one request, kept in this vault and its backups only
//! ```
//!
//! What it must never do: show one relay two keys for one request, or it would know that both are one person; sign
//! anything by a key whose number is not on the disk.

use passerby_vault::{RecordError, RecordId};
use rand_core::CryptoRng;

use crate::records::{RequestRecord, RequestState};
use crate::trouble::Trouble;
use crate::wallet::Wallet;

/// The number of the regular pseudonym's key.
pub(crate) const REGULAR: u32 = 0;

/// An answer was begun under one pseudonym, and is not gone on with under another. Nothing was sent by this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct BegunAsAnother {
    /// Whether it was begun as a stranger.
    pub as_stranger: bool,
}

impl BegunAsAnother {
    const fn sentence(self) -> &'static str {
        if self.as_stranger {
            "You began to answer this request as a stranger. Under your name at this shop, the relay server would know that both are you."
        } else {
            "You began to answer this request under your name at this shop. As a stranger, the relay server would know that both are you."
        }
    }
}

impl Trouble for BegunAsAnother {
    fn code(&self) -> &'static str {
        "begun-as-another"
    }

    fn next_step(&self) -> &'static str {
        "Go on as you began, or start again on the shop's page."
    }
}

impl RequestRecord {
    /// Under which key its answer was begun, if it was.
    pub(crate) fn find_begun(&self) -> Option<u32> {
        // Programs that knew no strangers did not write it down.
        self.key_number.or((self.state == RequestState::Sending).then_some(REGULAR))
    }
}

impl Wallet {
    /// The number of the key that this request is answered by, which is on the disk when this returns.
    pub(crate) async fn choose_key(
        &self,
        id: RecordId,
        record: &mut RequestRecord,
        as_stranger: bool,
        rng: &mut impl CryptoRng,
    ) -> Result<Result<u32, BegunAsAnother>, RecordError> {
        let number = match record.find_begun() {
            Some(begun) if (begun != REGULAR) != as_stranger => {
                return Ok(Err(BegunAsAnother { as_stranger: begun != REGULAR }));
            }
            Some(begun) => begun,
            None if as_stranger => rng.next_u32().max(REGULAR + 1),
            None => REGULAR,
        };
        if record.key_number != Some(number) {
            record.key_number = Some(number);
            self.vault().update(id, record, rng).await?;
        }
        Ok(Ok(number))
    }
}
