//! The two secrets of 256 bits that open a slot without stretching.

use rand_core::CryptoRng;
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox};

use super::Key;

/// Thirty-two secret bytes that the person keeps outside this computer, in whatever spelling: the slot `words` opens for
/// them. Whoever makes them answers for their 256 bits of randomness; they are not stretched.
pub struct RecoverySecret(Key);

impl RecoverySecret {
    /// Takes a copy of the bytes; the caller wipes its own.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        let mut secret = Key::default();
        secret.expose_secret_mut().copy_from_slice(bytes);
        Self(secret)
    }

    pub(super) fn expose(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }
}

impl std::fmt::Debug for RecoverySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoverySecret(redacted)")
    }
}

/// Thirty-two random bytes that only a keyring keeps.
pub(crate) struct KeyringSecret(Key);

impl KeyringSecret {
    pub(crate) fn make(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut secret = Key::default();
        rng.fill_bytes(secret.expose_secret_mut());
        Self(secret)
    }

    /// What a keyring gave back, if it has the right length.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut secret = Key::default();
        if bytes.len() != secret.expose_secret().len() {
            return None;
        }
        secret.expose_secret_mut().copy_from_slice(bytes);
        Some(Self(secret))
    }

    /// The bytes, to be handed to the keyring.
    pub(crate) fn to_boxed(&self) -> SecretBox<[u8]> {
        SecretBox::new(Box::from(self.0.expose_secret().as_slice()))
    }

    pub(super) fn expose(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }
}
