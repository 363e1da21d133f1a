//! The ways into a wallet: its passphrase, its 24 words, the keyrings that open it. Changed by its person only.
//!
//! The vault key is not kept while a wallet is open, so each change asks for a way in again.
//!
//! What it must never do: leave a wallet without a passphrase, or with words that spell another person.

use std::sync::Arc;

use passerby_vault::{
    Damaged, Keyring, NewSlots, Opens, RecordError, RecoverySecret, RotateError, Rotated, SlotView,
    StorageError, Stretching, VaultError, WayIn,
};
use rand_core::CryptoRng;
use secrecy::{ExposeSecret as _, SecretString};

use crate::passphrase::Strength;
use crate::wallet::Wallet;

/// Why a way in was not changed. The wallet is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The new passphrase is shorter than 8 characters or says the same again and again.
    #[error("{}", Strength::TooShort.sentence())]
    Passphrase,
    /// The vault did not open once more, or could not be written.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The root secret, which the words spell, could not be read.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// Why the vault key was not exchanged. The vault is closed, and as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenewError {
    /// Before anything began.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// The vault refused.
    #[error(transparent)]
    Rotate(#[from] RotateError),
}

impl Wallet {
    /// All ways in, oldest first.
    pub async fn ways_in(&self) -> Result<Vec<SlotView>, StorageError> {
        self.vault().slots().await
    }

    /// Whether this way leads into the wallet. Takes as long as opening.
    pub async fn check_way<'a>(&self, way: impl Into<WayIn<'a>> + Send) -> Result<(), VaultError> {
        self.vault().check(way).await
    }

    /// Puts a new passphrase in the place of the old one. `way` may be another: that is what the words are for.
    pub async fn change_passphrase(
        &self,
        way: WayIn<'_>,
        passphrase: &SecretString,
        stretching: Stretching,
        rng: &mut impl CryptoRng,
    ) -> Result<(), ChangeError> {
        if Strength::of(passphrase.expose_secret()) == Strength::TooShort {
            return Err(ChangeError::Passphrase);
        }
        let now = self.now().seconds();
        self.vault().change_passphrase(way, passphrase, stretching, now, rng).await?;
        if matches!(way, WayIn::Words(_)) {
            self.note_words_used(rng).await?;
        }
        // Wallets of the first programs have no slot for their words.
        self.let_words_in(passphrase, rng).await
    }

    /// Lets this keyring open the wallet without a passphrase.
    pub async fn let_keyring_in(
        &self,
        way: WayIn<'_>,
        keyring: &Arc<dyn Keyring>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), VaultError> {
        self.vault().add_keyring(way, keyring, self.now().seconds(), rng).await
    }

    /// Takes every keyring out. The answer is whether `keyring` has forgotten what it held, as far as it had anything.
    pub async fn shut_keyrings_out(&self, keyring: &Arc<dyn Keyring>) -> Result<bool, VaultError> {
        let mut forgot = true;
        for slot in self.ways_in().await? {
            if matches!(slot.opens, Opens::Keyring(_)) {
                forgot &= self.vault().remove_keyring(slot.id, Some(keyring)).await?;
            }
        }
        Ok(forgot)
    }

    /// Exchanges the vault key: everything is sealed anew, and every way in is made anew for the same secret. `keyring` is
    /// only asked when one of them needs it.
    pub async fn renew_key(
        self,
        passphrase: &SecretString,
        keyring: &Arc<dyn Keyring>,
        damaged: Damaged,
        rng: &mut impl CryptoRng,
    ) -> Result<(Self, Rotated), RenewError> {
        let ways = self.ways_in().await.map_err(|error| ChangeError::Vault(error.into()))?;
        self.let_words_in(passphrase, rng).await?;
        let words = self.recovery_secret(rng).await.map_err(ChangeError::Record)?;
        let stretching = ways.iter().find_map(|slot| match slot.opens {
            Opens::Passphrase(stretching) => Some(stretching),
            _ => None,
        });
        let stretching = stretching.ok_or(ChangeError::Vault(VaultError::SlotDamaged))?;
        let has_keyring = ways.iter().any(|slot| matches!(slot.opens, Opens::Keyring(_)));
        let new =
            NewSlots { passphrase, stretching, words: Some(&words), keyring: has_keyring.then_some(keyring) };
        Ok(self.rotate(passphrase, &new, damaged, rng).await?)
    }

    /// Makes sure that the 24 words of this wallet open it.
    pub(crate) async fn let_words_in(
        &self,
        passphrase: &SecretString,
        rng: &mut impl CryptoRng,
    ) -> Result<(), ChangeError> {
        let words = self.recovery_secret(rng).await?;
        match self.vault().check(&words).await {
            Err(VaultError::NoSlot { .. } | VaultError::WrongWords) => {
                let now = self.now().seconds();
                Ok(self.vault().set_words(passphrase, &words, now, rng).await?)
            }
            other => Ok(other?),
        }
    }

    async fn recovery_secret(&self, rng: &mut impl CryptoRng) -> Result<RecoverySecret, RecordError> {
        Ok(RecoverySecret::new(self.root(rng).await?.expose()))
    }
}
