//! The stages that cargo and its companions run.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{
    checkout::Checkout,
    install::{self, DENY, NEXTEST, TYPOS, run_quietly},
    postgres::Server,
    stage::Outcome,
    stream,
    tally::{Tally, parse_libtest, parse_nextest},
    window,
};

/// The whole workspace, always with the same features: so lints, tests and the stories in the real window share one build
/// of what the window stands on. The window's files are in the program, as in a released one, and it can be tested
/// without a screen.
const WHOLE: &[&str] = &[
    "--workspace",
    "--locked",
    "--features",
    "passerby-desktop/custom-protocol,passerby-desktop/mock-screen",
];

/// The program with the window.
pub const WINDOW: &str = "passerby-desktop";

/// What the system starts for a link: hands it to the window, or becomes it.
pub const OPEN: &str = "passerby-open";

/// The relay's program.
pub const RELAY: &str = "passerby-relay";

/// The programs of the project.
pub const PROGRAMS: &[&str] = &["passerby", "passerby-relay", "passerby-shop"];

/// Builds these programs, saying all on standard error.
///
/// For the whole workspace at once, though only the programs are built: so the dependencies have the same features as
/// in the tests, and are built once and not twice.
pub fn build(checkout: &Checkout, programs: &[&str]) -> Result<()> {
    if programs.contains(&WINDOW) {
        window::build(checkout)?;
    }
    let mut cargo = checkout.cargo(&["build"]);
    cargo.args(WHOLE).args(programs.iter().flat_map(|program| ["--bin", program]));
    run_quietly(&mut cargo).context("tried to build the programs")?;
    for program in programs {
        ensure!(checkout.built(program).is_file(), "the build left no program `{program}`");
    }
    Ok(())
}

/// Builds these examples, likewise.
pub fn build_examples(checkout: &Checkout, examples: &[&str]) -> Result<()> {
    let mut cargo = checkout.cargo(&["build"]);
    cargo.args(WHOLE).args(examples.iter().flat_map(|example| ["--example", example]));
    run_quietly(&mut cargo).context("tried to build the examples")
}

/// Builds the wallet's window, and what opens it, as people get them. They alone: in the whole workspace, what the tests ask of the libraries would be
/// in it.
pub fn build_released(checkout: &Checkout, auditable: bool) -> Result<()> {
    window::build(checkout)?;
    let mut cargo = checkout.cargo(if auditable { &["auditable", "build"] } else { &["build"] });
    cargo.args(["--release", "--locked", "-p", WINDOW, "--features", "custom-protocol"]);
    cargo.args(["--bin", WINDOW, "--bin", OPEN]);
    run_quietly(&mut cargo).context("tried to build the window for release")
}

/// Builds the relay as people get it, alone likewise.
pub fn build_released_relay(checkout: &Checkout, auditable: bool) -> Result<()> {
    let mut cargo = checkout.cargo(if auditable { &["auditable", "build"] } else { &["build"] });
    cargo.args(["--release", "--locked", "-p", RELAY, "--bin", RELAY]);
    run_quietly(&mut cargo).context("tried to build the relay for release")
}

/// Cargo with a verb for the whole workspace, and what must be there before it compiles.
pub fn whole(checkout: &Checkout, verb: &[&str]) -> Result<Command> {
    window::build(checkout)?;
    let mut cargo = checkout.cargo(verb);
    cargo.args(WHOLE);
    Ok(cargo)
}

pub fn fmt(checkout: &Checkout) -> Result<Outcome> {
    one(checkout, &["fmt", "--all", "--check"])
}

pub fn clippy(checkout: &Checkout) -> Result<Outcome> {
    let mut command = whole(checkout, &["clippy"])?;
    command.args(["--all-targets", "--", "-D", "warnings"]);
    Ok(Outcome::Ran(Tally::one(stream::run(&mut command)?.success)))
}

pub fn docs(checkout: &Checkout) -> Result<Outcome> {
    let mut command = whole(checkout, &["doc"])?;
    command.args(["--no-deps", "--document-private-items"]);
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
    run_tests(checkout, &["--test", "walls"])
}

