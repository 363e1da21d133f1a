//! The person's details: one value under one name in this revision.

use std::collections::BTreeMap;

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::time::Timestamp;
use passerby_vault::RecordError;
use rand_core::CryptoRng;

use crate::records::AttributeRecord;
use crate::trouble::Trouble;
use crate::wallet::Wallet;

/// The longest value, in bytes.
pub const LONGEST_VALUE: usize = 2_000;

/// A detail could not be saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttributeError {
    /// Nothing but spaces.
    #[error("The value for {0} is empty.")]
    Empty(ClaimName),
    /// Longer than [`LONGEST_VALUE`].
    #[error("The value for {0} is longer than {LONGEST_VALUE} bytes.")]
    TooLong(ClaimName),
    /// Control characters, which a label printer or a terminal might obey.
    #[error("The value for {0} contains control characters.")]
    ControlCharacters(ClaimName),
    /// The vault could not be read or written.
    #[error(transparent)]
    Vault(#[from] RecordError),
}

impl Trouble for AttributeError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty(_) => "value-empty",
            Self::TooLong(_) => "value-too-long",
            Self::ControlCharacters(_) => "value-control-characters",
            Self::Vault(error) => error.code(),
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::Vault(error) => error.next_step(),
            _ => "Nothing was saved.",
        }
    }
}

/// A saved detail.
#[derive(Debug, Clone)]
pub struct AttributeView {
    /// Its name.
    pub claim: ClaimName,
    /// Its value.
    pub value: AttributeValue,
    /// When it was last changed.
    pub changed: Timestamp,
}

impl Wallet {
    /// Saves values, each in place of the one before: all of them or none.
    pub async fn set_attributes(
        &self,
        values: &BTreeMap<ClaimName, AttributeValue>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), AttributeError> {
        let now = self.now();
        let known = self.vault().list::<AttributeRecord>().await?;
        let mut batch = self.vault().batch();
        for (claim, value) in values {
            check_value(claim, value)?;
            let record = AttributeRecord::new(claim.clone(), value, now);
            match known.iter().find(|(_, known)| known.claim == *claim && known.label.is_none()) {
                Some((id, _)) => batch.update(*id, &record, rng)?,
                None => drop(batch.insert(&record, now.seconds(), rng)?),
            }
        }
        Ok(self.vault().write(batch).await?)
    }

    /// Removes a detail; says whether there was one.
    pub async fn remove_attribute(&self, claim: &ClaimName) -> Result<bool, RecordError> {
        let found = self.find_record(|record: &AttributeRecord| record.claim == *claim).await?;
        let Some((id, _)) = found else { return Ok(false) };
        self.vault().remove(id).await?;
        Ok(true)
    }

    /// All saved details, by name.
    pub async fn attributes(&self) -> Result<Vec<AttributeView>, RecordError> {
        let records = self.vault().list::<AttributeRecord>().await?.into_iter();
        let view = |(_, record): (_, AttributeRecord)| AttributeView {
            claim: record.claim.clone(),
            value: record.value(),
            changed: record.changed,
        };
        let mut views: Vec<_> = records.map(view).collect();
        views.sort_by(|a, b| a.claim.cmp(&b.claim));
        Ok(views)
    }

    pub(crate) async fn values(&self) -> Result<BTreeMap<ClaimName, AttributeValue>, RecordError> {
        Ok(self.attributes().await?.into_iter().map(|view| (view.claim, view.value)).collect())
    }
}

/// Whether a value can be saved or sent.
pub fn check_value(claim: &ClaimName, value: &AttributeValue) -> Result<(), AttributeError> {
    let text = value.expose();
    // A street address has lines (OpenID Connect Core section 5.1.1).
    let lines =
        claim.find_address_member().is_some_and(|member| matches!(member, "street_address" | "formatted"));
    if text.trim().is_empty() {
        Err(AttributeError::Empty(claim.clone()))
    } else if text.len() > LONGEST_VALUE {
        Err(AttributeError::TooLong(claim.clone()))
    } else if text.chars().any(|c| c.is_control() && !(lines && c == '\n')) {
        Err(AttributeError::ControlCharacters(claim.clone()))
    } else {
        Ok(())
    }
}
