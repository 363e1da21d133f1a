//! Each sentence of docs/protocol.md that promises a refusal has a vector or a test that holds it to that.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;

use passerby_tests::sentences::{find_promises, find_unkept, read_rows};
use passerby_tests::walls::root;
use serde_json::Value;

#[test]
fn every_promised_refusal_is_kept() {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let promises = find_promises(&read("docs/protocol.md"));
    let rows = read_rows(&read("tests/vectors/sentences.md"));
    assert!(promises.len() > 80 && rows.len() > 80, "{} promises, {} rows", promises.len(), rows.len());
    let refusal_of = |vector: &str| {
        let text = fs::read(root().join("tests/vectors").join(format!("{vector}.json"))).ok()?;
        let vector: Value = serde_json::from_slice(&text).unwrap();
        Some(vector["expect"]["refused"].as_str().unwrap_or_default().to_owned())
    };
    let stands_in = |file: &str, text: &str| {
        fs::read_to_string(root().join(file)).is_ok_and(|content| content.contains(text))
    };
    let unkept = find_unkept(&promises, &rows, refusal_of, stands_in);
    let lines: Vec<String> = unkept.iter().map(ToString::to_string).collect();
    assert!(unkept.is_empty(), "{} of {} promises:\n{}", unkept.len(), promises.len(), lines.join("\n"));
}
