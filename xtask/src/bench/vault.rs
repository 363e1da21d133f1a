//! `cargo xtask bench vault`: unlocking, beside the derivation that it cannot do without; and the program, beside two
//! that people know.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};

use super::{
    ask_example, build,
    peers::{self, Bitwarden, KeePass},
    report::Report,
    series::Series,
};
use crate::checkout::Checkout;

const EXAMPLE: &str = "bench_unlock";

pub fn measure(checkout: &Checkout, repetitions: u32) -> Result<Report> {
    let bitwarden = Bitwarden::install(checkout)?;
    build(checkout, "passerby-vault", &["--example", EXAMPLE])?;
    build(checkout, "passerby-cli", &["--bin", "passerby"])?;
    let folder = tempfile::tempdir().context("tried to make a folder for the bench")?;
    let small = Ours::make(checkout, folder.path().join("small"), numbered(1_000))?;
    let large = Ours::make(checkout, folder.path().join("large"), numbered(10_000))?;
    let mut report = Report::begin(checkout)?;
    report.note("stretching: 64 MiB, 3 passes, 4 lanes, the least that is accepted".to_owned());
    unlock(checkout, &mut report, [&small, &large], repetitions)?;
    show(checkout, &mut report, &small, folder.path(), repetitions)?;
    start(checkout, &mut report, &bitwarden, repetitions)?;
    Ok(report)
}

/// In one process: from the file and the passphrase to the list of details.
fn unlock(checkout: &Checkout, report: &mut Report, vaults: [&Ours<'_>; 2], repetitions: u32) -> Result<()> {
    let repetitions = repetitions.to_string();
    let [small, large] = vaults.map(|vault| vault.file().to_string_lossy().into_owned());
    let said = ask_example(checkout, EXAMPLE, &[&repetitions, peers::PASSPHRASE, &small, &large])?;
    let derive = Series::parse(&said["seconds"]["derive"])?;
    for (size, goal) in [("1000", 1.3), ("10000", 1.6)] {
        let series = Series::parse(&said["seconds"][size])
            .with_context(|| format!("the vault with {size} details was not listed whole"))?;
        report.compare(format!("unlock_{size}"), Some(goal), &series, &derive);
        report.keep(format!("unlock, {size} details"), series);
    }
    report.keep("derive a key", derive);
    Ok(())
}

/// Whole programs: one detail of a thousand is shown.
fn show(
    checkout: &Checkout,
    report: &mut Report,
    vault: &Ours<'_>,
    folder: &Path,
    repetitions: u32,
) -> Result<()> {
    let keepass = KeePass::make(checkout, folder)?;
    let (mut ours, mut theirs) = (Series::default(), Series::default());
    for _ in 0..repetitions {
        keepass.show(&mut theirs)?;
        ours.run(vault.command().args(["show", "detail_00500"]), "")?;
    }
    report.compare("keepassxc", Some(0.3), &ours, &theirs);
    report.keep("keepassxc-cli show, set to 1 s", theirs);
    report.keep("passerby show", ours);
    Ok(())
}

/// Whole programs, doing nothing.
fn start(checkout: &Checkout, report: &mut Report, bitwarden: &Bitwarden, repetitions: u32) -> Result<()> {
    let (mut ours, mut theirs) = (Series::default(), Series::default());
    for _ in 0..repetitions {
        theirs.run(&mut bitwarden.say_version(checkout), "")?;
        ours.run(checkout.program(checkout.released("passerby")).arg("--version"), "")?;
    }
    report.compare("cli_start", Some(0.05), &ours, &theirs);
    report.keep("bw --version", theirs);
    report.keep("passerby --version", ours);
    Ok(())
}

/// This many made-up details.
pub fn numbered(details: usize) -> Map<String, Value> {
    (0..details)
        .map(|n| (format!("detail_{n:05}"), format!("Long Lane {n}, 01234 Anywhere").into()))
        .collect()
}

/// A vault that the real program made.
pub struct Ours<'a> {
    checkout: &'a Checkout,
    folder: PathBuf,
}

impl<'a> Ours<'a> {
    /// Makes one with these details in it, stretched as little as is accepted.
    pub fn make(checkout: &'a Checkout, folder: PathBuf, details: Map<String, Value>) -> Result<Self> {
        fs::create_dir_all(&folder).with_context(|| format!("tried to create {}", folder.display()))?;
        let write = |name: &str, text: String| {
            fs::write(folder.join(name), text).with_context(|| format!("tried to write {name}"))
        };
        write("passphrase", format!("{}\n", peers::PASSPHRASE))?;
        write("details.json", Value::Object(details).to_string())?;
        let ours = Self { checkout, folder };
        let details = ours.folder.join("details.json");
        for arguments in
            [&["init", "--stretching", "least"][..], &["set", "--file", &details.to_string_lossy()]]
        {
            let output = ours.command().args(arguments).output().context("tried to start passerby")?;
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().last().unwrap_or_default();
            ensure!(output.status.success(), "passerby {} failed: {last}", arguments[0]);
        }
        Ok(ours)
    }

    pub fn file(&self) -> PathBuf {
        self.folder.join("vault.db")
    }

    fn command(&self) -> Command {
        let mut command = self.checkout.program(self.checkout.released("passerby"));
        command.arg("--vault").arg(self.file());
        command.arg("--passphrase-file").arg(self.folder.join("passphrase"));
        command
    }
}
