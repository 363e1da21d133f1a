//! The file of a root key: standard, closed without its passphrase, and no danger when it is damaged.

#![allow(clippy::unwrap_used, reason = "only for tests")]

use passerby_protocol::keys::SigningKey;
use passerby_shop::passphrase::Passphrase;
use passerby_shop::root_key::{self, RootKeyError};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use zeroize::Zeroizing;

fn passphrase(text: &str) -> Passphrase {
    Passphrase::parse(Zeroizing::new(text.to_owned())).unwrap()
}

#[test]
fn only_the_passphrase_opens_it() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let key = SigningKey::make(&mut rng);
    let pem = root_key::lock(&key, &passphrase("correct horse"), &mut rng).unwrap();
    assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"), "what other tools read");
    assert_eq!(root_key::unlock(&pem, &passphrase("correct horse")).unwrap().public(), key.public());
    assert_eq!(root_key::unlock(&pem, &passphrase("correct house")).unwrap_err(), RootKeyError::Locked);
}

/// Made by OpenSSL 3: `openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 10000` of a fresh P-256 key; a key of nobody.
const BY_OPENSSL: &str = include_str!("root_key_file/openssl.pem");

#[test]
fn a_key_made_by_openssl_opens() {
    let key = root_key::unlock(BY_OPENSSL, &passphrase("correct horse")).unwrap();
    assert_eq!(key.public().jkt().as_str(), include_str!("root_key_file/openssl.jkt").trim());
}

#[test]
fn anything_else_is_called_that() {
    let locked = |text: &str| root_key::unlock(text, &passphrase("correct horse")).unwrap_err();
    let unencrypted = BY_OPENSSL.replace("ENCRYPTED PRIVATE KEY", "PRIVATE KEY");
    for text in ["", "not a key", unencrypted.as_str(), &BY_OPENSSL[..BY_OPENSSL.len() / 2]] {
        assert_eq!(locked(text), RootKeyError::Malformed);
    }
    // The cost parameter raised to 2^40: it must not be believed.
    assert_eq!(locked(include_str!("root_key_file/too_costly.pem")), RootKeyError::Malformed);
}
