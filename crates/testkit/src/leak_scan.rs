//! `leak-scan`: searches files for values, after it has shown that it can find them.
//!
//! Reads `{"values": [..], "files": [..]}` from standard input, so that no value stands in the list of processes.
//! Exits 0 if nothing was found, 1 if something was or if the scan could not be made. Never prints a value.

use std::{io::Read, process::ExitCode};

use anyhow::{Context, Result, bail, ensure};
use passerby_testkit::leak::{self, Finding, SHORTEST};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("leak scan: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("tried to read standard input")?;
    // The parser's own message could quote a value.
    let Ok(question) = serde_json::from_str::<serde_json::Value>(&text) else {
        bail!("the question is not JSON")
    };
    let texts = |name: &str| -> Vec<String> {
        let list = question[name].as_array().into_iter().flatten();
        list.filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let (files, values) = (texts("files"), texts("values"));
    let long: Vec<_> = values.iter().filter(|value| value.len() >= SHORTEST).collect();
    ensure!(!long.is_empty(), "no value is long enough to search for");

    let planted = prove(&long)?;
    let findings = leak::scan(&files, &long)?;
    eprintln!(
        "leak scan: {} values in {} places: {} findings; the control was found {planted} times of {planted}; \
         {} values are too short to search for",
        long.len(),
        files.len(),
        findings.len(),
        values.len() - long.len(),
    );
    for Finding { file, form, value } in &findings {
        eprintln!("found: value {value}, {form}, in {}", file.display());
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Plants each value in each form, and finds all of them again; or the scan is worth nothing.
fn prove(values: &[&String]) -> Result<usize> {
    let mut count = 0;
    for value in values {
        let folder = tempfile::tempdir().context("tried to create a folder for the control")?;
        let planted = leak::plant_all_forms(folder.path(), value)?;
        let findings = leak::scan(&[folder.path()], &[value])?;
        for one in &planted {
            let found = findings.iter().any(|finding| finding.file == one.file && finding.form == one.form);
            ensure!(found, "the control was not found as {}", one.form);
        }
        count += planted.len();
    }
    Ok(count)
}
