//! How much work a new passphrase costs on this computer.

use std::time::Instant;

use passerby_vault::{KeyError, Stretching};

/// Parameters that take about a second here. Finding them takes about two.
pub fn calibrate() -> Result<Stretching, KeyError> {
    Stretching::calibrate(memory_kib(), |run| {
        let begun = Instant::now();
        run();
        begun.elapsed()
    })
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
