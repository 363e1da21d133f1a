//! The relay's `.deb`, made by Debian's own debhelper from `packaging/relay/debian`: its scripts for users and units are those of every
//! other Debian package, and not ours.
//!
//! ```text
//! cargo build ─▶ a stripped copy ───────────┐
//! its own completions, pages and example ───┼▶ dpkg-buildpackage ─▶ passerby-relay_VERSION_ARCH.deb
//! units, docs/operate, notices ─────────────┘
//! ```

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use super::{Package, Way, find_package};
use crate::{
    checkout::Checkout,
    install::run_quietly,
    notices,
    rust::{self, RELAY},
};

/// For each shell, what its file is called where Debian's packages put it.
const COMPLETIONS: &[(&str, &str)] =
    &[("bash", "passerby-relay"), ("zsh", "_passerby-relay"), ("fish", "passerby-relay.fish")];

/// Builds, and makes it. `version`: another one than the workspace's, for trying an upgrade.
pub fn make(checkout: &Checkout, way: Way, version: Option<&str>) -> Result<Package> {
    let program = build(checkout, way)?;
    let place =
        checkout.target().join("packages").join(if way.debug { "debug" } else { "release" }).join("relay");
    if place.exists() {
        fs::remove_dir_all(&place).with_context(|| format!("tried to empty {}", place.display()))?;
    }
    let source = place.join("source");
    let debian = source.join("debian");
    let packaging = checkout.root().join("packaging/relay");
    copy_folder(&packaging.join("debian"), &debian)?;
    for unit in ["passerby-relay.service", "passerby-relay.socket"] {
        copy(&packaging.join(unit), &debian.join(unit))?;
    }
    copy_folder(&checkout.root().join("docs/operate"), &source.join("operate"))?;
    copy_folder(&packaging.join("monitoring"), &source.join("examples"))?;
    let mut strip = checkout.program("strip");
    run_quietly(strip.arg("--strip-all").arg("-o").arg(source.join(RELAY)).arg(&program))?;
    write_own_texts(checkout, &program, &source)?;
    if way.debug {
        notices::leave_out(&source)?
    } else {
        notices::write(checkout, notices::RELAY, &source)?
    };
    let version = version.map_or_else(|| find_version(checkout), |version| Ok(version.to_owned()))?;
    write_changelog(checkout, &version, &debian)?;

    let mut build = checkout.program("dpkg-buildpackage");
    build.args(["--build=binary", "--no-sign", "--no-check-builddeps"]).current_dir(&source);
    // A package for tests is packed quickly.
    build.env("PACKING", if way.debug { "-Zgzip -z1" } else { "-Zxz" });
    run_quietly(&mut build).context("tried to make the relay's package")?;
    find_package(&place, "deb")
}

fn build(checkout: &Checkout, way: Way) -> Result<PathBuf> {
    if way.debug {
        rust::build(checkout, &[RELAY])?;
        return Ok(checkout.built(RELAY));
    }
    rust::build_released_relay(checkout, way.auditable)?;
    Ok(checkout.released(RELAY))
}

/// What the program says of itself: completions, manual pages, and a configuration with all its comments.
fn write_own_texts(checkout: &Checkout, program: &Path, source: &Path) -> Result<()> {
    let completions = source.join("completions");
    fs::create_dir_all(&completions).context("tried to make a folder for completions")?;
    for (shell, name) in COMPLETIONS {
        let output = checkout.program(program).args(["completions", shell]).output();
        let output = output.with_context(|| format!("tried to start {}", program.display()))?;
        ensure!(output.status.success() && !output.stdout.is_empty(), "there are no completions for {shell}");
        fs::write(completions.join(name), output.stdout).context("tried to write completions")?;
    }
    run_quietly(checkout.program(program).arg("man").arg(source.join("man")))?;
    let made = tempfile::tempdir().context("tried to make a folder for an example")?;
    let mut init = checkout.program(program);
    init.args(["init", "--issuer", "https://relay.example", "--dir"]).arg(made.path());
    run_quietly(&mut init)?;
    copy(&made.path().join("relay.toml"), &source.join("examples/relay.toml"))
}

/// The version of the workspace, as Debian compares them: `0.2.0-rc.1` comes before `0.2.0`.
fn find_version(checkout: &Checkout) -> Result<String> {
    let text = fs::read_to_string(checkout.root().join("Cargo.toml")).context("tried to read Cargo.toml")?;
    let table: toml::Table = text.parse().context("tried to read Cargo.toml")?;
    let version = table["workspace"]["package"]["version"].as_str().context("Cargo.toml names no version")?;
    Ok(version.replace('-', "~"))
}

/// Debian's tools take version and date from here. The date is that of the commit, so that the same sources make the same package.
fn write_changelog(checkout: &Checkout, version: &str, debian: &Path) -> Result<()> {
    let ask = |program: &str, arguments: &[&str]| -> Option<String> {
        let output = checkout.program(program).args(arguments).output().ok()?;
        let said = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        (output.status.success() && !said.is_empty()).then_some(said)
    };
    let date = ask("git", &["log", "-1", "--format=%cD"]).or_else(|| ask("date", &["-R"]));
    let date = date.context("nobody says what day it is")?;
    let text = format!(
        "passerby-relay ({version}) unstable; urgency=medium\n\n  * See CHANGELOG.md in the sources.\n\n -- The Passerby contributors <noreply@passerby.invalid>  {date}\n"
    );
    fs::write(debian.join("changelog"), text).context("tried to write the package's changelog")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("tried to copy {}", from.display()))?;
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let wrong = || format!("tried to copy {}", from.display());
    fs::create_dir_all(to).with_context(wrong)?;
    for entry in fs::read_dir(from).with_context(wrong)? {
        let path = entry.with_context(wrong)?.path();
        let to = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() { copy_folder(&path, &to)? } else { copy(&path, &to)? }
    }
    Ok(())
}
