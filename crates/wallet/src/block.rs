//! Hosts whose requests are always refused, because the person said so.
//!
//! What it must never do: fetch anything for such a host, or let one that merely claims a name have that name refused.

use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_vault::{Batch, RecordError};
use rand_core::CryptoRng;

use crate::records::BlockRecord;
use crate::trouble::Trouble;
use crate::wallet::Wallet;

/// A request of a host that is always refused. Nothing was fetched, and nobody was told anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("You always refuse {sector}, so nothing was fetched.")]
pub struct Blocked {
    /// Who is claimed to ask.
    pub sector: Sector,
    /// Since when it is refused.
    pub since: Timestamp,
}

impl Trouble for Blocked {
    fn code(&self) -> &'static str {
        "blocked"
    }

    fn next_step(&self) -> &'static str {
        "To lift that: passerby shops --unblock HOST."
    }
}

/// A host that is always refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedView {
    /// Which.
    pub sector: Sector,
    /// Since when.
    pub since: Timestamp,
}

impl Wallet {
    /// From now on refuses every request of this host, or no longer. What it was given before is not touched by that.
    pub async fn block(
        &self,
        sector: &Sector,
        blocked: bool,
        rng: &mut impl CryptoRng,
    ) -> Result<(), RecordError> {
        let mut batch = self.vault().batch();
        if blocked {
            self.stage_block(&mut batch, sector, rng).await?;
        } else {
            for (id, _) in self.blocks().await?.into_iter().filter(|(_, block)| block.sector == *sector) {
                batch.remove(id);
            }
        }
        if batch.is_empty() { Ok(()) } else { self.vault().write(batch).await }
    }

    /// The hosts that are always refused, in the order of their refusal.
    pub async fn blocked(&self) -> Result<Vec<BlockedView>, RecordError> {
        let view = |BlockRecord { sector, since }| BlockedView { sector, since };
        Ok(self.blocks().await?.into_iter().map(|(_, block)| view(block)).collect())
    }

    /// Refuses this host from now on, together with what else is written in `batch`.
    pub(crate) async fn stage_block(
        &self,
        batch: &mut Batch,
        sector: &Sector,
        rng: &mut impl CryptoRng,
    ) -> Result<(), RecordError> {
        if self.ensure_not_blocked(sector).await?.is_ok() {
            let block = BlockRecord { sector: sector.clone(), since: self.now() };
            batch.insert(&block, self.now().seconds(), rng)?;
        }
        Ok(())
    }

    /// Whether a host that is claimed to ask may be listened to.
    pub(crate) async fn ensure_not_blocked(
        &self,
        sector: &Sector,
    ) -> Result<Result<(), Blocked>, RecordError> {
        let found = self.find_record(|block: &BlockRecord| block.sector == *sector).await?;
        Ok(match found {
            Some((_, BlockRecord { sector, since })) => Err(Blocked { sector, since }),
            None => Ok(()),
        })
    }

    async fn blocks(&self) -> Result<Vec<(passerby_vault::RecordId, BlockRecord)>, RecordError> {
        self.vault().list().await
    }
}
