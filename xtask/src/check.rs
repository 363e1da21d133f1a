//! `cargo xtask check`: the part of the tests that judges the sources, for before a commit.

use std::process::ExitCode;

use anyhow::Result;

use crate::{
    checkout::Checkout,
    stage::{STAGES, Tier},
    test,
};

/// Format, lints, walls, licences, spelling, docs, generated files.
#[derive(clap::Args)]
pub struct Arguments {}

/// Runs every stage of the first tier.
pub fn run(checkout: &Checkout, _: &Arguments) -> Result<ExitCode> {
    let stages: Vec<_> = STAGES.iter().filter(|stage| stage.tier == Tier::Check).collect();
    test::run_stages(checkout, &stages, "run `cargo xtask test`")
}
