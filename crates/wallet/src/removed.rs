//! Details that were taken away, and how they come back while nobody has forgotten them yet.
//!
//! What it must never do: write a value anywhere; put itself over what was saved since.

use std::fmt;

use passerby_protocol::claim::ClaimName;
use rand_core::CryptoRng;

use crate::attributes::AttributeError;
use crate::group::{Group, Which};
use crate::label::Label;
use crate::records::AttributeRecord;
use crate::wallet::Wallet;

/// What [`Wallet::remove_attributes`] took away, with its history. In memory only: whoever drops it forgets it, wiped.
pub struct Removed {
    records: Vec<AttributeRecord>,
}

impl Removed {
    /// What it was called: names and labels.
    pub fn names(&self) -> impl Iterator<Item = (&ClaimName, &Label)> {
        self.records.iter().map(|record| (&record.claim, &record.label))
    }
}

impl fmt::Debug for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Removed").field("details", &self.records.len()).finish()
    }
}

impl Wallet {
    /// Takes a detail or an address away with its history; without a label the only one. It can be brought back with what
    /// this gives, and with nothing else.
    ///
    /// Sealed remnants may stay on the disk until the vault's key is rotated.
    pub async fn remove_attributes(
        &self,
        which: &Which,
        label: Option<&Label>,
    ) -> Result<Removed, AttributeError> {
        let saved = self.saved().await?;
        let mut batch = self.vault().batch();
        let mut records = Vec::new();
        for (id, record) in saved.meant(which, label)? {
            batch.remove(*id);
            let mut record = record.clone();
            // What went by itself goes by itself again, whatever made it so.
            record.default = saved.find_default(&Group::of(&record.claim)) == Some(&record.label);
            records.push(record);
        }
        self.vault().write(batch).await?;
        Ok(Removed { records })
    }

    /// Puts back what was taken away, with its history: all of it, or nothing if something was saved in its place since.
    /// What the person made the default since stays that.
    pub async fn bring_back_attributes(
        &self,
        removed: &Removed,
        rng: &mut impl CryptoRng,
    ) -> Result<(), AttributeError> {
        let saved = self.saved().await?;
        let mut batch = self.vault().batch();
        for record in &removed.records {
            if saved.find(&record.claim, &record.label).is_some() {
                let (claim, label) = (record.claim.clone(), record.label.clone());
                return Err(AttributeError::SavedSince { claim, label });
            }
            let mut record = record.clone();
            let other = saved.find_marked_default(&Group::of(&record.claim));
            record.default &= other.is_none_or(|label| *label == record.label);
            batch.insert(&record, self.now().seconds(), rng)?;
        }
        if !batch.is_empty() {
            self.vault().write(batch).await?;
        }
        Ok(())
    }
}
