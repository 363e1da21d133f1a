//! An open wallet for one command.

use std::sync::Arc;

use passerby_wallet::{SystemClock, Wallet};
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

impl Session {
    /// Opens the vault.
    pub async fn open(global: &Global) -> Result<Self, Failure> {
        let path = place::find_vault(global.vault.clone())?;
        let passphrase = passphrase::ask(global.passphrase_file.as_deref())?;
        let wallet = Wallet::open(&path, &passphrase, Arc::new(SystemClock)).await?;
        let damaged = wallet.count_damaged().await?;
        if damaged > 0 {
            Output::remark(&format!("{damaged} records of the vault are damaged and were left out."));
        }
        Ok(Self { wallet, rng: make_rng()? })
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

/// Randomness from the operating system.
pub fn make_rng() -> Result<StdRng, Failure> {
    StdRng::try_from_rng(&mut SysRng)
        .map_err(|_| Failure::failed("no-randomness", "This computer gives no randomness."))
}
