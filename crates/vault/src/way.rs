//! The ways into a vault, and how each finds its slot and opens it.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::error::VaultError;
use crate::keyring::{self, Keyring, KeyringError};
use crate::unlock::{
    KeyError, KeyringSecret, RecoverySecret, Slot, SlotKey, SlotKind, Stretching, VaultId, VaultKey,
    derive_spelling,
};

/// With what a vault is to be opened.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum WayIn<'a> {
    /// With the passphrase, as it was typed.
    Passphrase(&'a SecretString),
    /// With what the person's 24 words spell.
    Words(&'a RecoverySecret),
    /// With what this keyring holds.
    Keyring(&'a Arc<dyn Keyring>),
}

impl<'a> From<&'a SecretString> for WayIn<'a> {
    fn from(passphrase: &'a SecretString) -> Self {
        Self::Passphrase(passphrase)
    }
}

impl<'a> From<&'a RecoverySecret> for WayIn<'a> {
    fn from(secret: &'a RecoverySecret) -> Self {
        Self::Words(secret)
    }
}

impl<'a> From<&'a Arc<dyn Keyring>> for WayIn<'a> {
    fn from(keyring: &'a Arc<dyn Keyring>) -> Self {
        Self::Keyring(keyring)
    }
}

impl fmt::Debug for WayIn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Passphrase(_) => "Passphrase",
            Self::Words(_) => "Words",
            Self::Keyring(_) => "Keyring",
        };
        write!(f, "{kind}(redacted)")
    }
}

impl WayIn<'_> {
    /// The kind of slot that it opens.
    pub(crate) const fn kind(self) -> SlotKind {
        match self {
            Self::Passphrase(_) => SlotKind::Passphrase,
            Self::Words(_) => SlotKind::Words,
            Self::Keyring(_) => SlotKind::Keyring,
        }
    }

    /// The vault key, from the first slot of this way's kind that fits.
    pub(crate) async fn open(self, place: (VaultId, i64), slots: &[Slot]) -> Result<VaultKey, VaultError> {
        match self {
            Self::Passphrase(typed) => open_by_passphrase(typed, place, slots).await,
            Self::Words(secret) => open_by_words(secret, place, slots),
            Self::Keyring(keyring) => open_by_keyring(keyring, place, slots).await,
        }
    }
}

async fn open_by_passphrase(
    typed: &SecretString,
    place: (VaultId, i64),
    slots: &[Slot],
) -> Result<VaultKey, VaultError> {
    // Exactly one is ever written. Trying several would let a file multiply the cost of a guess.
    let slot = slots.iter().find(|slot| slot.is(SlotKind::Passphrase)).ok_or(VaultError::SlotDamaged)?;
    let stretching = Stretching::parse(&slot.head.parameters)?;
    let spelling = derive_spelling(typed);
    let slot_key = stretch(&spelling, slot.head.salt.clone(), stretching).await?;
    if let Some(key) = slot.unwrap(place, &slot_key)? {
        return Ok(key);
    }
    // Vaults of the first programs were closed with the passphrase as it was typed.
    if spelling.expose_secret() != typed.expose_secret() {
        let slot_key = stretch(typed, slot.head.salt.clone(), stretching).await?;
        if let Some(key) = slot.unwrap(place, &slot_key)? {
            return Ok(key);
        }
    }
    Err(VaultError::WrongPassphrase)
}

fn open_by_words(
    secret: &RecoverySecret,
    place: (VaultId, i64),
    slots: &[Slot],
) -> Result<VaultKey, VaultError> {
    let mut none = VaultError::NoSlot { kind: SlotKind::Words };
    for slot in slots.iter().filter(|slot| slot.is(SlotKind::Words)) {
        let slot_key = SlotKey::derive_from_words(secret, &slot.head.salt)?;
        if let Some(key) = slot.unwrap(place, &slot_key)? {
            return Ok(key);
        }
        none = VaultError::WrongWords;
    }
    Err(none)
}

/// More keyrings than a person's computers is a file that wants to keep this one busy.
pub(crate) const MAX_ASKED: usize = 8;

async fn open_by_keyring(
    keyring: &Arc<dyn Keyring>,
    place: (VaultId, i64),
    slots: &[Slot],
) -> Result<VaultKey, VaultError> {
    let mut trouble = VaultError::NoSlot { kind: SlotKind::Keyring };
    // Each computer that has this file may have put a slot of its own into it.
    for slot in slots.iter().filter(|slot| slot.is(SlotKind::Keyring)).take(MAX_ASKED) {
        match open_keyring_slot(keyring, place, slot).await {
            Ok(key) => return Ok(key),
            Err(error) => trouble = error,
        }
    }
    Err(trouble)
}

pub(crate) async fn open_keyring_slot(
    keyring: &Arc<dyn Keyring>,
    place: (VaultId, i64),
    slot: &Slot,
) -> Result<VaultKey, VaultError> {
    let KeyringSlot { store } = KeyringSlot::parse(&slot.head.parameters).ok_or(VaultError::SlotDamaged)?;
    if store != keyring.store() {
        let found = keyring.store().to_owned();
        return Err(KeyringError::OtherStore { recorded: store, found }.into());
    }
    let secret = keyring::find(keyring, keyring_name(place.0, &slot.head.id)).await?;
    let secret = secret.ok_or(KeyringError::Forgotten)?;
    let secret = KeyringSecret::parse(secret.expose_secret()).ok_or(KeyringError::Replaced)?;
    let slot_key = SlotKey::derive_from_keyring(&secret, &slot.head.salt)?;
    Ok(slot.unwrap(place, &slot_key)?.ok_or(KeyringError::Replaced)?)
}

/// The slot key of a passphrase, in the spelling given, derived on a thread of its own.
pub(crate) async fn stretch(
    passphrase: &SecretString,
    salt: Vec<u8>,
    stretching: Stretching,
) -> Result<SlotKey, KeyError> {
    let passphrase = passphrase.clone();
    let stretched =
        tokio::task::spawn_blocking(move || SlotKey::derive(&passphrase, &salt, stretching)).await;
    stretched.map_err(|_| KeyError::Refused)?
}

/// Under which name a keyring holds the key of a slot.
pub(crate) fn keyring_name(VaultId(vault): VaultId, slot: &[u8]) -> String {
    let hex = |mut name: String, byte: &u8| {
        // Writing into a string cannot fail.
        let _ = write!(name, "{byte:02x}");
        name
    };
    let name = vault.iter().fold("vault:".to_owned(), hex) + ":slot:";
    slot.iter().fold(name, hex)
}

/// The parameters of a slot of the kind `keyring`: a CBOR map of one text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyringSlot {
    pub(crate) store: String,
}

impl KeyringSlot {
    pub(crate) fn encode(&self) -> Result<Vec<u8>, KeyError> {
        let mut bytes = Vec::new();
        ciborium::into_writer(self, &mut bytes).map_err(|_| KeyError::Refused)?;
        Ok(bytes)
    }

    /// What a slot states, if it is a store's name and nothing else: it is shown to people.
    pub(crate) fn parse(mut bytes: &[u8]) -> Option<Self> {
        let slot: Self = ciborium::from_reader(&mut bytes).ok()?;
        let plain = |letter: u8| matches!(letter, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let fits = (1..=32).contains(&slot.store.len()) && slot.store.bytes().all(plain);
        (bytes.is_empty() && fits).then_some(slot)
    }
}
