//! The stages that cargo and its companions run.

use anyhow::{Context, Result, ensure};

use crate::{
    checkout::Checkout,
    install::{self, DENY, NEXTEST, TYPOS, run_quietly},
    stage::Outcome,
    stream,
    tally::{Tally, parse_libtest, parse_nextest},
};

/// The programs of the project.
pub const PROGRAMS: &[&str] = &["passerby", "passerby-relay", "passerby-shop"];

/// Builds these programs, saying all on standard error.
///
/// For the whole workspace at once, though only the programs are built: so the dependencies have the same features as
/// in the tests, and are built once and not twice.
pub fn build(checkout: &Checkout, programs: &[&str]) -> Result<()> {
    let mut arguments = vec!["build", "--locked", "--workspace"];
    arguments.extend(programs.iter().flat_map(|program| ["--bin", program]));
    run_quietly(&mut checkout.cargo(&arguments)).context("tried to build the programs")?;
    for program in programs {
        ensure!(checkout.built(program).is_file(), "the build left no program `{program}`");
    }
    Ok(())
}

pub fn fmt(checkout: &Checkout) -> Result<Outcome> {
    one(checkout, &["fmt", "--all", "--check"])
}

pub fn clippy(checkout: &Checkout) -> Result<Outcome> {
    one(checkout, &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
}

pub fn docs(checkout: &Checkout) -> Result<Outcome> {
    let mut command =
        checkout.cargo(&["doc", "--workspace", "--no-deps", "--locked", "--document-private-items"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    Ok(Outcome::Ran(Tally::one(stream::run(&mut command)?.success)))
}

pub fn typos(checkout: &Checkout) -> Result<Outcome> {
    install::tool(checkout, &TYPOS)?;
    let mut command = checkout.program("typos");
    command.args(["--config", "typos.toml"]);
    Ok(Outcome::Ran(Tally::one(stream::run(&mut command)?.success)))
}

pub fn deny(checkout: &Checkout) -> Result<Outcome> {
    install::tool(checkout, &DENY)?;
    one(checkout, &["deny", "--locked", "check", "bans", "licenses", "sources"])
}

pub fn walls(checkout: &Checkout) -> Result<Outcome> {
    nextest(checkout, &["--workspace", "--test", "walls"])
}

/// All but the walls, which are a stage of their own and would count twice.
pub fn tests(checkout: &Checkout) -> Result<Outcome> {
    nextest(checkout, &["--workspace", "-E", "not binary(walls)"])
}

/// The tests that end the wallet, an exchange of the vault key, a write or a backup at random moments, as often as it takes
/// to meet the rare ones. The runner keeps each core at one of them.
pub fn kills(checkout: &Checkout) -> Result<Outcome> {
    install::tool(checkout, &NEXTEST)?;
    let arguments = [
        "nextest",
        "run",
        "--locked",
        "--cargo-quiet",
        "--profile",
        "long",
        "--workspace",
        "-E",
        "binary(kill) | test(/killed_at_any/)",
    ];
    let mut command = checkout.cargo(&arguments);
    command.env("PASSERBY_KILL_RUNS", "1000");
    let ended = stream::run(&mut command)?;
    Ok(Outcome::Ran(Tally::of_runner(ended.success, parse_nextest(&ended.text))))
}

pub fn doctests(checkout: &Checkout) -> Result<Outcome> {
    let ended =
        stream::run(&mut checkout.cargo(&["test", "--doc", "--workspace", "--locked", "--no-fail-fast"]))?;
    match parse_libtest(&ended.text) {
        Some(Tally { passed: 0, failed: 0 }) if ended.success => {
            Ok(Outcome::LeftOut("no documentation has an example that runs".into()))
        }
        summary => Ok(Outcome::Ran(Tally::of_runner(ended.success, summary))),
    }
}

pub fn release(checkout: &Checkout) -> Result<Outcome> {
    let mut arguments = vec!["build", "--release", "--locked", "--workspace"];
    arguments.extend(PROGRAMS.iter().flat_map(|program| ["--bin", program]));
    one(checkout, &arguments)
}

fn one(checkout: &Checkout, arguments: &[&str]) -> Result<Outcome> {
    Ok(Outcome::Ran(Tally::one(stream::run(&mut checkout.cargo(arguments))?.success)))
}

fn nextest(checkout: &Checkout, arguments: &[&str]) -> Result<Outcome> {
    let ended = run_nextest(checkout, arguments)?;
    Ok(Outcome::Ran(Tally::of_runner(ended.success, parse_nextest(&ended.text))))
}

fn run_nextest(checkout: &Checkout, arguments: &[&str]) -> Result<stream::Ended> {
    install::tool(checkout, &NEXTEST)?;
    let mut all = vec!["nextest", "run", "--locked", "--no-fail-fast", "--cargo-quiet"];
    all.extend(arguments);
    stream::run(&mut checkout.cargo(&all))
}
