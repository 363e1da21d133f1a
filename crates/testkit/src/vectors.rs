//! The shared test vectors in `tests/vectors/<step>/`: one fault a file, read unchanged by every implementation.

use std::path::PathBuf;

use passerby_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::checkout;

/// One vector.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Vector {
    /// What it shows, in a sentence.
    pub about: String,
    /// The present moment.
    pub now: Timestamp,
    /// What the step is given.
    pub input: Value,
    /// What must come out.
    pub expect: Expect,
}

/// What must come out of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// The step succeeds with this.
    Ok(Value),
    /// The step refuses with this word of docs/protocol.md.
    Refused(String),
}

impl Vector {
    /// A text of the input.
    ///
    /// # Panics
    /// When the vector lacks it.
    #[must_use]
    #[expect(clippy::panic, reason = "a test tool")]
    pub fn text(&self, name: &str) -> &str {
        self.input[name].as_str().unwrap_or_else(|| panic!("the vector has no text {name}"))
    }

    /// A part of the input as `T`.
    ///
    /// # Panics
    /// When the vector lacks it.
    #[must_use]
    #[expect(clippy::panic, reason = "a test tool")]
    pub fn part<T: serde::de::DeserializeOwned>(&self, name: &str) -> T {
        serde_json::from_value(self.input[name].clone())
            .unwrap_or_else(|e| panic!("{name} of the vector: {e}"))
    }
}

/// The folder of the vectors.
#[must_use]
pub fn folder() -> PathBuf {
    checkout::find("tests/vectors")
}

/// All vectors of a step, by file name.
///
/// # Panics
/// When a file cannot be read as a vector.
#[must_use]
#[expect(clippy::panic, clippy::expect_used, reason = "a test tool")]
pub fn of_step(step: &str) -> Vec<(String, Vector)> {
    let folder = folder().join(step);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut vectors: Vec<_> = files
        .map(|file| {
            let path = file.expect("a readable folder").path();
            let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let text = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            let vector = serde_json::from_slice(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            (name, vector)
        })
        .collect();
    vectors.sort_by(|one, other| one.0.cmp(&other.0));
    vectors
}
