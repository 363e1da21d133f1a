//! `cargo xtask check`: the part of the tests that judges the sources, for before a commit.

use std::process::ExitCode;

use anyhow::Result;

use crate::{
    checkout::Checkout,
    stage::{CROSS, STAGES, Stage, Tier},
    test,
};

/// Format, lints, walls, licences, spelling, docs, generated files.
#[derive(clap::Args)]
pub struct Arguments {
    /// Instead: whether the Rust of the wallet would compile for Windows and Macs. Takes minutes; Debian only.
    #[arg(long)]
    cross: bool,
}

/// Runs every stage of the first tier, or the one that asks about the other systems.
pub fn run(checkout: &Checkout, arguments: &Arguments) -> Result<ExitCode> {
    let wanted =
        |stage: &&Stage| if arguments.cross { stage.name == CROSS } else { stage.tier == Tier::Check };
    let stages: Vec<_> = STAGES.iter().filter(wanted).collect();
    test::run_stages(checkout, &stages, "run `cargo xtask test`")
}
