//! Changing the ways into an open vault: each change is one transaction, and the vault key stays as it is.
//!
//! The vault key is not kept while a vault is open, so whoever adds or replaces a slot is asked for a way in again. What
//! is taken out opens older copies of the file still: only [`Vault::rotate`] ends that.

use std::collections::BTreeSet;
use std::sync::Arc;

use rand_core::CryptoRng;
use secrecy::SecretString;
use tokio::sync::MutexGuard;

use crate::error::{StorageError, VaultError};
use crate::keyring::{self, Keyring};
use crate::manifest::sign;
use crate::new_slots::{make_keyring_slot, make_passphrase_slot, make_words_slot, refuse_empty, take_back};
use crate::slots::SlotId;
use crate::state::State;
use crate::store;
use crate::unlock::{RecoverySecret, Slot, SlotDigest, SlotKind, Stretching};
use crate::vault::Vault;
use crate::way::{MAX_ASKED, WayIn, keyring_name, open_keyring_slot};

impl Vault {
    /// Puts a new passphrase in the place of the old one. `way` may be another than the old passphrase: that is what the
    /// words are for. `now` is in Unix seconds.
    pub async fn change_passphrase<'a>(
        &self,
        way: impl Into<WayIn<'a>> + Send,
        passphrase: &SecretString,
        stretching: Stretching,
        now: i64,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<(), VaultError> {
        let way = way.into();
        refuse_empty(passphrase)?;
        let (mut state, mut slots) = self.writable_slots().await?;
        let key = way.open(self.place(), &slots).await?;
        let new = make_passphrase_slot(passphrase, stretching, self.place(), &key, now, rng).await?;
        slots.retain(|slot| !slot.is(SlotKind::Passphrase));
        slots.push(new);
        self.write_slots(&mut state, &slots).await?;
        // The old slot is not to be found in the file either. If the log cannot be emptied now, locking does it.
        drop(store::empty_log(&mut state.connection).await);
        Ok(())
    }

    /// Lets the words of this secret open the vault, in the place of others if there are any.
    pub async fn set_words<'a>(
        &self,
        way: impl Into<WayIn<'a>> + Send,
        secret: &RecoverySecret,
        now: i64,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<(), VaultError> {
        let way = way.into();
        let (mut state, mut slots) = self.writable_slots().await?;
        let key = way.open(self.place(), &slots).await?;
        slots.retain(|slot| !slot.is(SlotKind::Words));
        slots.push(make_words_slot(secret, self.place(), &key, now, rng)?);
        self.write_slots(&mut state, &slots).await
    }

    /// Lets this keyring open the vault. A slot that it opens already is made anew; those of other keyrings stay.
    pub async fn add_keyring<'a>(
        &self,
        way: impl Into<WayIn<'a>> + Send,
        keyring: &Arc<dyn Keyring>,
        now: i64,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<(), VaultError> {
        let way = way.into();
        let (mut state, slots) = self.writable_slots().await?;
        let key = way.open(self.place(), &slots).await?;
        let (mut kept, mut replaced) = (Vec::with_capacity(slots.len()), Vec::new());
        for slot in slots {
            let held =
                slot.is(SlotKind::Keyring) && open_keyring_slot(keyring, self.place(), &slot).await.is_ok();
            if held { replaced.push(slot) } else { kept.push(slot) }
        }
        if kept.iter().filter(|slot| slot.is(SlotKind::Keyring)).count() >= MAX_ASKED {
            return Err(VaultError::TooManyKeyrings { limit: MAX_ASKED });
        }
        let new = make_keyring_slot(keyring, self.place(), &key, now, rng).await?;
        kept.push(new);
        let written = self.write_slots(&mut state, &kept).await;
        match (&written, kept.pop()) {
            (Ok(()), _) => take_back(Some(keyring), self.place().0, &replaced).await,
            (Err(_), new) => take_back(Some(keyring), self.place().0, new.as_slice()).await,
        }
        written
    }

    /// Takes a keyring's slot out, and its secret out of the keyring if that is at hand. The answer is whether the keyring
    /// has forgotten it; what it keeps opens only older copies of the file.
    pub async fn remove_keyring(
        &self,
        id: SlotId,
        keyring: Option<&Arc<dyn Keyring>>,
    ) -> Result<bool, VaultError> {
        let (mut state, mut slots) = self.writable_slots().await?;
        let before = slots.len();
        slots.retain(|slot| !(slot.is(SlotKind::Keyring) && slot.head.id == id.as_bytes()));
        if slots.len() == before {
            return Err(VaultError::NoSlot { kind: SlotKind::Keyring });
        }
        self.write_slots(&mut state, &slots).await?;
        let Some(keyring) = keyring else { return Ok(false) };
        Ok(keyring::remove(keyring, keyring_name(self.place().0, id.as_bytes())).await.is_ok())
    }

    /// The slots of a vault that may be written to: exactly those that were there when it was opened.
    async fn writable_slots(&self) -> Result<(MutexGuard<'_, State>, Vec<Slot>), VaultError> {
        let mut state = self.ready().await?;
        if !state.wholeness.is_fine() {
            return Err(VaultError::NotWhole { found: state.wholeness });
        }
        let slots = store::read_slots(&mut state.connection).await?;
        let known = state.contents.as_ref().map(|contents| contents.slots.iter().cloned().collect());
        if known != Some(self.derive_digests(&slots).collect::<BTreeSet<_>>()) {
            return Err(StorageError::Changed.into());
        }
        Ok((state, slots))
    }

    /// Puts these slots in the place of all there are, in one transaction, which is on the disk when this returns.
    async fn write_slots(&self, state: &mut State, slots: &[Slot]) -> Result<(), VaultError> {
        let State { connection, contents, known, .. } = state;
        let mut next = contents.take().ok_or(StorageError::Damaged)?;
        next.slots = self.derive_digests(slots).collect();
        self.check_place()?;
        store::begin(connection).await?;
        store::replace_slots(connection, slots).await?;
        let mark = sign(connection, &self.keys.manifest, &mut next).await?;
        self.commit(connection).await?;
        *known = Some(mark);
        *contents = Some(next);
        state.remember();
        Ok(())
    }

    fn derive_digests(&self, slots: &[Slot]) -> impl Iterator<Item = SlotDigest> {
        let (vault, _) = self.place();
        slots.iter().map(move |slot| slot.derive_digest(vault))
    }
}
