//! The stage `fuzz`: bytes that libFuzzer makes up, against every reader of bytes from outside.
//!
//! It begins with the seeds in `fuzz/corpus` and with what it found in earlier runs, which it keeps in the cache; it
//! never writes into the committed corpus. An input that ends a target is left in `fuzz/artifacts/<target>`.

use std::{env, fs, path::Path, process::Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    checkout::Checkout,
    install::{self, CARGO_FUZZ},
    stage::Outcome,
    stream,
    tally::Tally,
};

/// Names the variable that says for how long each target is run.
const MINUTES: &str = "PASSERBY_FUZZ_MINUTES";
const DEFAULT_MINUTES: u64 = 2;
const TOOLCHAIN: &str = "nightly";
/// Without a line for each input that reached something new.
const QUIET: &str = "-verbosity=0";

/// Runs each target; one that ends early has failed, and the others still run.
pub fn run(checkout: &Checkout) -> Result<Outcome> {
    let seconds = 60 * parse_minutes(env::var(MINUTES).ok().as_deref())?;
    check_toolchain(checkout)?;
    install::tool(checkout, &CARGO_FUZZ)?;
    ensure!(cargo_fuzz(checkout, &["build"])?, "the fuzz targets cannot be built");

    let fuzz = checkout.root().join("fuzz");
    let mut tally = Tally::default();
    for target in find_targets(&fuzz.join("fuzz_targets"))? {
        let found = checkout.target().join("fuzz-corpus").join(&target);
        fs::create_dir_all(&found).with_context(|| format!("tried to create {}", found.display()))?;
        let (found, seeds) = (found.to_string_lossy().into_owned(), format!("fuzz/corpus/{target}"));
        let time = format!("-max_total_time={seconds}");
        let success =
            cargo_fuzz(checkout, &["run", &target, &found, &seeds, "--", &time, "-timeout=10", QUIET])?;
        if !success {
            eprintln!("error: {target} ended early; the input is in fuzz/artifacts/{target}");
        }
        tally += Tally::one(success);
    }
    Ok(Outcome::Ran(tally))
}

/// Without a sanitizer: there is no unsafe code to look at, and more inputs are tried in the same time. Overflows and
/// debug assertions end a target all the same.
fn cargo_fuzz(checkout: &Checkout, arguments: &[&str]) -> Result<bool> {
    let mut command = checkout.program("rustup");
    let (verb, rest) = arguments.split_first().context("cargo fuzz needs a verb")?;
    command.args(["run", TOOLCHAIN, "cargo", "fuzz", verb, "--sanitizer", "none"]).args(rest);
    // Another compiler: beside the ordinary builds it would only wait for their lock.
    command.env("CARGO_TARGET_DIR", checkout.target().join("fuzz"));
    Ok(stream::run(&mut command)?.success)
}

fn check_toolchain(checkout: &Checkout) -> Result<()> {
    let mut command = checkout.program("rustup");
    command.args(["run", TOOLCHAIN, "cargo", "--version"]);
    let output = command.stdin(Stdio::null()).output();
    if !output.is_ok_and(|output| output.status.success()) {
        bail!(
            "fuzzing needs the nightly compiler, which is not installed: \
             `rustup toolchain install nightly --profile minimal`"
        );
    }
    Ok(())
}

fn find_targets(folder: &Path) -> Result<Vec<String>> {
    let files = fs::read_dir(folder).with_context(|| format!("tried to list {}", folder.display()))?;
    let mut targets = Vec::new();
    for file in files {
        let path = file.with_context(|| format!("tried to list {}", folder.display()))?.path();
        targets.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    ensure!(!targets.is_empty(), "there are no fuzz targets in {}", folder.display());
    targets.sort();
    Ok(targets)
}

fn parse_minutes(text: Option<&str>) -> Result<u64> {
    match text.map(str::parse) {
        None => Ok(DEFAULT_MINUTES),
        Some(Ok(minutes @ 1..=1_440)) => Ok(minutes),
        Some(_) => bail!("{MINUTES} must be a whole number of minutes from 1 to 1440"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_few_unless_told_and_never_none() {
        assert_eq!(parse_minutes(None).unwrap(), 2);
        assert_eq!(parse_minutes(Some("30")).unwrap(), 30);
        for wrong in ["", "0", "-1", "1.5", "1441", "ten"] {
            assert!(parse_minutes(Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_program_of_the_fuzz_package_is_found() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/fuzz_targets");
        assert!(find_targets(&folder).unwrap().contains(&"link".to_owned()));
        assert!(find_targets(Path::new("/no/such/folder")).is_err());
    }
}
