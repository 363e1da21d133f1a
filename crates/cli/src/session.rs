//! An open wallet for one command.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use passerby_wallet::{
    Keyring, KeyringAnchor, Opens, SystemClock, SystemKeyring, VaultError, Wallet, WayIn, Wholeness,
};
use rand::SeedableRng as _;
use rand::rngs::{StdRng, SysRng};

use crate::arguments::Global;
use crate::commands::backup;
use crate::failure::Failure;
use crate::output::Output;
use crate::{passphrase, place};

/// A wallet, and the randomness for what is done with it.
pub struct Session {
    pub wallet: Wallet,
    pub rng: StdRng,
}

/// A keyring that has just opened a vault answers at once. One that does not is left alone.
const PATIENCE: Duration = Duration::from_secs(3);

impl Session {
    /// Opens the vault, by the keyring if it may and nobody named a passphrase, and says what is wrong with it.
    pub async fn open(global: &Global) -> Result<Self, Failure> {
        let session = Self::open_quietly(global).await?;
        session.remark().await?;
        Ok(session)
    }

    /// The same, for a command that says itself how the vault is.
    pub async fn open_quietly(global: &Global) -> Result<Self, Failure> {
        let path = place::find_vault(global.vault.clone())?;
        if global.passphrase_file.is_none()
            && let Some(wallet) = open_by_keyring(&path).await?
        {
            return Self::of(wallet).await;
        }
        let passphrase = passphrase::ask(global.passphrase_file.as_deref())?;
        Self::of(Wallet::open(&path, &passphrase, Arc::new(SystemClock)).await?).await
    }

    /// Opens the vault in one way and no other.
    pub async fn open_by(path: &Path, way: WayIn<'_>) -> Result<Self, Failure> {
        let session = Self::of(Wallet::open(path, way, Arc::new(SystemClock)).await?).await?;
        session.remark().await?;
        Ok(session)
    }

    async fn of(wallet: Wallet) -> Result<Self, Failure> {
        compare(&wallet).await?;
        Ok(Self { wallet, rng: make_rng()? })
    }

    async fn remark(&self) -> Result<(), Failure> {
        let found = self.wallet.wholeness().await?;
        if !found.is_fine() {
            Output::remark(&format!("Your vault can be read but not changed: {found}. See: passerby doctor"));
        }
        let damaged = self.wallet.count_damaged().await?;
        if damaged > 0 {
            let what = if damaged == 1 { "One record".to_owned() } else { format!("{damaged} records") };
            Output::remark(&format!(
                "{what} of the vault cannot be opened and was left out. See: passerby doctor"
            ));
        }
        Ok(())
    }

    /// Brings the backup up to date and closes the vault, whatever came of the command.
    pub async fn close<T>(self, result: Result<T, Failure>) -> Result<T, Failure> {
        let Self { wallet, mut rng } = self;
        if let Some(failing) = wallet.keep_backup(&mut rng).await {
            backup::remark(&failing);
        }
        let closed = wallet.lock().await;
        let value = result?;
        closed?;
        Ok(value)
    }
}

/// The keyring of this system.
pub fn keyring() -> Arc<dyn Keyring> {
    Arc::new(SystemKeyring)
}

/// `None` if no keyring has a part in this vault, or the one at hand does not help: then the passphrase does.
async fn open_by_keyring(path: &Path) -> Result<Option<Wallet>, Failure> {
    match Wallet::open(path, &keyring(), Arc::new(SystemClock)).await {
        Ok(wallet) => Ok(Some(wallet)),
        Err(VaultError::NoSlot { .. }) => Ok(None),
        Err(VaultError::Keyring(trouble)) => {
            Output::remark(&format!("The keyring did not open your vault: {trouble}. Your passphrase does."));
            Ok(None)
        }
        // The passphrase has a slot of its own.
        Err(VaultError::SlotDamaged) => {
            Output::remark("The keyring's way into your vault is damaged. Your passphrase opens it.");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Compares the vault with what this computer's keyring remembers of it, if the keyring is one of its ways in.
async fn compare(wallet: &Wallet) -> Result<(), Failure> {
    let keyring = keyring();
    let mine = |opens: &Opens| matches!(opens, Opens::Keyring(store) if store == keyring.store());
    if wallet.ways_in().await.map_err(VaultError::from)?.iter().any(|way| mine(&way.opens)) {
        let anchor = Arc::new(KeyringAnchor::new(Arc::clone(&keyring)));
        // A keyring that says nothing is no fault of the vault: `doctor` tells that nothing remembers it.
        let _: Result<Result<Wholeness, _>, _> = tokio::time::timeout(PATIENCE, wallet.hold_to(anchor)).await;
    }
    Ok(())
}

/// Lets this computer's keyring take a vault that was just restored for the newest. Says whether it remembered another state.
pub async fn accept_restored(wallet: &Wallet) -> bool {
    let anchor = Arc::new(KeyringAnchor::new(keyring()));
    // One that does not answer is no reason to fail: what it then says another time, `doctor` explains.
    matches!(tokio::time::timeout(PATIENCE, wallet.accept_restored(anchor)).await, Ok(Ok(true)))
}

/// Randomness from the operating system.
pub fn make_rng() -> Result<StdRng, Failure> {
    StdRng::try_from_rng(&mut SysRng)
        .map_err(|_| Failure::failed("no-randomness", "This computer gives no randomness."))
}
