//! Programs that do one thing and end, such as `passerby open`.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Runs a program to its end. Fails with its last words if it does.
pub fn run(command: &mut Command) -> Result<()> {
    finish(command).map(drop)
}

/// Runs a program that prints one JSON object.
pub fn ask(command: &mut Command) -> Result<Value> {
    let text = finish(command)?;
    let name = command.get_program().to_string_lossy().into_owned();
    serde_json::from_slice(&text).with_context(|| format!("reading what {name} printed"))
}

fn finish(command: &mut Command) -> Result<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output =
        command.stdin(std::process::Stdio::null()).output().with_context(|| format!("starting {name}"))?;
    if !output.status.success() {
        let words = [output.stdout, output.stderr].concat();
        bail!("{name} failed ({}):\n{}", output.status, String::from_utf8_lossy(&words));
    }
    Ok(output.stdout)
}
