//! The fuzz targets of the vault's own files, as those of everything else are in the test kit: `fuzz/` feeds them what
//! libFuzzer makes up, and `tests/fuzz_corpus.rs` what is kept in `fuzz/corpus/<target>/`.
//!
//! They stand here because a seal keeps everything behind it from being reached: so bytes can also be *contents*, which
//! are then really sealed with the keys of a [fixed vault](fixed), and only this crate seals. That vault is opened with
//! words, which are not stretched.
//!
//! A target may refuse its bytes. It must never panic, and what it takes for whole must say what the fixed vault says.
//!
//! Behind the feature `fuzzing`, which only tests and `fuzz/` ask for. What it must never do: be part of a program.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a panic is what a target reports")]

pub(crate) mod fixed;
mod patch;
mod seeds;
mod vault_file;

use std::error::Error;

use serde::{Deserialize, Serialize};

use crate::record::Record;

pub use seeds::seeds;
pub use vault_file::vault_file;

pub use crate::backup::backup_file;

/// Reads bytes, and says whether it accepted them: so that the tests see that something behind the checks is reached.
pub type Target = fn(&[u8]) -> bool;

/// Every target by its name, which is that of its file in `fuzz/fuzz_targets` and of its corpus.
pub const TARGETS: &[(&str, Target)] = &[("backup_file", backup_file), ("vault_file", vault_file)];

/// What the fixed vault keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    text: String,
    at: i64,
}

impl Record for Note {
    const KIND: &'static str = "note";
}

/// Runs a target's reader on this thread.
pub(crate) fn run<T>(reader: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(reader)
}

/// SQLite runs on a thread of its own: a panic there comes back as an error, and must not pass for a refusal.
pub(crate) fn refuse_crash(error: &(dyn Error + 'static)) {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let crashed = matches!(error.downcast_ref(), Some(sqlx::Error::WorkerCrashed));
        assert!(!crashed, "SQLite's thread panicked");
        cause = error.source();
    }
}
