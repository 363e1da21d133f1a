//! The one list of everything that is tested, in the order it runs.
//!
//! To add a stage: one line in [`STAGES`], and a function that runs it. A stage that needs a tool installs it; a tool
//! that cannot be had is a failed stage, never a skipped one.

use anyhow::Result;

use crate::{
    bench, bundle,
    checkout::Checkout,
    cross, demo_check, e2e, fuzz, generate, interop, monitoring,
    needs::{self, Needs},
    npm, package, relay_package, rust,
    tally::Tally,
    window,
};

/// When a stage runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// With `check`, `test` and `test --full`.
    Check,
    /// With `test` and `test --full`.
    Ordinary,
    /// With `test --full`: too long for every run.
    Full,
}

/// How a stage ended.
pub enum Outcome {
    /// It ran: so many passed, so many failed.
    Ran(Tally),
    /// There was nothing to run, and why.
    LeftOut(String),
}

/// One part of the whole test run.
pub struct Stage {
    pub name: &'static str,
    pub tier: Tier,
    /// One line for the help text.
    pub about: &'static str,
    /// What it needs of the system, installed before the first stage runs.
    pub needs: &'static [Needs],
    /// Runs it. An error is a failed stage; the others still run.
    pub run: fn(&Checkout) -> Result<Outcome>,
}

use Tier::{Check, Full, Ordinary};

const NOTHING: &[Needs] = &[];
/// The whole workspace, with the window in it.
const BUILD: &[Needs] = &[needs::COMPILER, needs::SCRIPTS, needs::WINDOW];
const TESTS: &[Needs] = &[
    needs::COMPILER,
    needs::SCRIPTS,
    needs::WINDOW,
    needs::DESK,
    needs::STAND_INS,
    needs::STREET,
    needs::STRANGERS,
    needs::SERVER,
];
const SCRIPTS: &[Needs] = &[needs::SCRIPTS];
const FAULTS: &[Needs] = &[needs::COMPILER, needs::SCRIPTS, needs::WINDOW, needs::SERVER, needs::FAULTS];
const STRANGERS: &[Needs] = &[needs::COMPILER, needs::SCRIPTS, needs::STRANGERS, needs::BROWSER];
const STORY: &[Needs] = &[needs::COMPILER, needs::SCRIPTS];
const BENCH: &[Needs] = &[needs::COMPILER, needs::SCRIPTS, needs::RIVAL];

/// The stage that `check --cross` runs by itself.
pub const CROSS: &str = "cross";

/// Every stage there is.
pub const STAGES: &[Stage] = &[
    stage("fmt", Check, "rustfmt leaves every file as it is", NOTHING, rust::fmt),
    stage("typos", Check, "no misspelt words", NOTHING, rust::typos),
    stage("deny", Check, "licences, banned crates and sources of dependencies", NOTHING, rust::deny),
    stage("clippy", Check, "no lint speaks", BUILD, rust::clippy),
    stage("walls", Check, "the walls between crates and rooms stand", BUILD, rust::walls),
    stage("docs", Check, "the documentation builds without a warning", BUILD, rust::docs),
    stage(
        "generated",
        Check,
        "generated files are as `generate` writes them",
        generate::NEEDS,
        generate::check,
    ),
    stage("rust", Ordinary, "the Rust tests", TESTS, rust::tests),
    stage(
        "faults",
        Ordinary,
        "relay, database, disk, clock and network fail, in 25 seeded runs under 50 wallets",
        FAULTS,
        rust::faults,
    ),
    stage("doctests", Ordinary, "the examples in the documentation", BUILD, rust::doctests),
    stage(
        "window",
        Ordinary,
        "the tests of the window without its program, and its size",
        SCRIPTS,
        window::test,
    ),
    stage("sdk-js", Ordinary, "the tests of sdk/js", SCRIPTS, npm::test_sdk),
    stage("shop", Ordinary, "the tests of examples/shop", SCRIPTS, npm::test_shop),
    stage(
        "demo",
        Ordinary,
        "the demo, and a search for the person's data in what it leaves",
        STORY,
        demo_check::run,
    ),
    stage(
        "e2e",
        Ordinary,
        "stories in the real window, from a click in a shop to a packed parcel",
        e2e::NEEDS,
        e2e::stage,
    ),
    stage(
        "package",
        Ordinary,
        "the packages: installed, started, given a link, removed",
        package::NEEDS,
        package::stage,
    ),
    stage(
        "monitoring",
        Ordinary,
        "the relay's alerts, as Prometheus reads and tries them, and its Dockerfile",
        monitoring::NEEDS,
        monitoring::stage,
    ),
    stage(
        "relay-package",
        Ordinary,
        "the relay's package: installed, a first release through it, upgraded, removed",
        relay_package::NEEDS,
        relay_package::stage,
    ),
    stage("interop", Ordinary, "software nobody here wrote, against our programs", STRANGERS, interop::run),
    stage(
        "kills",
        Full,
        "wallet, key exchange and backup, each ended at 1,000 random moments",
        BUILD,
        rust::kills,
    ),
    stage(CROSS, Full, "the types of the wallet's Rust on Windows and on Macs", cross::NEEDS, cross::run),
    stage("fault-1000", Full, "the same in 1,000 runs", FAULTS, rust::faults_in_full),
    stage(
        "fuzz",
        Full,
        "made-up bytes against every reader, for PASSERBY_FUZZ_MINUTES each",
        BUILD,
        fuzz::run,
    ),
    stage("bench", Full, "ratios with a goal; a slow one is said and fails nothing", BENCH, bench::stage),
    stage("bundle", Full, "the packages of a release, and their size", bundle::NEEDS, bundle::stage),
    stage("release", Full, "release builds of the three programs", BUILD, rust::release),
];

/// What is never run here, and where it is.
pub const ELSEWHERE: &str = "advisories (the forge runs them: their database is not a package)";

const fn stage(
    name: &'static str,
    tier: Tier,
    about: &'static str,
    needs: &'static [Needs],
    run: fn(&Checkout) -> Result<Outcome>,
) -> Stage {
    Stage { name, tier, about, needs, run }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_stages_share_a_name() {
        let mut names: Vec<_> = STAGES.iter().map(|stage| stage.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STAGES.len());
    }
}
