//! Randomness that is the same in every run.

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

/// A generator with the given seed. For tests only.
#[must_use]
pub fn seeded(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}
