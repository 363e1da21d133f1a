//! The committed description of the interface is what the code says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use passerby_relay_api::{Problem, paths};

fn committed(name: &str) -> String {
    let path = format!("{}/../../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_committed_openapi_document_is_current() {
    let current = serde_json::to_value(passerby_relay::router::openapi()).unwrap();
    let committed: serde_json::Value = serde_json::from_str(&committed("openapi.json")).unwrap();
    assert!(committed == current, "docs/openapi.json is stale; run: cargo xtask generate");
}

#[test]
fn the_paths_are_those_of_the_client() {
    let described = passerby_relay::router::openapi();
    let described: BTreeSet<&str> = described.paths.paths.keys().map(String::as_str).collect();
    let named = [
        paths::ATTESTATIONS,
        paths::REQUESTS,
        paths::REQUEST,
        paths::PASSPORTS,
        paths::RESPONSE,
        paths::TRANSACTION,
        paths::EVENTS,
        paths::COLLECT,
        paths::OPENINGS,
        paths::SELF_COPY,
        paths::ISSUER_KEYS,
        paths::HEALTH,
    ];
    assert_eq!(described, BTreeSet::from(named));
}

#[test]
fn every_problem_is_explained() {
    let text = committed("api.md");
    for problem in Problem::ALL {
        let row = format!("| `{}` | {} |", problem.word(), problem.status());
        assert!(text.contains(&row), "docs/api.md has no row {row}");
    }
    for path in [
        paths::ATTESTATIONS,
        paths::REQUESTS,
        paths::REQUEST,
        paths::EVENTS,
        paths::COLLECT,
        paths::OPENINGS,
        paths::SELF_COPY,
    ] {
        assert!(text.contains(path), "docs/api.md does not tell of {path}");
    }
}
