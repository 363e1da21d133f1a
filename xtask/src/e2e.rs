//! `cargo xtask e2e`: stories in the real window. The program as it is, on a screen that nobody looks at, with a keyring, a
//! relay and a shop of its own; driven from outside by WebKit's own driver, as a person would: by what stands on it.
//!
//! A story tells each step with the texts of `ui/messages`, so that a text that is gone is found by name.

pub mod driver;
mod eyes;
mod file_dialog;
mod hands;
pub mod person;
pub mod screen;
pub mod stories;
pub mod texts;
mod verifier;

use std::{process::ExitCode, time::Instant};

use anyhow::{Context, Result, bail};

pub use self::{
    person::{Computer, Person},
    screen::{HEIGHT, Screen, WIDTH, wait_for_line},
    stories::{STORIES, Stage},
};
use crate::{
    checkout::Checkout,
    demo::Cast,
    install,
    needs::{self, Needs},
    npm, rust,
    stage::Outcome,
    tally::Tally,
};

/// Stories in the real window.
#[derive(clap::Args)]
pub struct Arguments {
    /// Tell only this story (may be given several times).
    #[arg(long, value_name = "STORY")]
    only: Vec<String>,
    /// Keep the folders of the people of each story, and say where they are.
    #[arg(long)]
    keep: bool,
}

/// Tells the stories that were asked for.
pub fn run(checkout: &Checkout, arguments: &Arguments) -> Result<ExitCode> {
    for name in &arguments.only {
        if !STORIES.iter().any(|story| story.name == name) {
            let names: Vec<_> = STORIES.iter().map(|story| story.name).collect();
            bail!("there is no story `{name}`; there are: {}", names.join(", "));
        }
    }
    install::system_parts(checkout, &NEEDS.concat())?;
    let tally = tell(checkout, &arguments.only, arguments.keep)?;
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The stage: all stories.
pub fn stage(checkout: &Checkout) -> Result<Outcome> {
    Ok(Outcome::Ran(tell(checkout, &[], false)?))
}

/// What the stories need of the system.
pub const NEEDS: &[Needs] = &[needs::COMPILER, needs::SCRIPTS, needs::WINDOW, needs::DESK, needs::DRIVER];

fn tell(checkout: &Checkout, only: &[String], keep: bool) -> Result<Tally> {
    npm::install(checkout)?;
    eprintln!("building the programs");
    let programs: Vec<_> = rust::PROGRAMS.iter().copied().chain([rust::WINDOW, rust::OPEN]).collect();
    rust::build(checkout, &programs)?;
    rust::build_examples(checkout, &[verifier::PROGRAM])?;
    let screens = checkout.target().join("screens");
    std::fs::create_dir_all(&screens).with_context(|| format!("making {}", screens.display()))?;
    let folder = tempfile::Builder::new().prefix("passerby-e2e-").tempdir().context("making a folder")?;
    let place = folder.path().join("street");
    std::fs::create_dir(&place).context("making a folder for the shop")?;
    let cast = Cast::raise(checkout, &place, false)?;
    let screen = Screen::start(folder.path())?;
    let mut tally = Tally::default();
    for story in STORIES.iter().filter(|story| only.is_empty() || only.iter().any(|name| name == story.name))
    {
        let stage =
            Stage { checkout, cast: &cast, screen: &screen, folder: folder.path(), screens: &screens };
        let begun = Instant::now();
        let told = (story.tell)(&stage, story.name);
        match &told {
            Ok(()) => eprintln!("  told      {} in {:.1} s", story.name, begun.elapsed().as_secs_f32()),
            Err(error) => eprintln!("  FAILED    {}: {error:#}", story.name),
        }
        tally += Tally::one(told.is_ok());
    }
    drop(screen);
    cast.leave(false)?;
    eprintln!("pictures: {}", screens.display());
    if keep {
        eprintln!("what the stories left behind: {}", folder.keep().display());
    }
    Ok(tally)
}
