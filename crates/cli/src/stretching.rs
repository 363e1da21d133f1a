//! How much work a new passphrase costs, as the person says.

use passerby_wallet::{Stretching, VaultError, computer};

use crate::arguments;
use crate::failure::Failure;

/// The parameters for a new slot. Calibrating takes about two seconds.
pub fn choose(wanted: arguments::Stretching) -> Result<Stretching, Failure> {
    match wanted {
        arguments::Stretching::Least => Ok(Stretching::FLOOR),
        arguments::Stretching::Calibrated => {
            computer::calibrate().map_err(|error| VaultError::from(error).into())
        }
    }
}
