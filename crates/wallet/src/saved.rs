//! All saved details at one moment, and which of several values is meant.

use std::collections::{BTreeMap, BTreeSet};

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::time::Timestamp;
use passerby_vault::{Batch, RecordError, RecordId};
use rand_core::CryptoRng;

use crate::attributes::{AttributeError, Marks};
use crate::consent::Answer;
use crate::group::{Group, Which};
use crate::label::Label;
use crate::records::AttributeRecord;
use crate::wallet::Wallet;

/// The records of all saved details, oldest first.
pub(crate) struct Saved(Vec<(RecordId, AttributeRecord)>);

impl Wallet {
    /// Saves the typed values that an answer keeps, together with what else is written in `batch`. A value that does not go
    /// is not kept either.
    pub(crate) async fn stage_kept(
        &self,
        batch: &mut Batch,
        answer: &Answer,
        goes: &[ClaimName],
        rng: &mut impl CryptoRng,
    ) -> Result<(), RecordError> {
        let saved = self.saved().await?;
        let mut pending = Pending::default();
        for (claim, label) in answer.keep.iter().filter(|(claim, _)| goes.contains(claim)) {
            let Some(value) = answer.typed.get(claim) else { continue };
            pending.save(&saved, (claim, label), value, Marks::default(), self.now());
        }
        pending.stage(batch, self.now(), rng)
    }

    pub(crate) async fn saved(&self) -> Result<Saved, RecordError> {
        Ok(Saved(self.vault().list().await?))
    }
}

impl Saved {
    /// As if these were saved.
    #[cfg(test)]
    pub fn of(records: impl IntoIterator<Item = AttributeRecord>) -> Self {
        let id = |place: u8| RecordId::try_from([place; 16].as_slice()).unwrap();
        Self((0..).map(id).zip(records).collect())
    }

    pub fn iter(&self) -> impl Iterator<Item = &(RecordId, AttributeRecord)> {
        self.0.iter()
    }

    pub fn find(&self, claim: &ClaimName, label: &Label) -> Option<&(RecordId, AttributeRecord)> {
        self.iter().find(|(_, record)| record.claim == *claim && record.label == *label)
    }

    /// The label whose values go unless another is named: the one that was made the default, or none if there is such a
    /// value, or that of the oldest value. `None` if nothing is saved in the group.
    pub fn find_default(&self, group: &Group) -> Option<&Label> {
        let records = || self.iter().map(|(_, record)| record).filter(|record| group.holds(&record.claim));
        let chosen = self.find_marked_default(group);
        let plain = || records().find(|record| record.label.is_plain());
        let other = || plain().or_else(|| records().next()).map(|record| &record.label);
        chosen.or_else(other)
    }

    /// The label that was made the default, if one was.
    pub fn find_marked_default(&self, group: &Group) -> Option<&Label> {
        let mut records = self.iter().map(|(_, record)| record).filter(|record| group.holds(&record.claim));
        records.find(|record| record.default).map(|record| &record.label)
    }

    /// The records that are meant by a name and a label; without a label by the name alone, as long as it is clear.
    pub fn meant(
        &self,
        which: &Which,
        label: Option<&Label>,
    ) -> Result<Vec<&(RecordId, AttributeRecord)>, AttributeError> {
        let mut found: Vec<_> = self.iter().filter(|(_, record)| which.holds(&record.claim)).collect();
        let labels: BTreeSet<_> = found.iter().map(|(_, record)| record.label.clone()).collect();
        match label {
            Some(label) => found.retain(|(_, record)| record.label == *label),
            None if labels.len() > 1 => return Err(AttributeError::Several { which: which.clone(), labels }),
            None => {}
        }
        if found.is_empty() {
            let label = label.cloned().unwrap_or_default();
            return Err(AttributeError::NotSaved { which: which.clone(), label });
        }
        Ok(found)
    }
}

/// Records that are about to be written together.
#[derive(Default)]
pub(crate) struct Pending {
    /// In place of those under these ids.
    pub known: BTreeMap<RecordId, AttributeRecord>,
    pub fresh: Vec<AttributeRecord>,
}

impl Pending {
    /// Puts a value in the place of the one that is saved under this name and label, or beside the others.
    pub fn save(
        &mut self,
        saved: &Saved,
        (claim, label): (&ClaimName, &Label),
        value: &AttributeValue,
        marks: Marks,
        now: Timestamp,
    ) {
        let default = saved.find_default(&Group::of(claim)).is_none_or(|default| default == label);
        let known = saved.find(claim, label);
        let mut record = known.map_or_else(
            || AttributeRecord::new(claim.clone(), label.clone(), value, now),
            |(_, record)| record.clone(),
        );
        record.replace(value, now);
        record.default = default || marks.default;
        record.sensitive = marks.sensitive.or(record.sensitive);
        match known {
            Some((id, _)) => drop(self.known.insert(*id, record)),
            None => self.fresh.push(record),
        }
    }

    /// Adds them to what is about to be written.
    pub fn stage(
        &self,
        batch: &mut Batch,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), RecordError> {
        for (id, record) in &self.known {
            batch.update(*id, record, rng)?;
        }
        for record in &self.fresh {
            batch.insert(record, now.seconds(), rng)?;
        }
        Ok(())
    }

    /// Makes a label the default of a group, and no other.
    pub fn make_default(&mut self, saved: &Saved, group: &Group, label: &Label) {
        for (id, record) in saved.iter().filter(|(_, record)| group.holds(&record.claim)) {
            let default = record.label == *label;
            if default != record.default {
                self.known.entry(*id).or_insert_with(|| record.clone()).default = default;
            }
        }
    }
}
