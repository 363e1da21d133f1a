//! The root secret of a person.

use std::fmt;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// R: 32 random bytes from which every pairwise key of a person is derived. Lives in the vault and in 24 words on
/// paper; whoever has it is that person at every shop.
#[derive(Clone)]
pub struct RootSecret(Zeroizing<[u8; 32]>);

impl RootSecret {
    /// Makes a fresh one.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(bytes.as_mut_slice());
        Self(bytes)
    }

    /// Takes over the bytes of an existing one.
    #[must_use]
    pub fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// The bytes: for the vault, and for the words.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for RootSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootSecret(..)")
    }
}
