//! What ways into an open vault there are.

use std::fmt;

use crate::error::{StorageError, VaultError};
use crate::record::RecordId;
use crate::store;
use crate::unlock::{Slot, SlotKind, Stretching};
use crate::vault::Vault;
use crate::way::{KeyringSlot, WayIn};

/// Names a slot within its vault.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SlotId(RecordId);

impl SlotId {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Display for SlotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for SlotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SlotId({self})")
    }
}

/// A slot, as far as it can be told without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotView {
    /// Its name within the vault.
    pub id: SlotId,
    /// When it was made, in Unix seconds.
    pub made: i64,
    /// With what it opens.
    pub opens: Opens,
}

/// With what a slot opens.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Opens {
    /// With a passphrase that costs this much work.
    Passphrase(Stretching),
    /// With 24 words.
    Words,
    /// With a keyring of this kind.
    Keyring(String),
    /// With something that this program does not know. The slot is left alone.
    Unknown(String),
    /// With nothing: what the slot says about itself cannot be read, or is out of bounds.
    Nothing(SlotKind),
}

impl SlotView {
    fn of(slot: &Slot) -> Result<Self, StorageError> {
        // The table's own check keeps ids at 16 bytes.
        let id = RecordId::try_from(slot.head.id.as_slice()).map_err(|_| StorageError::Damaged)?;
        let made = i64::try_from(id.millis() / 1000).unwrap_or(i64::MAX);
        Ok(Self { id: SlotId(id), made, opens: Opens::of(slot) })
    }
}

impl Opens {
    pub(crate) fn of(slot: &Slot) -> Self {
        let parameters = &slot.head.parameters;
        match SlotKind::find(&slot.head.kind) {
            Some(kind @ SlotKind::Passphrase) => {
                Stretching::parse(parameters).map_or(Self::Nothing(kind), Self::Passphrase)
            }
            Some(SlotKind::Words) => Self::Words,
            Some(kind @ SlotKind::Keyring) => KeyringSlot::parse(parameters)
                .map_or(Self::Nothing(kind), |KeyringSlot { store }| Self::Keyring(store)),
            None => Self::Unknown(slot.head.kind.clone()),
        }
    }
}

impl Vault {
    /// All slots, oldest first.
    pub async fn slots(&self) -> Result<Vec<SlotView>, StorageError> {
        let slots = store::read_slots(&mut self.state.lock().await.connection).await?;
        slots.iter().map(SlotView::of).collect()
    }

    /// Whether a way leads into this vault, asked again before something that an unlocked screen alone must not do. Takes
    /// as long as opening.
    pub async fn check<'a>(&self, way: impl Into<WayIn<'a>> + Send) -> Result<(), VaultError> {
        let way = way.into();
        let slots = store::read_slots(&mut self.state.lock().await.connection).await?;
        way.open(self.place(), &slots).await.map(drop)
    }
}
