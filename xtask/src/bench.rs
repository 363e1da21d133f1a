//! `cargo xtask bench`: how long things take, as ratios to what they cannot do without and to other programs.
//!
//! A ratio says the same on a fast machine as on a slow one, as long as both its sides ran in turns in one run: so they
//! do. It is never a test: a ratio above its goal is said, and fails nothing. The last results are in
//! docs/performance.md.

mod desktop;
mod memory;
mod peers;
mod relay;
mod report;
mod seal;
mod series;
mod vault;

use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

use crate::{
    checkout::Checkout,
    install::{self, run_quietly},
    stage::Outcome,
    tally::Tally,
};
use report::Report;

const USUAL_REPETITIONS: u32 = 9;
/// Of what takes half a minute each.
const FEWER_REPETITIONS: u32 = 5;

/// Measure, in a release build, what has a goal.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// What to measure
    #[arg(value_enum)]
    what: What,
    /// Print one JSON object on standard output and nothing else there
    #[arg(long)]
    json: bool,
    /// How often each side is run; medians are compared [default: 9, of desktop and relay 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(3..))]
    repetitions: Option<u32>,
}

const AFTER_HELP: &str = "\
Each ratio is the median of one side over the median of the other; below 1 is faster. Both sides run in turns.

  vault    unlock_1000   opening a vault up to its list, over the bare derivation of the key: at most 1.3
           unlock_10000  the same with 10,000 records: at most 1.6
           keepassxc     `passerby show` over `keepassxc-cli show`, whose derivation is set to 1 s: at most 0.3
           cli_start     `passerby --version` over `bw --version`: at most 0.05
  seal     seal          sealing 1 KiB with HPKE-4, over base multiplication, DH and AEAD: at most 1.35
           open          opening it, over DH and AEAD: at most 1.4
  desktop  first_paint   from the start to the first text on the screen, over an empty Tauri window: at most 1.3
           memory        PSS of all processes of the locked wallet, over the empty window's: at most 1.25
           memory_open   the same once it is unlocked and shows its list
           and, in milliseconds on loopback, from unlocking to the list beyond the derivation (150), from a link to the
           consent screen (150), from sending to the receipt (100); the window's files, packed (150 kB)
  relay    deliver_cpu   the processor's time for an answer of about 4 KiB on SQLite, over axum's for sending the same bytes
                         back: at most 2
           postgres      answers a second on PostgreSQL, over pgbench's with transactions of the same shape: at least 0.6
           waiting_memory
                         what each of 10,000 who wait takes, over what each takes of Node's http: at most 0.6
           and each step at 1, 16 and 64 connections, a cold start (100 ms), memory (idle 12 MiB, loaded 40 MiB, with
           10,000 who wait 200 MiB), how soon they are woken (50 ms)

The vaults are stretched as little as is accepted. That is the hardest case for unlock_1000 and unlock_10000, and the
easiest for keepassxc.

`desktop` runs released programs on a screen that nobody looks at, and needs root to ask for the wallet's memory: no other
program of the person may. It is in no test run.

`relay` gives the server with its database one core and the load another one; both databases wait for their disk.

Needs KeePassXC, Xvfb, xdotool, PostgreSQL (Debian packages) and npm, installed when missing. Close what else runs: a busy machine spreads
the times, and the range that is printed with each median shows it.

Examples:
  cargo xtask bench vault
  cargo xtask bench seal --json
  cargo xtask bench vault --repetitions 21
  cargo xtask bench desktop
  cargo xtask bench relay --repetitions 3";

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    /// Opening the vault, and the start of `passerby`
    Vault,
    /// Sealing and opening a release
    Seal,
    /// The window, beside an empty one
    Desktop,
    /// The relay on both databases, beside axum and pgbench
    Relay,
}

/// Measures, and prints what came of it.
pub fn run(checkout: &Checkout, arguments: &Arguments) -> Result<ExitCode> {
    let report = measure(checkout, arguments.what, arguments.repetitions)?;
    if arguments.json {
        println!("{}", report.to_json());
    } else {
        print!("{report}");
    }
    Ok(ExitCode::SUCCESS)
}

/// The stage `bench`: fails when something cannot be measured, never by a time.
pub fn stage(checkout: &Checkout) -> Result<Outcome> {
    for what in [What::Vault, What::Seal] {
        println!("{}", measure(checkout, what, None)?);
    }
    Ok(Outcome::Ran(Tally { passed: 2, failed: 0 }))
}

fn measure(checkout: &Checkout, what: What, repetitions: Option<u32>) -> Result<Report> {
    let usual = repetitions.unwrap_or(USUAL_REPETITIONS);
    match what {
        What::Vault => vault::measure(checkout, usual),
        What::Seal => seal::measure(checkout, usual),
        What::Desktop => desktop::measure(checkout, repetitions.unwrap_or(FEWER_REPETITIONS)),
        What::Relay => relay::measure(checkout, repetitions.unwrap_or(FEWER_REPETITIONS)),
    }
}

/// Builds these targets of a package for release, and says nothing on standard output.
fn build(checkout: &Checkout, package: &str, target: &[&str]) -> Result<()> {
    install::system_parts(checkout, &[&install::C_COMPILER])?;
    let mut arguments = vec!["build", "--release", "--locked", "--package", package];
    arguments.extend(target);
    run_quietly(&mut checkout.cargo(&arguments)).with_context(|| format!("tried to build {package}"))
}

/// What one of our examples printed: one JSON object.
fn ask_example(checkout: &Checkout, example: &str, arguments: &[&str]) -> Result<serde_json::Value> {
    let file = checkout.released(&format!("examples/{example}"));
    let output = checkout.program(&file).args(arguments).output();
    let output = output.with_context(|| format!("tried to start {}", file.display()))?;
    ensure!(output.status.success(), "{example} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    serde_json::from_slice(&output.stdout).with_context(|| format!("tried to read what {example} printed"))
}
