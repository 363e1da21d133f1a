//! How much work a new passphrase costs on this computer.

use std::time::Instant;

use passerby_wallet::{KeyError, Stretching, VaultError};

use crate::arguments;
use crate::failure::Failure;

/// The parameters for a new slot. Calibrating takes about two seconds.
pub fn choose(wanted: arguments::Stretching) -> Result<Stretching, Failure> {
    let chosen = match wanted {
        arguments::Stretching::Least => Ok(Stretching::FLOOR),
        arguments::Stretching::Calibrated => Stretching::calibrate(memory_kib(), |run| {
            let begun = Instant::now();
            run();
            begun.elapsed()
        }),
    };
    chosen.map_err(|error: KeyError| VaultError::from(error).into())
}

/// The memory of this computer.
#[cfg(target_os = "linux")]
fn memory_kib() -> u64 {
    let system = rustix::system::sysinfo();
    // A C `unsigned long` of units, in every Linux.
    #[allow(clippy::useless_conversion, reason = "its width is the platform's")]
    let memory = u64::from(system.totalram).saturating_mul(u64::from(system.mem_unit));
    memory / 1024
}

/// Elsewhere nobody is asked: two gigabytes is what every computer of today has.
#[cfg(not(target_os = "linux"))]
fn memory_kib() -> u64 {
    2 * 1024 * 1024
}
