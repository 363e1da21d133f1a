//! `cargo xtask bench desktop`: the window, beside an empty one that Tauri opens with the same web view.
//!
//! Both are released programs as they are, on a screen that nobody looks at, watched and typed at from outside: a program
//! that could be asked for its times would be another one. Each repetition begins with the same wallet, which meets the
//! shop for the first time.

mod eye;
mod visit;

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

use super::{
    ask_example, build, peers,
    report::Report,
    series::Series,
    vault::{Ours, numbered},
};
use crate::{
    checkout::Checkout,
    demo::{Cast, details},
    e2e::{self, Computer, Person, Screen},
    install, npm, rust, window,
};
use eye::Eye;
use visit::{Visit, open_empty};

const EMPTY: &str = "examples/empty_window";
const DERIVE: &str = "bench_unlock";
const FILL: &str = "bench_log";

const COMPUTER: Computer = Computer { language: "en", dark: false };

/// What the wallet holds: the size that the goal for unlocking names.
const DETAILS: usize = 1_000;
const LINES: &str = "10000";

pub fn measure(checkout: &Checkout, repetitions: u32) -> Result<Report> {
    prepare(checkout)?;
    let folder = tempfile::Builder::new().prefix("passerby-bench-").tempdir();
    let folder = folder.context("tried to make a folder for the bench")?;
    let street = folder.path().join("street");
    fs::create_dir(&street).context("tried to make a folder for the shop")?;
    let released = checkout.in_release();
    let cast = Cast::raise(&released, &street, false)?;
    let wallet = fill(checkout, folder.path())?;
    let screen = Screen::start(folder.path())?;
    let eye = Eye::on(screen.pixels())?;
    let person = Person::arrive(&released, &screen, &folder.path().join("anna"), COMPUTER)?;
    let (ours, empty) = (released.built(rust::WINDOW), checkout.released(EMPTY));

    // Once for nothing: whatever the system reads for the first time it reads now.
    open_empty(&person, &eye, &empty, folder.path())?;
    Visit::pay(&person, &eye, &ours, &wallet, &cast, folder.path())?;
    let mut report = Report::begin(checkout)?;
    let mut times = Times::default();
    for _ in 0..repetitions {
        let (paint, memory) = open_empty(&person, &eye, &empty, folder.path())?;
        times.paint_empty.push(paint);
        times.memory_empty.push(memory);
        times.derive.push(derive(checkout)?);
        times.keep(&Visit::pay(&person, &eye, &ours, &wallet, &cast, folder.path())?);
    }
    drop(person);
    cast.leave(false)?;
    times.report(&mut report);
    report.measure("window_bundle", "kB", Some(150.0), bundle(checkout)?);
    report.note(format!(
        "a wallet with {DETAILS} details and {LINES} lines of activity, stretched as little as is accepted"
    ));
    Ok(report)
}

/// The system's parts, and released programs of everybody who takes part.
fn prepare(checkout: &Checkout) -> Result<()> {
    install::system_parts(checkout, &e2e::NEEDS.concat())?;
    npm::install(checkout)?;
    window::build(checkout)?;
    build(checkout, "passerby-vault", &["--example", DERIVE, "--example", FILL])?;
    for program in rust::PROGRAMS {
        let package = if *program == "passerby" { "passerby-cli" } else { program };
        build(checkout, package, &["--bin", program])?;
    }
    // Together, so that both windows stand on the same Tauri.
    let features = ["--features", "custom-protocol,mock-screen", "--example", "empty_window"];
    let windows = [&features[..], &["--bin", rust::WINDOW, "--bin", rust::OPEN]].concat();
    build(checkout, rust::WINDOW, &windows)
}

