//! The file a root key lies in: PKCS#8, encrypted by PBES2 with scrypt and AES-256-CBC (RFC 5958, RFC 8018, RFC 7914), as PEM.
//!
//! Standard, so that other tools can check and open it: `openssl pkey -in root-key.pem`. Never in here: an unencrypted root key
//! in a file.

use passerby_protocol::keys::SigningKey;
use pkcs8::der::pem::PemLabel as _;
use pkcs8::pkcs5::pbes2::{Kdf, Parameters};
use pkcs8::pkcs5::scrypt::Params;
use pkcs8::{EncryptedPrivateKeyInfoOwned, LineEnding, PrivateKeyInfoRef, SecretDocument};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::passphrase::Passphrase;

/// scrypt's costs: 16 MiB, five times over. OpenSSL refuses to spend more than 32 MiB, which leaves the repetition to raise.
const LOG_N: u8 = 14;
const BLOCK: u32 = 8;
const REPEATED: u32 = 5;

/// The most memory a file may demand before the passphrase is tried, in bytes: a damaged number must not take the computer down.
const MOST_MEMORY: u64 = 1 << 30;

/// Why a root key could not be locked or unlocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RootKeyError {
    /// The file is something else, or damaged.
    #[error("the file is not an encrypted private key (PKCS#8, PEM), or it is damaged")]
    Malformed,
    /// One word, without detail.
    #[error("the passphrase does not open the root key")]
    Locked,
    /// What was inside is a key of another kind.
    #[error("the file holds a key of another kind: a P-256 key is needed")]
    Kind,
    /// The key could not be encrypted.
    #[error("the root key could not be encrypted")]
    Encrypt,
}

/// Encrypts a root key: the text of its file.
pub fn lock(
    key: &SigningKey,
    passphrase: &Passphrase,
    rng: &mut impl CryptoRng,
) -> Result<Zeroizing<String>, RootKeyError> {
    let mut salt = [0; 16];
    let mut iv = [0; 16];
    rng.fill_bytes(&mut salt);
    rng.fill_bytes(&mut iv);
    let cost = Params::new(LOG_N, BLOCK, REPEATED).map_err(|_| RootKeyError::Encrypt)?;
    let scheme = Parameters::generate_scrypt_aes256cbc(cost, &salt, iv).map_err(|_| RootKeyError::Encrypt)?;
    let plain = PrivateKeyInfoRef::try_from(key.pkcs8()).map_err(|_| RootKeyError::Encrypt)?;
    plain
        .encrypt_with_params(scheme, passphrase.expose())
        .and_then(|sealed| Ok(sealed.to_pem(EncryptedPrivateKeyInfoOwned::PEM_LABEL, LineEnding::LF)?))
        .map_err(|_| RootKeyError::Encrypt)
}

/// Opens the text of a root key's file.
pub fn unlock(pem: &str, passphrase: &Passphrase) -> Result<SigningKey, RootKeyError> {
    let (label, sealed) = SecretDocument::from_pem(pem).map_err(|_| RootKeyError::Malformed)?;
    if label != EncryptedPrivateKeyInfoOwned::PEM_LABEL {
        return Err(RootKeyError::Malformed);
    }
    let sealed =
        EncryptedPrivateKeyInfoOwned::try_from(sealed.as_bytes()).map_err(|_| RootKeyError::Malformed)?;
    let scheme = sealed.encryption_algorithm.pbes2().ok_or(RootKeyError::Malformed)?;
    if !is_affordable(&scheme.kdf) {
        return Err(RootKeyError::Malformed);
    }
    let plain = sealed.decrypt(passphrase.expose()).map_err(|_| RootKeyError::Locked)?;
    SigningKey::parse_pkcs8(plain.as_bytes()).map_err(|_| RootKeyError::Kind)
}

fn is_affordable(kdf: &Kdf) -> bool {
    match kdf {
        Kdf::Scrypt(cost) => {
            let memory = cost.cost_parameter.saturating_mul(128 * u64::from(cost.block_size));
            memory <= MOST_MEMORY && cost.parallelization <= 64
        }
        Kdf::Pbkdf2(cost) => cost.iteration_count <= 50_000_000,
        _ => false,
    }
}
