//! The only place with primitives. Everything above it works with keys and messages, not with bytes and nonces.
//!
//! Nothing here is our own cryptography: signatures are aws-lc, HPKE is the `hpke` crate on
//! x25519-dalek and chacha20poly1305, the self-copy is that crate's
//! XChaCha20-Poly1305, ECDH-ES is `affinidi-oid4vc-core`, certificate chains are `rustls-webpki` on aws-lc,
//! key derivation is `hkdf`, curve arithmetic is `p256`.

pub(crate) mod ecdh_es;
pub(crate) mod es256;
pub(crate) mod hpke;
pub(crate) mod pairwise;
pub(crate) mod self_copy;
pub(crate) mod x509;

#[cfg(test)]
mod published;
