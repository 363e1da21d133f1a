//! The vectors of draft-ietf-jose-hpke-encrypt, read through the public interface.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::{Path, PathBuf};

use passerby_protocol::keys::{NotAReleaseKey, ReleaseKey};
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

fn examples(file: &str) -> Option<Vec<Example>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    let folder = std::env::var_os("PASSERBY_VECTORS").map_or(beside, PathBuf::from);
    let text = std::fs::read(folder.join(file)).ok()?;
    Some(serde_json::from_slice(&text).unwrap())
}

/// The keys of the examples have no `use`; ours must.
fn parse(example: &Example) -> Result<ReleaseKey, NotAReleaseKey> {
    let mut jwk = example.jwk.clone();
    jwk["use"] = "enc".into();
    ReleaseKey::parse_jwk(&jwk.to_string())
}

fn opens(file: &str, alg: &str) {
    let Some(examples) = examples(file) else {
        eprintln!("left out: the published vectors are not here");
        return;
    };
    let example = examples.iter().find(|example| example.alg == alg).unwrap();
    let key = parse(example).unwrap();
    assert_eq!(key.public().jkt().as_str(), key.public().kid(), "the examples' kid is the thumbprint");
    let compact = example.compact.as_deref().unwrap();
    let plaintext = jwe::open(compact, std::slice::from_ref(&key), b"").unwrap();
    assert!(plaintext.starts_with(b"You can trust us to stick with you through thick and thin"));
    assert_eq!(jwe::open(compact, &[key], b"another context").unwrap_err(), JweError::Open);
}

#[test]
fn the_compact_hpke_4_example_opens() {
    opens("jose-hpke.json", "HPKE-4");
}

#[test]
fn the_compact_hpke_9_example_opens() {
    opens("jose-hpke-pq.json", "HPKE-9");
}

#[test]
fn other_suites_are_not_taken_for_ours() {
    for (file, ours) in [("jose-hpke.json", "HPKE-4"), ("jose-hpke-pq.json", "HPKE-9")] {
        let Some(examples) = examples(file) else { return };
        for example in examples.iter().filter(|example| example.alg != ours) {
            assert!(parse(example).is_err(), "{} was taken for {ours}", example.alg);
        }
    }
}
