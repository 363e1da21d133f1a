//! Standard output.

use std::io::{self, Write as _};

use anyhow::Context as _;

use crate::ending::Failure;

/// Prints a text as it is. A reader that has seen enough, such as `head`, is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(failed) if failed.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => Ok(printed.context("tried to write to standard output")?),
    }
}

/// Prints one JSON value on a line of its own.
pub(crate) fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    print(&format!("{value}\n"))
}
