//! The slots that close a vault anew.

use std::sync::Arc;

use rand_core::CryptoRng;
use secrecy::{ExposeSecret, SecretString};

use crate::error::VaultError;
use crate::keyring::{self, Keyring};
use crate::record::make_id;
use crate::unlock::{
    KeyringSecret, Nonce, RecoverySecret, Slot, SlotHead, SlotKey, SlotKind, Stretching, VaultId, VaultKey,
    derive_spelling,
};
use crate::way::{KeyringSlot, keyring_name, stretch};

/// What a vault is closed with: a passphrase always, and what else there is.
#[derive(Clone, Copy)]
pub struct NewSlots<'a> {
    /// The passphrase, as it was typed. Never empty; how strong it must be is the caller's decision.
    pub passphrase: &'a SecretString,
    /// How much work the passphrase shall cost on each opening.
    pub stretching: Stretching,
    /// What the person's 24 words spell.
    pub words: Option<&'a RecoverySecret>,
    /// The keyring for opening without being asked.
    pub keyring: Option<&'a Arc<dyn Keyring>>,
}

impl<'a> NewSlots<'a> {
    /// A passphrase and nothing else.
    #[must_use]
    pub const fn new(passphrase: &'a SecretString, stretching: Stretching) -> Self {
        Self { passphrase, stretching, words: None, keyring: None }
    }

    /// Makes them all, for the vault key of this place. The keyring has its secret when this returns; whoever does not
    /// keep the slots takes it back.
    pub(crate) async fn make(
        &self,
        place: (VaultId, i64),
        key: &VaultKey,
        now: i64,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Vec<Slot>, VaultError> {
        let mut slots =
            vec![make_passphrase_slot(self.passphrase, self.stretching, place, key, now, rng).await?];
        if let Some(secret) = self.words {
            slots.push(make_words_slot(secret, place, key, now, rng)?);
        }
        if let Some(keyring) = self.keyring {
            slots.push(make_keyring_slot(keyring, place, key, now, rng).await?);
        }
        Ok(slots)
    }
}

impl std::fmt::Debug for NewSlots<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { passphrase: _, stretching, words, keyring } = self;
        f.debug_struct("NewSlots")
            .field("stretching", stretching)
            .field("words", &words.is_some())
            .field("keyring", &keyring.is_some())
            .finish_non_exhaustive()
    }
}

pub(crate) fn refuse_empty(passphrase: &SecretString) -> Result<(), VaultError> {
    if passphrase.expose_secret().is_empty() { Err(VaultError::EmptyPassphrase) } else { Ok(()) }
}

pub(crate) async fn make_passphrase_slot(
    passphrase: &SecretString,
    stretching: Stretching,
    place: (VaultId, i64),
    key: &VaultKey,
    now: i64,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Slot, VaultError> {
    refuse_empty(passphrase)?;
    let head = make_head(SlotKind::Passphrase, stretching.encode()?, now, rng);
    let nonce = Nonce::make(rng);
    let slot_key = stretch(&derive_spelling(passphrase), head.salt.clone(), stretching).await?;
    Ok(Slot::wrap(head, place, &slot_key, key, nonce)?)
}

pub(crate) fn make_words_slot(
    secret: &RecoverySecret,
    place: (VaultId, i64),
    key: &VaultKey,
    now: i64,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Slot, VaultError> {
    let head = make_head(SlotKind::Words, Vec::new(), now, rng);
    let slot_key = SlotKey::derive_from_words(secret, &head.salt)?;
    Ok(Slot::wrap(head, place, &slot_key, key, Nonce::make(rng))?)
}

/// Puts a fresh secret into the keyring and makes the slot that it opens.
pub(crate) async fn make_keyring_slot(
    keyring: &Arc<dyn Keyring>,
    place: (VaultId, i64),
    key: &VaultKey,
    now: i64,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Slot, VaultError> {
    let parameters = KeyringSlot { store: keyring.store().to_owned() }.encode()?;
    let head = make_head(SlotKind::Keyring, parameters, now, rng);
    let secret = KeyringSecret::make(rng);
    let slot_key = SlotKey::derive_from_keyring(&secret, &head.salt)?;
    let name = keyring_name(place.0, &head.id);
    let slot = Slot::wrap(head, place, &slot_key, key, Nonce::make(rng))?;
    keyring::put(keyring, name, secret.to_boxed()).await?;
    Ok(slot)
}

/// Takes the secrets of slots that were not kept back out of the keyring, as far as it lets us: what stays there opens
/// nothing.
pub(crate) async fn take_back(keyring: Option<&Arc<dyn Keyring>>, vault: VaultId, slots: &[Slot]) {
    let Some(keyring) = keyring else { return };
    for slot in slots.iter().filter(|slot| slot.is(SlotKind::Keyring)) {
        drop(keyring::remove(keyring, keyring_name(vault, &slot.head.id)).await);
    }
}

fn make_head(kind: SlotKind, parameters: Vec<u8>, now: i64, rng: &mut (impl CryptoRng + ?Sized)) -> SlotHead {
    let mut salt = vec![0; 16];
    rng.fill_bytes(&mut salt);
    SlotHead { id: make_id(now, rng).as_bytes().to_vec(), kind: kind.name().to_owned(), parameters, salt }
}
