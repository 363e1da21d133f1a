//! The backup as a file: one object of JSON, whose head anybody can read and whose data only a slot's secret opens.
//!
//! What it must never do: read a member it does not know or one that stands twice, or read more than
//! [`MAX_BACKUP_LEN`] bytes.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::RestoreError;
use crate::unlock::{Slot, SlotHead, VaultId};

/// The format's name and version. Another format gets another version.
pub(super) const FORMAT: &str = "passerby-backup/1";
/// What the names of all versions begin with.
const FAMILY: &str = "passerby-backup/";
/// How this program's backups begin, to tell one that was cut off from another file.
const BEGINNING: &[u8] = br#"{"format":"passerby-backup/"#;
/// The most bytes a backup file may have.
pub(super) const MAX_BACKUP_LEN: usize = 256 * 1024 * 1024;
/// No vault has so many ways in.
const MAX_SLOTS: usize = 16;
/// The longest field of a slot, in bytes.
const MAX_SLOT_FIELD: usize = 4096;

/// What a backup says openly. All of it is bound into the seal of its data.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) vault: VaultId,
    pub(super) epoch: i64,
    /// Unix seconds.
    pub(super) made: i64,
    /// The counter of the vault's manifest when it was made; 0 where it had none.
    pub(super) counter: u64,
    pub(super) slots: Vec<Slot>,
}

impl Head {
    /// The fields that are bound, in their order, behind the vault's id and the epoch.
    pub(super) fn with_fields<T>(&self, then: impl FnOnce(&[&[u8]]) -> T) -> T {
        let made = self.made.to_be_bytes();
        let counter = self.counter.to_be_bytes();
        let count = (self.slots.len() as u64).to_be_bytes();
        let mut fields: Vec<&[u8]> = vec![FORMAT.as_bytes(), &made, &counter, &count];
        for Slot { head: SlotHead { id, kind, parameters, salt }, commitment, wrapped } in &self.slots {
            fields.extend::<[&[u8]; 6]>([id, kind.as_bytes(), parameters, salt, commitment, wrapped]);
        }
        then(&fields)
    }

    /// The whole file.
    pub(super) fn write(&self, data: Vec<u8>) -> Result<Vec<u8>, serde_json::Error> {
        let slots = self.slots.iter().map(|slot| SlotForm {
            id: Base64(slot.head.id.clone()),
            kind: slot.head.kind.clone(),
            parameters: Base64(slot.head.parameters.clone()),
            salt: Base64(slot.head.salt.clone()),
            commitment: Base64(slot.commitment.clone()),
            wrapped: Base64(slot.wrapped.clone()),
        });
        let form = Form {
            format: FORMAT.to_owned(),
            vault_id: Base64(self.vault.0.to_vec()),
            epoch: self.epoch,
            made: self.made,
            counter: self.counter,
            slots: slots.collect(),
            data: Base64(data),
        };
        let mut bytes = serde_json::to_vec(&form)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The head of a backup file, and its sealed data.
    pub(super) fn parse(bytes: &[u8]) -> Result<(Self, Vec<u8>), RestoreError> {
        // First what it claims to be, so that a newer one is not called damaged.
        let Ok(Named { format }) = serde_json::from_slice(bytes) else {
            let begun = bytes.starts_with(BEGINNING);
            return Err(if begun { RestoreError::Damaged } else { RestoreError::NotABackup });
        };
        if format != FORMAT {
            let newer = format.starts_with(FAMILY);
            return Err(if newer { RestoreError::Newer } else { RestoreError::NotABackup });
        }
        let damaged = |_| RestoreError::Damaged;
        let Form { format: _, vault_id, epoch, made, counter, slots, data } =
            serde_json::from_slice(bytes).map_err(damaged)?;
        let vault = VaultId(vault_id.0.try_into().map_err(|_| RestoreError::Damaged)?);
        if slots.len() > MAX_SLOTS {
            return Err(RestoreError::Damaged);
        }
        let slots = slots.into_iter().map(SlotForm::parse).collect::<Option<_>>();
        Ok((Self { vault, epoch, made, counter, slots: slots.ok_or(RestoreError::Damaged)? }, data.0))
    }
}

/// What every version says about itself; whatever else it has is left alone.
#[derive(Deserialize)]
struct Named {
    format: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    format: String,
    vault_id: Base64,
    epoch: i64,
    made: i64,
    counter: u64,
    slots: Vec<SlotForm>,
    data: Base64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SlotForm {
    id: Base64,
    kind: String,
    parameters: Base64,
    salt: Base64,
    commitment: Base64,
    wrapped: Base64,
}

impl SlotForm {
    fn parse(self) -> Option<Slot> {
        let Self { id, kind, parameters, salt, commitment, wrapped } = self;
        let fields = [&parameters.0, &salt.0, &commitment.0, &wrapped.0];
        let fits = id.0.len() == 16
            && kind.len() <= MAX_SLOT_FIELD
            && fields.iter().all(|field| field.len() <= MAX_SLOT_FIELD);
        fits.then_some(Slot {
            head: SlotHead { id: id.0, kind, parameters: parameters.0, salt: salt.0 },
            commitment: commitment.0,
            wrapped: wrapped.0,
        })
    }
}

/// Bytes as base64url without padding (RFC 4648, section 5), in its one spelling.
struct Base64(Vec<u8>);

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        URL_SAFE_NO_PAD.decode(text.as_bytes()).map(Self).map_err(|_| D::Error::custom("not base64url"))
    }
}
