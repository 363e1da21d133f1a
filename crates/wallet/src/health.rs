//! How an open wallet is, as far as it can tell from inside: whole, readable, with which ways in.
//!
//! What it must never do: mend anything unasked; name a record by anything but its number.

use passerby_protocol::time::Timestamp;
use passerby_vault::{Anchor, AnchorError, RecordError, SCHEMA, SlotView, Wholeness};
use std::sync::Arc;

use crate::backup::AutomaticBackup;
use crate::spare_key::SpareKey;
use crate::wallet::Wallet;

/// Clocks of computers are set by hand, and by the network later.
const TOLERANCE: i64 = 300;

/// How an open wallet is.
#[derive(Debug, Clone)]
pub struct Health {
    /// Whether it is what it was when it was last written.
    pub wholeness: Wholeness,
    /// So many records cannot be opened.
    pub damaged: usize,
    /// With what it opens.
    pub ways: Vec<SlotView>,
    /// The number of the file's layout.
    pub schema: i64,
    /// How far the person's 24 words have come on paper.
    pub spare_key: SpareKey,
    /// So many self-copies are not at their relays yet.
    pub due_copies: usize,
    /// Where backups go by themselves, if they do.
    pub backup: Option<AutomaticBackup>,
    /// When the newest record was made, if that is still to come by this computer's clock.
    pub ahead: Option<Timestamp>,
}

impl Wallet {
    /// Looks at the wallet. Changes nothing.
    pub async fn health(&self) -> Result<Health, RecordError> {
        let newest = self.vault().newest().await?.map(Timestamp::from_seconds);
        Ok(Health {
            wholeness: self.vault().wholeness().await?,
            damaged: self.vault().damaged().await?.len(),
            ways: self.vault().slots().await?,
            schema: SCHEMA,
            spare_key: self.spare_key().await?,
            due_copies: self.count_due_copies().await?,
            backup: self.automatic_backup().await?,
            ahead: newest.filter(|newest| *newest - self.now() > TOLERANCE),
        })
    }

    /// Compares the wallet with what `anchor` remembers of it, and lets it remember every write from now on.
    pub async fn hold_to(&self, anchor: Arc<dyn Anchor>) -> Result<Wholeness, AnchorError> {
        self.vault().hold_to(anchor).await
    }

    /// For a wallet that its person has just restored: where `anchor` remembers another state of it, it takes this one for the
    /// newest from now on. Says whether it did.
    pub async fn accept_restored(&self, anchor: Arc<dyn Anchor>) -> Result<bool, AnchorError> {
        self.vault().accept_restored(anchor).await
    }

    /// Removes all records that cannot be opened. Whatever could still be saved from them elsewhere is then only there. The
    /// answer is how many there were.
    pub async fn remove_damaged(&self) -> Result<usize, RecordError> {
        let damaged = self.vault().damaged().await?;
        let mut batch = self.vault().batch();
        for id in &damaged {
            batch.remove(*id);
        }
        if !damaged.is_empty() {
            self.vault().write(batch).await?;
        }
        Ok(damaged.len())
    }
}
