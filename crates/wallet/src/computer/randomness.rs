//! Randomness from the operating system: what every operation of a wallet takes as an argument.

use rand::SeedableRng as _;
use rand::rngs::{StdRng, SysRng};

/// The operating system gives no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This computer gives no randomness.")]
pub struct NoRandomness;

/// A generator that the operating system has seeded.
pub fn make_rng() -> Result<StdRng, NoRandomness> {
    StdRng::try_from_rng(&mut SysRng).map_err(|_| NoRandomness)
}