/// All but the walls and the faults, which are stages of their own and would count twice; beside a PostgreSQL server of their own.
pub fn tests(checkout: &Checkout) -> Result<Outcome> {
    let server = Server::start(checkout).context("tried to start a PostgreSQL server for the tests")?;
    let mut command = nextest(checkout, &["-E", "not binary(walls) and not binary(faults)"])?;
    server.introduce(&mut command);
    let ended = stream::run(&mut command)?;
    server.end()?;
    Ok(Outcome::Ran(Tally::of_runner(ended.success, parse_nextest(&ended.text))))
}

/// The tests that end the wallet, an exchange of the vault key, a write or a backup at random moments, as often as it takes
/// to meet the rare ones. The runner keeps each core at one of them.
pub fn kills(checkout: &Checkout) -> Result<Outcome> {
    install::tool(checkout, &NEXTEST)?;
    let mut command = whole(checkout, &["nextest", "run"])?;
    command.args(["--cargo-quiet", "--profile", "long", "-E", "binary(kill) | test(/killed_at_any/)"]);
    command.env("PASSERBY_KILL_RUNS", "1000");
    let ended = stream::run(&mut command)?;
    Ok(Outcome::Ran(Tally::of_runner(ended.success, parse_nextest(&ended.text))))
}

/// Everything that can fail around a relay does, while wallets and shops are at work.
pub fn faults(checkout: &Checkout) -> Result<Outcome> {
    install::tool(checkout, &NEXTEST)?;
    build(checkout, &[RELAY])?;
    let mut command = whole(checkout, &["nextest", "run"])?;
    command.args(["-E", "binary(faults)"]);
    run_faults(command, &checkout.built(RELAY), 25)
}

/// The same as often as it takes to meet rare things, with the program as people run it; now and then the database is away for a minute.
pub fn faults_in_full(checkout: &Checkout) -> Result<Outcome> {
    install::tool(checkout, &NEXTEST)?;
    run_quietly(&mut checkout.cargo(&["build", "--release", "--locked", "--bin", RELAY]))?;
    let mut command = checkout.cargo(&["nextest", "run", "--cargo-profile", "release"]);
    command.args(["--package", "passerby-tests", "--test", "faults"]).env("PASSERBY_FAULT_LONG", "1");
    // Most of a run is waiting for what is away.
    command.env("PASSERBY_FAULT_LANES", "4");
    run_faults(command, &checkout.released(RELAY), 1_000)
}

fn run_faults(mut command: Command, relay: &Path, runs: u32) -> Result<Outcome> {
    // What it counts is shown, also when nothing failed.
    command.args(["--cargo-quiet", "--no-fail-fast", "--profile", "long", "--success-output", "immediate"]);
    command.env("PASSERBY_RELAY_PROGRAM", relay).env("PASSERBY_FAULT_RUNS", runs.to_string());
    let ended = stream::run(&mut command)?;
    Ok(Outcome::Ran(Tally::of_runner(ended.success, parse_nextest(&ended.text))))
}

pub fn doctests(checkout: &Checkout) -> Result<Outcome> {
    let ended = stream::run(whole(checkout, &["test", "--doc"])?.arg("--no-fail-fast"))?;
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

fn run_tests(checkout: &Checkout, arguments: &[&str]) -> Result<Outcome> {
    let ended = stream::run(&mut nextest(checkout, arguments)?)?;
    Ok(Outcome::Ran(Tally::of_runner(ended.success, parse_nextest(&ended.text))))
}

/// The test runner with these of the workspace's tests.
pub fn nextest(checkout: &Checkout, arguments: &[&str]) -> Result<Command> {
    install::tool(checkout, &NEXTEST)?;
    let mut command = whole(checkout, &["nextest", "run"])?;
    command.args(["--no-fail-fast", "--cargo-quiet"]).args(arguments);
    Ok(command)
}
