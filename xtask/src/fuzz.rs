//! The stage `fuzz`: bytes that libFuzzer makes up, against every reader of bytes from outside.
//!
//! It begins with the seeds in `fuzz/corpus` and with what it found in earlier runs, which it keeps in the cache; it
//! never writes into the committed corpus. An input that ends a target is left in `fuzz/artifacts/<target>`.
//!
//! One target for each processor runs at a time, and says one line when it ends. They are in this program's process
//! group, so that Ctrl-C ends them all.

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

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
/// Without a line for each input that reached something new, but with the sums. An input that takes longer than ten
/// seconds, or a target that grows beyond a gigabyte, has failed.
const LIBFUZZER: [&str; 4] = ["-verbosity=0", "-print_final_stats=1", "-timeout=10", "-rss_limit_mb=1024"];
/// A folder in memory, where the system has one: a target that writes files is five times as fast there.
const IN_MEMORY: &str = "/dev/shm";
/// How much of what a failed target said is shown.
const SHOWN_LINES: usize = 40;

/// Runs each target; one that ends early has failed, and the others still run.
pub fn run(checkout: &Checkout) -> Result<Outcome> {
    let seconds = 60 * parse_minutes(env::var(MINUTES).ok().as_deref())?;
    check_toolchain(checkout)?;
    install::tool(checkout, &CARGO_FUZZ)?;
    ensure!(stream::run(&mut cargo_fuzz(checkout, "build"))?.success, "the fuzz targets cannot be built");

    let targets = find_targets(&checkout.root().join("fuzz/fuzz_targets"))?;
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    let work = || {
        while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
            let success = run_target(checkout, target, seconds).unwrap_or_else(|error| {
                eprintln!("error: {target}: {error:#}");
                false
            });
            if let Ok(mut tally) = tally.lock() {
                *tally += Tally::one(success);
            }
        }
    };
    let at_once = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..at_once).for_each(|_| drop(scope.spawn(work))));
    Ok(Outcome::Ran(tally.into_inner().unwrap_or_default()))
}

/// Runs one target for so long, and says in one line what came of it, and whatever it said if it failed.
fn run_target(checkout: &Checkout, target: &str, seconds: u64) -> Result<bool> {
    let found = checkout.target().join("fuzz-corpus").join(target);
    fs::create_dir_all(&found).with_context(|| format!("tried to create {}", found.display()))?;
    let mut command = cargo_fuzz(checkout, "run");
    command.arg(target).arg(found).arg(format!("fuzz/corpus/{target}")).arg("--");
    command.arg(format!("-max_total_time={seconds}")).args(LIBFUZZER);
    if Path::new(IN_MEMORY).is_dir() {
        command.env("TMPDIR", IN_MEMORY);
    }
    let begun = Instant::now();
    let output = command.stdin(Stdio::null()).output().context("tried to start it")?;
    let said = String::from_utf8_lossy(&output.stderr);
    println!("{}", summary(target, &said, begun.elapsed()));
    if !output.status.success() {
        let lines: Vec<_> = said.lines().collect();
        let last = lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n");
        eprintln!("error: {target} ended early; the input is in fuzz/artifacts/{target}\n{last}");
    }
    Ok(output.status.success())
}

/// The sums that libFuzzer prints last, in one line.
fn summary(target: &str, said: &str, took: Duration) -> String {
    let sum = |name: &str| {
        let found = said.lines().rev().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name));
        found.and_then(|rest| rest.strip_prefix(':')).map_or("?", str::trim).to_owned()
    };
    let (runs, new) = (sum("number_of_executed_units"), sum("new_units_added"));
    let (memory, seconds) = (sum("peak_rss_mb"), took.as_secs());
    format!("{target:<18} {runs:>9} runs, {new:>5} new, {memory:>4} MiB, {seconds:>5} s")
}

/// Without a sanitizer: there is no unsafe code to look at, and more inputs are tried in the same time. Overflows and
/// debug assertions end a target all the same.
fn cargo_fuzz(checkout: &Checkout, verb: &str) -> Command {
    let mut command = checkout.program("rustup");
    command.args(["run", TOOLCHAIN, "cargo", "fuzz", verb, "--sanitizer", "none"]);
    // Another compiler: beside the ordinary builds it would only wait for their lock.
    command.env("CARGO_TARGET_DIR", checkout.target().join("fuzz"));
    command
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
    fn a_target_ends_with_one_line_even_if_it_said_nothing() {
        let said = "Done\nstat::number_of_executed_units: 1200\nstat::new_units_added:          7\nstat::peak_rss_mb: 61\n";
        let line = summary("link", said, Duration::from_secs(121));
        assert_eq!(line, "link                    1200 runs,     7 new,   61 MiB,   121 s");
        assert!(summary("link", "", Duration::ZERO).contains("? runs"));
    }

    #[test]
    fn every_program_of_the_fuzz_package_is_found() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/fuzz_targets");
        assert!(find_targets(&folder).unwrap().contains(&"link".to_owned()));
        assert!(find_targets(Path::new("/no/such/folder")).is_err());
    }
}
