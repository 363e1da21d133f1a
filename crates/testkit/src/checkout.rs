//! The checkout that a test runs in: not always the one it was built in, because checkouts may share a build cache.

use std::path::{Path, PathBuf};

/// Where `path` stands in this checkout. Cargo names the running package's folder at run time; the built-in name serves
/// programs that are started without cargo.
#[must_use]
pub fn find(path: &str) -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR"));
    let running = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| built.to_path_buf(), PathBuf::from);
    let found = running.ancestors().map(|folder| folder.join(path)).find(|place| place.exists());
    found.unwrap_or_else(|| built.join("../..").join(path))
}
