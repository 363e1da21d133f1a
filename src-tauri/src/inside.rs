//! A test whose body runs in a second process, where the world is as bad as the test wants it.

#![allow(clippy::unwrap_used, reason = "a test fails where its world does")]

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Set inside: the test's folder.
const INSIDE: &str = "PASSERBY_TEST_FOLDER";

/// Runs `body` inside. `test` is the test's full name; `wrap` may start the process by another program.
pub fn run_inside(test: &str, wrap: impl FnOnce(&Path, &Path) -> Command, body: impl AsyncFnOnce(PathBuf)) {
    if let Some(folder) = env::var_os(INSIDE) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        return runtime.unwrap().block_on(body(folder.into()));
    }
    let folder = TempDir::new().unwrap();
    let mut command = wrap(&env::current_exe().unwrap(), folder.path());
    command.args(["--exact", test, "--nocapture"]).env(INSIDE, folder.path());
    assert!(command.status().unwrap().success(), "what the test says stands above");
}
