//! `passerby man`: the manual pages.

use std::path::Path;
use std::process::ExitCode;

use clap::CommandFactory as _;
use serde_json::json;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::output::Output;

pub fn run(folder: &Path, output: Output) -> Result<ExitCode, Failure> {
    clap_mangen::generate_to(Arguments::command(), folder).map_err(|error| {
        Failure::failed("output", format!("The pages could not be written: {}.", error.kind()))
    })?;
    output.object(&json!({ "folder": folder.to_string_lossy() }));
    output.line(&format!("The pages are in {}", folder.display()));
    Ok(ExitCode::SUCCESS)
}
