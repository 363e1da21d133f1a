//! `cargo xtask check`: the part of the tests that judges the sources, for before a commit.

use std::process::ExitCode;

use anyhow::Result;

use crate::{
    checkout::Checkout,
    cross,
    stage::{STAGES, Tier},
    test,
};

/// Format, lints, walls, licences, spelling, docs, generated files.
#[derive(clap::Args)]
pub struct Arguments {
    /// Instead: whether the Rust of the wallet would compile for Windows and Macs. Takes minutes; Debian only.
    #[arg(long)]
    cross: bool,
}

/// Runs every stage of the first tier, or asks about the other systems.
pub fn run(checkout: &Checkout, arguments: &Arguments) -> Result<ExitCode> {
    if arguments.cross {
        return cross::run(checkout);
    }
    let stages: Vec<_> = STAGES.iter().filter(|stage| stage.tier == Tier::Check).collect();
    test::run_stages(checkout, &stages, "run `cargo xtask test`")
}
