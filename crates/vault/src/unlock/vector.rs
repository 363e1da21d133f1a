//! Vectors of the format, made by another implementation (Python: argon2-cffi, `PyNaCl`, cbor2, HKDF by hand) from the
//! description in the parent room.
//!
//! They are never regenerated to make these tests pass: a vault that somebody closed must open for ever.

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use secrecy::SecretString;

use super::{
    KeyringSecret, Nonce, RecoverySecret, Slot, SlotHead, SlotKey, SlotKind, Stretching, VaultId, VaultKey,
};
use crate::record::{Record, RecordId, decode, find_kind};
use crate::way::{KeyringSlot, WayIn};

const PARAMETERS: &str = "a36a6d656d6f72795f6b69621a000100006670617373657303656c616e657304";
const COMMITMENT: &str = "e4ebec744c378509c69e93491024af0fb714d439cf26b3b4836d7607c500b52c";
const WRAPPED: &str = "6465666768696a6b6c6d6e6f707172737475767778797a7b5991bee6fc5346b15aba41fb607b36ca5295c9cfdb870e51\
    33541e100c1d6e217f10b271eb5b352d2f7dbad799efe0d9";
const WORDS_COMMITMENT: &str = "9ec7dd356ad0b5c32d87dd29d11758d377b72291b960850c4de1b99ca42be8a8";
const WORDS_WRAPPED: &str = "707172737475767778797a7b7c7d7e7f8081828384858687308154ea0cef44c81323e65530022e2642a009553c70bd596\
    fe29f640e44b584264308da0119750b30c83ce6c5ade486";
const KEYRING_PARAMETERS: &str = "a16573746f72656e7365637265742d73657276696365";
const KEYRING_COMMITMENT: &str = "657b146c644357ea1b390ce345fd662c88b0bacac48844e88c899c1a5eab8b84";
const KEYRING_WRAPPED: &str = "7172737475767778797a7b7c7d7e7f8081828384858687887622b8324f95296ddb911042e0f41c68e5d7c64d2057126\
    3d9c01aa4eaea46237d4073fc1fd5656c1824054810a4e3b1";
const BLOB: &str = "969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacada2928a8af00d59094e3d72df181bbf36f42dce9df7efa5c1\
    529502ca627244c12b2e2176f1c2411be57281029c96e6a818b325cc6f2dd7fd54dc4c8b334885ef171f5b61490e2a26\
    0b5a3989733fc9a96f2dcce2e27cff74f608cd8b6f2ac5bea8d470f9da88f8e34d21beb5b08912873a75f96425107de3\
    9a1cd3d141c88eab6cef4971a89a100c91fc6934a4fa494ddab0c921edfac173e13648962d52ca0c4fd316f4bc44d490\
    b3e042ea032c6c60b285a3b277a1eda9199742b59be398656b1bcbbbce3bfa4cc53678c5894f08504c4469fef3ed60b0\
    bd0ee10f7fa7352e3e9c9ff202386ed60cf5e7ca179f3cdec1e66424b064612dc1ba8058baca9756a71099f46496a1da\
    7b436de1a9ebc4c8";

#[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Email(String);

impl Record for Email {
    const KIND: &'static str = "attribute";
}

/// The three slots of one vault.
fn slots() -> [Slot; 3] {
    let slot = |kind: SlotKind, id, salt, [parameters, commitment, wrapped]: [&str; 3]| Slot {
        head: SlotHead {
            id: counting::<16>(id).to_vec(),
            kind: kind.name().to_owned(),
            parameters: bytes(parameters),
            salt: counting::<16>(salt).to_vec(),
        },
        commitment: bytes(commitment),
        wrapped: bytes(wrapped),
    };
    [
        slot(SlotKind::Passphrase, 16, 32, [PARAMETERS, COMMITMENT, WRAPPED]),
        slot(SlotKind::Words, 48, 64, ["", WORDS_COMMITMENT, WORDS_WRAPPED]),
        slot(SlotKind::Keyring, 49, 65, [KEYRING_PARAMETERS, KEYRING_COMMITMENT, KEYRING_WRAPPED]),
    ]
}

fn vault() -> VaultId {
    VaultId(counting(0))
}

/// The vector's one record is behind this key.
fn assert_is_the_key(key: &VaultKey) {
    let seal = key.derive_record_seal(vault(), 1).unwrap();
    let id = RecordId::try_from(counting::<16>(200).as_slice()).unwrap();
    let plaintext = seal.open(id, 5, 1, &bytes(BLOB)).unwrap();
    assert_eq!(find_kind(&plaintext).as_deref(), Some("attribute"));
    assert_eq!(decode::<Email>(&plaintext).unwrap(), Email("ada@example.org".to_owned()));
}

#[test]
fn a_vault_made_elsewhere_from_the_description_opens() {
    let [slot, ..] = slots();
    let stretching = Stretching::parse(&slot.head.parameters).unwrap();
    assert_eq!(stretching, Stretching::FLOOR);
    let passphrase = SecretString::from("\u{dc}ber den Wolken");
    let slot_key = SlotKey::derive(&passphrase, &slot.head.salt, stretching).unwrap();
    assert_is_the_key(&slot.unwrap((vault(), 1), &slot_key).unwrap().unwrap());
}

#[tokio::test]
async fn however_a_keyboard_spells_the_passphrase_it_opens() {
    for typed in ["\u{dc}ber den Wolken", "U\u{308}ber\u{a0}den\u{3000}Wolken"] {
        let typed = SecretString::from(typed);
        let key = WayIn::Passphrase(&typed).open((vault(), 1), &slots()).await.unwrap();
        assert_is_the_key(&key);
    }
}

#[tokio::test]
async fn words_open_the_slot_that_was_made_elsewhere() {
    let secret = RecoverySecret::new(&counting(80));
    let key = WayIn::Words(&secret).open((vault(), 1), &slots()).await.unwrap();
    assert_is_the_key(&key);
}

#[test]
fn a_keyring_s_secret_opens_the_slot_that_was_made_elsewhere() {
    let [.., slot] = slots();
    assert_eq!(KeyringSlot::parse(&slot.head.parameters).unwrap().store, "secret-service");
    let secret = KeyringSecret::parse(&counting::<32>(81)).unwrap();
    let slot_key = SlotKey::derive_from_keyring(&secret, &slot.head.salt).unwrap();
    assert_is_the_key(&slot.unwrap((vault(), 1), &slot_key).unwrap().unwrap());
}

#[tokio::test]
async fn a_vault_closed_with_the_passphrase_as_it_was_typed_still_opens() {
    // The first programs took the bytes of the keyboard.
    let typed = SecretString::from("U\u{308}ber den Wolken");
    let [slot, ..] = slots();
    let place = (vault(), 1);
    let key = WayIn::Passphrase(&typed).open(place, &slots()).await.unwrap();
    let slot_key = SlotKey::derive(&typed, &slot.head.salt, Stretching::FLOOR).unwrap();
    let nonce = Nonce::make(&mut ChaCha20Rng::seed_from_u64(1));
    let slot = Slot::wrap(slot.head, place, &slot_key, &key, nonce).unwrap();
    assert_is_the_key(&WayIn::Passphrase(&typed).open(place, &[slot]).await.unwrap());
}

fn counting<const N: usize>(from: u8) -> [u8; N] {
    std::array::from_fn(|n| from + u8::try_from(n).unwrap())
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
