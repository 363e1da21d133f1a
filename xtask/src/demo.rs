//! `cargo xtask demo`: the whole story with real programs, to live through, to look at or to check.
//!
//! Where there is a display a person plays Anna, in the wallet's window and the shop's page. Without one the window is driven
//! on a screen that nobody looks at, and pictures of it stay. `--headless` plays the wallet in the terminal.
//!
//! With `--json`, standard output carries one JSON object and nothing else; everything else this verb and the programs
//! it starts have to say goes to standard error.

mod by_hand;
mod cast;
mod pictures;
mod program;
mod recorder;
mod stage_door;
mod story;

pub use cast::{Cast, RelayWanted, details};
pub use stage_door::Visitor;
pub use story::tell as tell_story;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{checkout::Checkout, e2e, install, npm, rust};

/// Walk through the whole story with real programs.
#[derive(clap::Args)]
pub struct Arguments {
    /// Open no window, ask nothing and wait for nobody: the wallet is the program without a window.
    #[arg(long)]
    headless: bool,
    /// The same, and print one JSON object on standard output, and nothing else there.
    #[arg(long)]
    json: bool,
    /// Leave everything running at the end, and print the addresses.
    #[arg(long)]
    keep: bool,
}

/// Installs what is missing, builds, and walks the story.
pub fn run(checkout: &Checkout, arguments: &Arguments) -> Result<ExitCode> {
    if arguments.headless || arguments.json { tell(checkout, arguments) } else { show(checkout, arguments) }
}

/// The story with the program that has no window, told on standard error.
fn tell(checkout: &Checkout, arguments: &Arguments) -> Result<ExitCode> {
    prepare(checkout)?;
    let folder = make_folder()?;
    let cast = Cast::raise(checkout, &folder, !arguments.keep)?;
    let mut report = story::tell(&cast)?;
    let left_behind = cast.leave(arguments.keep)?;
    for (name, files) in left_behind.as_object().into_iter().flatten() {
        report[name] = files.clone();
    }
    if arguments.json {
        println!("{report}");
    }
    Ok(if report["ok"] == Value::Bool(true) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The story in the wallet's window: played by whoever sits in front of it, or by a driver.
fn show(checkout: &Checkout, arguments: &Arguments) -> Result<ExitCode> {
    let by_hand = has_display();
    let needs = if by_hand { by_hand::NEEDS } else { e2e::NEEDS };
    install::system_parts(checkout, &needs.concat())?;
    npm::install(checkout)?;
    eprintln!("building the programs");
    let programs: Vec<_> = rust::PROGRAMS.iter().copied().chain([rust::WINDOW, rust::OPEN]).collect();
    rust::build(checkout, &programs)?;
    let folder = make_folder()?;
    let cast = Cast::raise(checkout, &folder, false)?;
    if by_hand {
        by_hand::play(checkout, &cast, &folder)?;
    } else {
        pictures::take(checkout, &cast, &folder)?;
    }
    cast.leave(arguments.keep)?;
    Ok(ExitCode::SUCCESS)
}

fn has_display() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
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
