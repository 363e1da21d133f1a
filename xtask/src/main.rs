//! The developer's verbs. Everything that is done to this repository by hand, by a script or by a build machine is
//! one of these, so that all of them do the same thing.
//!
//! Kept small on purpose: it is the first thing that is compiled on a new machine. It starts cargo, npm and the
//! programs of the project; it never links them.
//!
//! Exit codes: 0 all is well, 1 something failed, 2 the command line was not understood, 3 a package is missing that
//! only root can install (the line to run is printed).

mod bench;
mod bundle;
mod check;
mod checkout;
mod cross;
mod demo;
mod demo_check;
mod e2e;
mod fuzz;
mod generate;
mod icons;
mod install;
mod interop;
mod machine;
mod monitoring;
mod needs;
mod notices;
mod npm;
mod package;
mod postgres;
mod process;
mod python;
mod relay_package;
mod rust;
mod snapshot;
mod stage;
mod stream;
mod tally;
mod test;
mod window;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{checkout::Checkout, install::NeedsRoot};

/// The developer's verbs of Passerby.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

const AFTER_HELP: &str = "\
The build cache is outside the checkout: $CARGO_TARGET_DIR, or else passerby/target in the user's cache folder.

Exit codes: 0 all is well; 1 something failed; 2 the command line was not understood;
3 a package is missing that only root can install (the line to run is printed).";

#[derive(Subcommand)]
enum Verb {
    /// Walk through the whole story with real programs: a shop asks, a person agrees, the packing page opens.
    Demo(demo::Arguments),
    /// Install what is missing and run every test; the last line is `N passed, N failed`.
    Test(test::Arguments),
    /// The fast part of `test`: format, lints, walls, licences, spelling, docs, generated files.
    Check(check::Arguments),
    /// Measure what has a goal: unlocking, sealing, starting; never a test.
    Bench(bench::Arguments),
    /// Tell stories in the real window, on a screen that nobody looks at.
    E2e(e2e::Arguments),
    /// Make the packages for Linux: the wallet's `.deb` and `.rpm`, and the relay's `.deb`.
    Bundle(bundle::Arguments),
    /// Run a command beside a private PostgreSQL server, for the tests that need one.
    Postgres(postgres::Arguments),
    /// Write the generated files anew: checked queries, the API description, what the window may ask for, icons.
    Generate(generate::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = Checkout::find().and_then(|checkout| match arguments.verb {
        Verb::Demo(arguments) => demo::run(&checkout, &arguments),
        Verb::Test(arguments) => test::run(&checkout, &arguments),
        Verb::Check(arguments) => check::run(&checkout, &arguments),
        Verb::Bench(arguments) => bench::run(&checkout, &arguments),
        Verb::E2e(arguments) => e2e::run(&checkout, &arguments),
        Verb::Bundle(arguments) => bundle::run(&checkout, &arguments),
        Verb::Postgres(arguments) => postgres::run(&checkout, &arguments),
        Verb::Generate(arguments) => generate::run(&checkout, &arguments),
    });
    match outcome {
        Ok(code) => code,
        Err(error) if error.is::<NeedsRoot>() => {
            eprintln!("{error}");
            ExitCode::from(3)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Arguments::command().debug_assert();
    }
}
