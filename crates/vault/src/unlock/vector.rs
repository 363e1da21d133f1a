//! A vector of the format, made by another implementation (Python: argon2-cffi, `PyNaCl`, cbor2, HKDF by hand) from the
//! description in the parent room.
//!
//! It is never regenerated to make this test pass: a vault that somebody closed must open for ever.

use secrecy::SecretString;

use super::{Slot, SlotHead, SlotKey, SlotKind, Stretching, VaultId};
use crate::record::{Record, RecordId, decode, find_kind};

const PARAMETERS: &str = "a36a6d656d6f72795f6b69621a000100006670617373657303656c616e657304";
const COMMITMENT: &str = "e4ebec744c378509c69e93491024af0fb714d439cf26b3b4836d7607c500b52c";
const WRAPPED: &str = "6465666768696a6b6c6d6e6f707172737475767778797a7b5991bee6fc5346b15aba41fb607b36ca5295c9cfdb870e51\
    33541e100c1d6e217f10b271eb5b352d2f7dbad799efe0d9";
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

#[test]
fn a_vault_made_elsewhere_from_the_description_opens() {
    let vault = VaultId(counting(0));
    let slot = Slot {
        head: SlotHead {
            id: counting::<16>(16).to_vec(),
            kind: SlotKind::Passphrase.name().to_owned(),
            parameters: bytes(PARAMETERS),
            salt: counting::<16>(32).to_vec(),
        },
        commitment: bytes(COMMITMENT),
        wrapped: bytes(WRAPPED),
    };
    let stretching = Stretching::parse(&slot.head.parameters).unwrap();
    assert_eq!(stretching, Stretching::NEW);
    let passphrase = SecretString::from("\u{dc}ber den Wolken");
    let slot_key = SlotKey::derive(&passphrase, &slot.head.salt, stretching).unwrap();
    let seal = slot.unwrap((vault, 1), &slot_key).unwrap().derive_record_seal(vault, 1).unwrap();

    let id = RecordId::try_from(counting::<16>(200).as_slice()).unwrap();
    let plaintext = seal.open(id, 5, 1, &bytes(BLOB)).unwrap();
    assert_eq!(find_kind(&plaintext).as_deref(), Some("attribute"));
    assert_eq!(decode::<Email>(&plaintext).unwrap(), Email("ada@example.org".to_owned()));
}

fn counting<const N: usize>(from: u8) -> [u8; N] {
    std::array::from_fn(|n| from + u8::try_from(n).unwrap())
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
