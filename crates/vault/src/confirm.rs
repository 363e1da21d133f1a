//! The passphrase of an open vault once more.

use secrecy::SecretString;

use crate::error::{StorageError, VaultError};
use crate::opening::derive_slot_key;
use crate::store;
use crate::unlock::{SlotKind, Stretching, VaultId};
use crate::vault::Vault;

impl Vault {
    /// Whether `passphrase` opens the vault's own slot as it stands in the file now: refused with the errors of
    /// [`Vault::open`]. Takes as long as opening, and keeps nothing.
    pub async fn check(&self, passphrase: &SecretString) -> Result<(), VaultError> {
        let (header, slots) = {
            // Not held while the passphrase is stretched: other work goes on.
            let mut connection = self.connection().await;
            (store::find_header(&mut connection).await?, store::read_slots(&mut connection).await?)
        };
        let header = header.ok_or(StorageError::Damaged)?;
        let vault = VaultId(header.vault_id.try_into().map_err(|_| StorageError::Damaged)?);
        let slot = slots.iter().find(|slot| slot.head.kind == SlotKind::Passphrase.name());
        let slot = slot.ok_or(VaultError::SlotDamaged)?;
        let stretching = Stretching::parse(&slot.head.parameters)?;
        let slot_key = derive_slot_key(passphrase, slot.head.salt.clone(), stretching).await?;
        slot.unwrap((vault, header.epoch), &slot_key).map(drop)
    }
}
