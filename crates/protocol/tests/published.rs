//! The vectors of draft-ietf-jose-hpke-encrypt, read through the public interface.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::{Path, PathBuf};

use passerby_protocol::keys::ReleaseKey;
use passerby_protocol::wire::jwe::{self, JweError};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Example {
    alg: String,
    jwk: Value,
    #[serde(default)]
    compact: Option<String>,
}

fn examples() -> Option<Vec<Example>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    let folder = std::env::var_os("PASSERBY_VECTORS").map_or(beside, PathBuf::from);
    let text = std::fs::read(folder.join("jose-hpke.json")).ok()?;
    Some(serde_json::from_slice(&text).unwrap())
}

#[test]
fn the_compact_hpke_4_example_opens() {
    let Some(examples) = examples() else {
        eprintln!("left out: the published vectors are not here");
        return;
    };
    let example = examples.iter().find(|example| example.alg == "HPKE-4").unwrap();
    let key = ReleaseKey::parse_jwk(&example.jwk.to_string()).unwrap();
    let compact = example.compact.as_deref().unwrap();
    let plaintext = jwe::open(compact, std::slice::from_ref(&key), b"").unwrap();
    assert!(plaintext.starts_with(b"You can trust us to stick with you through thick and thin"));
    assert_eq!(jwe::open(compact, &[key], b"another context").unwrap_err(), JweError::Open);
}

#[test]
fn other_suites_are_not_taken_for_ours() {
    let Some(examples) = examples() else { return };
    for example in examples.iter().filter(|example| example.alg != "HPKE-4") {
        assert!(
            ReleaseKey::parse_jwk(&example.jwk.to_string()).is_err(),
            "{} was taken for HPKE-4",
            example.alg
        );
    }
}