/// A wallet with as much in it as the goal says, and what the shop asks for.
fn fill(checkout: &Checkout, folder: &Path) -> Result<std::path::PathBuf> {
    let known = details().as_object().cloned().unwrap_or_default();
    let mut all = numbered(DETAILS - known.len());
    all.extend(known);
    let file = Ours::make(checkout, folder.join("filled"), all)?.file();
    ask_example(checkout, FILL, &[&file.to_string_lossy(), peers::PASSPHRASE, LINES])?;
    Ok(file)
}

/// What nobody who unlocks can do without.
fn derive(checkout: &Checkout) -> Result<f64> {
    let said = ask_example(checkout, DERIVE, &["1", peers::PASSPHRASE])?;
    Ok(Series::parse(&said["seconds"]["derive"])?.median())
}

/// What the window's files come to when they are packed.
fn bundle(checkout: &Checkout) -> Result<Series> {
    let mut size = checkout.program("npm");
    size.args(["run", "--silent", "size"]).current_dir(checkout.root().join(window::FOLDER));
    let output = size.output().context("tried to ask how large the window is")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let bytes = said.lines().find_map(|line| line.trim().split_once(" of ")?.0.trim().parse::<f64>().ok());
    let mut series = Series::default();
    series.push(bytes.context("nobody said how large the window is")? / 1_000.0);
    Ok(series)
}

/// One series for each thing, item by item of the same repetition.
#[derive(Default)]
struct Times {
    paint_empty: Series,
    memory_empty: Series,
    derive: Series,
    paint: Series,
    whole: Series,
    memory: Series,
    memory_open: Series,
    unlock: Series,
    second: Series,
    link: Series,
    send: Series,
}

impl Times {
    fn keep(&mut self, visit: &Visit) {
        self.paint.push(visit.paint);
        self.whole.push(visit.whole);
        self.memory.push(visit.memory);
        self.memory_open.push(visit.memory_open);
        self.unlock.push(visit.unlock);
        self.second.push(visit.second);
        self.link.push(visit.link);
        self.send.push(visit.send);
    }

    fn report(self, report: &mut Report) {
        let Self {
            paint_empty,
            memory_empty,
            derive,
            paint,
            whole,
            memory,
            memory_open,
            unlock,
            second,
            link,
            send,
        } = self;
        report.compare("first_paint", Some(1.3), &paint, &paint_empty);
        report.compare("memory", Some(1.25), &memory, &memory_empty);
        report.compare("memory_open", None, &memory_open, &memory_empty);
        report.measure("unlock_beyond_derivation", "ms", Some(150.0), unlock.minus(&derive).times(1e3));
        report.measure("link_to_consent", "ms", Some(150.0), link.times(1e3));
        report.measure("send_to_delivered", "ms", Some(100.0), send.times(1e3));
        for (name, memory) in
            [("memory_locked", memory), ("memory_unlocked", memory_open), ("memory_empty", memory_empty)]
        {
            report.measure(name, "MiB", None, memory);
        }
        for (name, series) in [
            ("first paint, the wallet, locked", paint),
            ("first paint, an empty window", paint_empty),
            ("the wallet, locked, as it stands", whole),
            ("unlock to a list that stands", unlock),
            ("derive a key", derive),
            ("link to a consent that stands", link),
            ("what a click starts, without a link", second),
            ("send to a receipt that stands", send),
        ] {
            report.keep(name, series);
        }
    }
}

/// A wallet's program must not find what another run left: each visit begins with a copy of the filled file.
fn lay_down(wallet: &Path, at: &Path) -> Result<()> {
    let folder = at.parent().context("the wallet stands in no folder")?;
    fs::create_dir_all(folder).with_context(|| format!("tried to create {}", folder.display()))?;
    for entry in fs::read_dir(folder).context("tried to look into the wallet's folder")? {
        let path = entry.context("tried to look into the wallet's folder")?.path();
        fs::remove_file(&path).with_context(|| format!("tried to remove {}", path.display()))?;
    }
    let copied = fs::copy(wallet, at).context("tried to lay down the wallet")?;
    ensure!(copied > 0, "the filled wallet is empty");
    Ok(())
}
