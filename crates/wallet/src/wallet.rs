//! An open wallet: the vault, the clock, and the root secret that everything is derived from.

use std::path::Path;
use std::sync::Arc;

use passerby_protocol::keys::RootSecret;
use passerby_protocol::time::{Clock, Timestamp};
use passerby_vault::{
    Batch, Damaged, NewSlots, Opens, Record, RecordError, RecordId, RecoverySecret, RotateError, Rotated,
    Stretching, Vault, VaultError, WayIn, Wholeness,
};
use rand_core::CryptoRng;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{Mutex, MutexGuard};

use crate::passphrase::Strength;
use crate::records::{GrantRecord, PinRecord, RootRecord};

/// Why a wallet could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// The passphrase is shorter than 8 characters or says the same again and again.
    #[error("{}", Strength::TooShort.sentence())]
    Passphrase,
    /// The vault could not be made.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The root secret could not be written.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// An open wallet. One process has it at a time; its operations may run beside each other.
pub struct Wallet {
    vault: Vault,
    clock: Arc<dyn Clock>,
    /// Held while an answer is made or sent, so that two clicks cannot become two answers.
    answering: Mutex<()>,
    /// Tells this open wallet from every other.
    mark: Arc<()>,
    /// Held while self-copies are left: nothing of it may hold up an answer.
    copying: Mutex<()>,
}

impl Wallet {
    /// Makes a vault at `path` with a fresh root secret in it, and leaves it open.
    pub async fn create(
        path: &Path,
        passphrase: &SecretString,
        stretching: Stretching,
        clock: Arc<dyn Clock>,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, CreateError> {
        let root = RootSecret::make(rng);
        Self::lay_out(path, passphrase, stretching, clock, &root, Batch::of_new_vault(), rng).await
    }

    /// Makes a vault for the person with this root secret, and leaves it open. The secret, the way in for the words that spell
    /// it, and the records of `first` are in it as soon as there is a file: no moment leaves words that spell somebody else.
    pub(crate) async fn lay_out(
        path: &Path,
        passphrase: &SecretString,
        stretching: Stretching,
        clock: Arc<dyn Clock>,
        root: &RootSecret,
        mut first: Batch,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, CreateError> {
        if Strength::of(passphrase.expose_secret()) == Strength::TooShort {
            return Err(CreateError::Passphrase);
        }
        let words = RecoverySecret::new(root.expose());
        let slots = NewSlots { words: Some(&words), ..NewSlots::new(passphrase, stretching) };
        let now = clock.now().seconds();
        first.insert(&RootRecord::of(root), now, rng)?;
        let vault = Vault::create_with(path, &slots, first, now, rng).await?;
        Ok(Self::of_vault(vault, clock))
    }

    /// With what the vault at `path` opens, as its file says.
    pub async fn look_at_ways(path: &Path) -> Result<Vec<Opens>, VaultError> {
        Vault::look(path).await
    }

    /// Takes the vault at `path` away for good; it must not be open. Backups stay, and so does what shops and relays hold.
    pub fn forget(path: &Path) -> Result<(), VaultError> {
        Vault::forget(path)
    }

    /// Opens the vault at `path` with a passphrase, words or a keyring.
    pub async fn open<'a>(
        path: &Path,
        way: impl Into<WayIn<'a>> + Send,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, VaultError> {
        Ok(Self::of_vault(Vault::open(path, way).await?, clock))
    }

    pub(crate) fn of_vault(vault: Vault, clock: Arc<dyn Clock>) -> Self {
        let (answering, copying) = (Mutex::new(()), Mutex::new(()));
        Self { vault, clock, answering, mark: Arc::default(), copying }
    }

    /// Closes it: everything is written, keys are wiped, the file is free.
    pub async fn lock(self) -> Result<(), VaultError> {
        self.vault.lock().await
    }

    /// How many records of the vault are damaged. The others can be read.
    pub async fn count_damaged(&self) -> Result<usize, RecordError> {
        Ok(self.vault.damaged().await?.len())
    }

    /// Whether the vault is what it was when it was last written.
    pub async fn wholeness(&self) -> Result<Wholeness, RecordError> {
        self.vault.wholeness().await
    }

    /// Takes a vault that is not what it was as it is now: only after the person was told and decided so.
    pub async fn accept(&self) -> Result<(), RecordError> {
        self.vault.accept().await
    }

    /// Exchanges the vault key. If that fails, the vault is closed.
    pub(crate) async fn rotate(
        self,
        passphrase: &SecretString,
        new: &NewSlots<'_>,
        damaged: Damaged,
        rng: &mut impl CryptoRng,
    ) -> Result<(Self, Rotated), RotateError> {
        let now = self.now().seconds();
        let (vault, rotated) = self.vault.rotate(passphrase, new, damaged, now, rng).await?;
        Ok((Self { vault, ..self }, rotated))
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    pub(crate) fn mark(&self) -> &Arc<()> {
        &self.mark
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) async fn answer_alone(&self) -> MutexGuard<'_, ()> {
        self.answering.lock().await
    }

    pub(crate) async fn copy_alone(&self) -> MutexGuard<'_, ()> {
        self.copying.lock().await
    }

    /// The root secret. It is made when the vault was made; a vault of an older program whose making was interrupted just
    /// before gets it now. Never in a vault that was used, is damaged, or has words already: a second root would be a second
    /// person.
    pub(crate) async fn root(&self, rng: &mut impl CryptoRng) -> Result<RootSecret, RecordError> {
        if let Some((_, root)) = self.vault.list::<RootRecord>().await?.into_iter().next() {
            return Ok(root.into_root());
        }
        let used = !self.vault.list::<PinRecord>().await?.is_empty()
            || !self.vault.list::<GrantRecord>().await?.is_empty();
        if let Some(id) = self.vault.damaged().await?.into_iter().next() {
            return Err(RecordError::Damaged { id });
        }
        let spelled = self.vault.slots().await?.iter().any(|slot| slot.opens == Opens::Words);
        if used || spelled {
            return Err(RecordError::Shape { kind: RootRecord::KIND });
        }
        let root = RootSecret::make(rng);
        self.vault.insert(&RootRecord::of(&root), self.now().seconds(), rng).await?;
        Ok(root)
    }

    /// The first record that fits.
    pub(crate) async fn find_record<T: Record>(
        &self,
        fits: impl Fn(&T) -> bool,
    ) -> Result<Option<(RecordId, T)>, RecordError> {
        Ok(self.vault.list::<T>().await?.into_iter().find(|(_, record)| fits(record)))
    }
}

impl std::fmt::Debug for Wallet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wallet").field("vault", &self.vault).finish_non_exhaustive()
    }
}
