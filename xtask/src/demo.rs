//! `cargo xtask demo`: the whole story with real programs, to look at or to check.
//!
//! With `--json`, standard output carries one JSON object and nothing else; everything else this verb and the programs
//! it starts have to say goes to standard error.

mod cast;
mod program;
mod recorder;
mod stage_door;
mod story;

pub use cast::{Cast, details};
pub use stage_door::Visitor;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{checkout::Checkout, install, npm, rust};

/// Walk through the whole story with real programs.
#[derive(clap::Args)]
pub struct Arguments {
    /// Ask nothing and wait for nobody.
    #[arg(long)]
    headless: bool,
    /// Print one JSON object on standard output, and nothing else there.
    #[arg(long)]
    json: bool,
    /// Leave everything running at the end, and print the addresses.
    #[arg(long)]
    keep: bool,
}

/// Installs what is missing, builds, and walks the story.
pub fn run(checkout: &Checkout, arguments: &Arguments) -> Result<ExitCode> {
    prepare(checkout)?;
    let folder = make_folder()?;
    let cast = Cast::raise(checkout, &folder, !arguments.keep)?;
    let pauses = !arguments.headless && !arguments.json;
    let mut report = story::tell(&cast, pauses)?;
    let left_behind = cast.leave(arguments.keep)?;
    for (name, files) in left_behind.as_object().into_iter().flatten() {
        report[name] = files.clone();
    }
    if arguments.json {
        println!("{report}");
    }
    Ok(if report["ok"] == Value::Bool(true) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Everything the story needs: the system's programs, the JavaScript packages, the three programs.
pub fn prepare(checkout: &Checkout) -> Result<()> {
    install::system_parts(checkout, &[&install::C_COMPILER, &install::NODE, &install::NPM])?;
    npm::install(checkout)?;
    eprintln!("building the programs");
    rust::build(checkout, rust::PROGRAMS)
}

/// A folder that stays: whoever doubts the story looks at what it left behind.
fn make_folder() -> Result<PathBuf> {
    let folder = tempfile::Builder::new()
        .prefix("passerby-demo-")
        .tempdir()
        .context("making a folder for the demo")?;
    Ok(folder.keep())
}
