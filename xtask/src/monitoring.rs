//! The stage that hands what the relay brings for other programs to those programs' own tools: alert rules to Prometheus', the Dockerfile to
//! hadolint. That the relay serves what they ask for is a test of the relay.
//!
//! The tool comes in Debian's package of the whole server, which is fetched and unpacked but never installed: nothing is started.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{
    checkout::Checkout,
    install::{self, HADOLINT, run_quietly},
    needs::{self, Needs},
    stage::Outcome,
    stream,
    tally::Tally,
};

/// What it needs of the system.
pub const NEEDS: &[Needs] = &[needs::DEB];

const TOOL: &str = "promtool";

/// Reads the rules, tries each with made-up numbers, and reads the Dockerfile.
pub fn stage(checkout: &Checkout) -> Result<Outcome> {
    let tool = find_tool(checkout)?;
    let mut tally = Tally::default();
    for arguments in [["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]] {
        let mut command = checkout.program(&tool);
        command.args(arguments).current_dir(checkout.root().join("packaging/relay/monitoring"));
        tally += Tally::one(stream::run(&mut command)?.success);
    }
    install::tool(checkout, &HADOLINT)?;
    let mut hadolint = checkout.program("hadolint");
    tally += Tally::one(stream::run(hadolint.arg("packaging/relay/Dockerfile"))?.success);
    Ok(Outcome::Ran(tally))
}

/// The one that is installed, or one of our own.
fn find_tool(checkout: &Checkout) -> Result<PathBuf> {
    if let Some(tool) = checkout.find_program(TOOL) {
        return Ok(tool);
    }
    ensure!(
        checkout.find_program("apt-get").is_some(),
        "promtool is missing: it comes with Prometheus, and here there is no apt to fetch it from"
    );
    eprintln!("fetching {TOOL}");
    let folder = tempfile::tempdir().context("tried to make a folder for a package")?;
    // The list of packages may be old: then a new one, which only root may fetch, names one that is still there.
    let download = || {
        let mut apt = checkout.program("apt-get");
        run_quietly(apt.args(["download", "prometheus"]).current_dir(folder.path()))
    };
    download()
        .or_else(|_| run_quietly(checkout.program("apt-get").arg("update")).and_then(|()| download()))?;
    let package = fs::read_dir(folder.path()).context("tried to look for a package")?.next();
    let package = package.context("apt fetched nothing")?.context("tried to look for a package")?.path();
    let inside = folder.path().join("inside");
    run_quietly(checkout.program("dpkg-deb").arg("--extract").arg(&package).arg(&inside))?;
    let bin = checkout.tools().join("bin");
    fs::create_dir_all(&bin).with_context(|| format!("tried to make {}", bin.display()))?;
    // Copied aside and renamed: another run may be executing one.
    let (fresh, place) = (bin.join(format!(".{TOOL}.{}", std::process::id())), bin.join(TOOL));
    fs::copy(inside.join("usr/bin").join(TOOL), &fresh)
        .and_then(|_| fs::rename(&fresh, &place))
        .with_context(|| format!("tried to put {TOOL} into {}", bin.display()))?;
    Ok(place)
}
