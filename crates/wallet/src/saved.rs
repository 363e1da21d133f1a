//! All saved details at one moment, and which of several values is meant.

use std::collections::{BTreeMap, BTreeSet};

use passerby_protocol::claim::ClaimName;
use passerby_vault::{RecordError, RecordId};

use crate::attributes::AttributeError;
use crate::group::{Group, Which};
use crate::label::Label;
use crate::records::AttributeRecord;
use crate::wallet::Wallet;

/// The records of all saved details, oldest first.
pub(crate) struct Saved(Vec<(RecordId, AttributeRecord)>);

impl Wallet {
    pub(crate) async fn saved(&self) -> Result<Saved, RecordError> {
        Ok(Saved(self.vault().list().await?))
    }
}

impl Saved {
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
