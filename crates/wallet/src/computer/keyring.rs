//! This computer's keyring: opening with it, and comparing a vault with what it remembers.
//!
//! What it must never do: keep a person from opening with their passphrase, whatever the keyring does.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use passerby_vault::{
    AnchorError, Keyring, KeyringAnchor, KeyringError, Opens, StorageError, SystemKeyring, VaultError,
    Wholeness,
};

use crate::clock::SystemClock;
use crate::wallet::Wallet;

/// A keyring that has just opened a vault answers at once. One that does not is left alone.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why the keyring did not open a vault. Its passphrase does.
#[derive(Debug)]
pub enum NotByKeyring {
    /// The keyring has no part in this vault.
    NoPart,
    /// The keyring did not help.
    Trouble(KeyringError),
    /// Its way into the vault is damaged.
    Damaged,
}

/// The keyring of this system.
#[must_use]
pub fn keyring() -> Arc<dyn Keyring> {
    Arc::new(SystemKeyring)
}

/// Opens the vault with this computer's keyring. The inner error is one that a passphrase may mend, the outer one is not.
pub async fn open_by_keyring(path: &Path) -> Result<Result<Wallet, NotByKeyring>, VaultError> {
    match Wallet::open(path, &keyring(), Arc::new(SystemClock)).await {
        Ok(wallet) => Ok(Ok(wallet)),
        Err(VaultError::NoSlot { .. }) => Ok(Err(NotByKeyring::NoPart)),
        Err(VaultError::Keyring(trouble)) => Ok(Err(NotByKeyring::Trouble(trouble))),
        // The passphrase has a slot of its own.
        Err(VaultError::SlotDamaged) => Ok(Err(NotByKeyring::Damaged)),
        Err(error) => Err(error),
    }
}

/// Whether this computer's keyring is one of the wallet's ways in.
pub async fn has_keyring(wallet: &Wallet) -> Result<bool, StorageError> {
    let keyring = keyring();
    let mine = |opens: &Opens| matches!(opens, Opens::Keyring(store) if store == keyring.store());
    Ok(wallet.ways_in().await?.iter().any(|way| mine(&way.opens)))
}

/// Compares the vault with what this computer's keyring remembers of it, if the keyring is one of its ways in.
pub async fn hold_to_keyring(wallet: &Wallet) -> Result<(), StorageError> {
    if has_keyring(wallet).await? {
        let anchor = Arc::new(KeyringAnchor::new(keyring()));
        // A keyring that says nothing is no fault of the vault: that nothing remembers it is told elsewhere.
        let _: Result<Result<Wholeness, AnchorError>, _> =
            tokio::time::timeout(PATIENCE, wallet.hold_to(anchor)).await;
    }
    Ok(())
}

/// Lets this computer's keyring take a vault that was just restored for the newest. Says whether it remembered another state.
pub async fn accept_restored(wallet: &Wallet) -> bool {
    let anchor = Arc::new(KeyringAnchor::new(keyring()));
    // One that does not answer is no reason to fail.
    matches!(tokio::time::timeout(PATIENCE, wallet.accept_restored(anchor)).await, Ok(Ok(true)))
}
