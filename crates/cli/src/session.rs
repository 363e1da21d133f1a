//! An open wallet for one command.

use std::path::Path;
use std::sync::Arc;

use passerby_wallet::computer::{self, NotByKeyring};
use passerby_wallet::{SystemClock, VaultError, Wallet, WayIn};
use rand::rngs::StdRng;

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
        computer::hold_to_keyring(&wallet).await.map_err(VaultError::from)?;
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

/// `None` if no keyring has a part in this vault, or the one at hand does not help: then the passphrase does.
async fn open_by_keyring(path: &Path) -> Result<Option<Wallet>, Failure> {
    let remark = match computer::open_by_keyring(path).await? {
        Ok(wallet) => return Ok(Some(wallet)),
        Err(NotByKeyring::NoPart) => return Ok(None),
        Err(NotByKeyring::Trouble(trouble)) => {
            format!("The keyring did not open your vault: {trouble}. Your passphrase does.")
        }
        Err(NotByKeyring::Damaged) => {
            "The keyring's way into your vault is damaged. Your passphrase opens it.".to_owned()
        }
    };
    Output::remark(&remark);
    Ok(None)
}

/// Randomness from the operating system.
pub fn make_rng() -> Result<StdRng, Failure> {
    computer::make_rng().map_err(|error| Failure::failed("no-randomness", error.to_string()))
}
