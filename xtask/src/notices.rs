//! The notices of the libraries: one file with the licences' texts of everybody whose code is in a program.
//!
//! ```text
//! cargo-about (crates, for this kind of computer) ──────────────┐
//! ui/scripts/notices.js (the window's files, for the wallet) ───┴▶ one file
//! ```
//!
//! Which licences may be in it says `deny.toml`, and nothing else. What it must never do: ask the network for a text; leave out
//! whoever has none.

mod texts;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use toml::Table;

use self::texts::{add_part, crates_by_text, packages_by_text};
use crate::{
    checkout::Checkout,
    install::{self, CARGO_ABOUT, run_quietly},
    window,
};

/// What the file is called in packages.
pub const NAME: &str = "THIRD-PARTY-NOTICES.txt";

/// Says at the top what is in the file, and what is not.
const HEAD: &str = "\
Notices of the libraries inside Passerby
========================================

Passerby itself is under Apache-2.0 or MIT, as you like; both texts are beside this file. Inside its program is code of others,
under licences of their own. Each text stands here once, behind the names of those it is for:

1. crates of Rust that the program is made of, with the C inside some of them (SQLite, AWS-LC); some only helped to make it;
2. packages of npm whose code is in the window's files.

Where others let one choose between licences, one is named, or all where a text is for all. The sources are in the public registries
of Rust and of npm, under the names and versions given here, and none was changed; MPL-2.0 has us say so. Rust's standard library is
in the program, too: it is under Apache-2.0 or MIT, and what it is made of stands in COPYRIGHT-library.html of each Rust. What the
program only uses where it is installed, such as WebKitGTK, GTK and the C library, is not in it; your system has notices of its own.
";

/// The same for the relay.
const RELAY_HEAD: &str = "\
Notices of the libraries inside the Passerby relay
==================================================

The relay itself is under Apache-2.0 or MIT, as you like; see the file copyright beside this one. Inside its program is code of others,
under licences of their own. Each text stands here once, behind the names of those it is for: crates of Rust that the program is made of,
with the C inside some of them (SQLite, AWS-LC); some only helped to make it.

Where others let one choose between licences, one is named, or all where a text is for all. The sources are in the public registry
of Rust, under the names and versions given here, and none was changed; MPL-2.0 has us say so. Rust's standard library is in the
program, too: it is under Apache-2.0 or MIT, and what it is made of stands in COPYRIGHT-library.html of each Rust.
";

/// What notices are of.
#[derive(Clone, Copy)]
pub struct Program {
    /// The crate that it is built from, and its features.
    manifest: &'static str,
    features: &'static [&'static str],
    has_window: bool,
    head: &'static str,
    /// A few that are in every one of these programs.
    certain: &'static [&'static str],
}

/// The wallet with its window.
pub const WALLET: Program = Program {
    manifest: "src-tauri/Cargo.toml",
    features: &["--features", "custom-protocol"],
    has_window: true,
    head: HEAD,
    certain: &[
        "tauri",
        "x25519-dalek",
        "hpke",
        "aws-lc-sys",
        "libsqlite3-sys",
        "svelte",
        "bits-ui",
        "tailwindcss",
    ],
};
/// The relay.
pub const RELAY: Program = Program {
    manifest: "crates/relay/Cargo.toml",
    features: &[],
    has_window: false,
    head: RELAY_HEAD,
    certain: &["axum", "tokio", "aws-lc-sys", "libsqlite3-sys", "sqlx-postgres"],
};

/// Writes the file into this folder, and says where it is.
pub fn write(checkout: &Checkout, program: Program, folder: &Path) -> Result<PathBuf> {
    let allowed = read_allowed(checkout)?;
    let crates = ask_about_crates(checkout, program, folder, &allowed).context("tried to list the crates")?;
    let mut text = program.head.to_owned();
    add_part(&mut text, "1. Crates of Rust", &crates_by_text(&crates)?);
    if program.has_window {
        let packages = ask_about_packages(checkout).context("tried to list the packages of npm")?;
        add_part(&mut text, "2. Packages of npm", &packages_by_text(&packages, &allowed)?);
    }
    judge(&text, program)?;
    let file = folder.join(NAME);
    fs::write(&file, text).with_context(|| format!("tried to write {}", file.display()))?;
    Ok(file)
}

/// Writes what stands in their place in a package for tests, which is not given to anybody: to collect them takes minutes where
/// it was never done.
pub fn leave_out(folder: &Path) -> Result<PathBuf> {
    let file = folder.join(NAME);
    fs::write(
        &file,
        "This package is for tests only. The notices of the libraries are in a release's packages.\n",
    )
    .with_context(|| format!("tried to write {}", file.display()))?;
    Ok(file)
}

/// Whether a few that are certainly in the program stand in the file.
fn judge(text: &str, program: Program) -> Result<()> {
    for name in program.certain {
        let begin = format!("* {name} ");
        ensure!(text.lines().any(|line| line.starts_with(&begin)), "nothing is said of {name}");
    }
    Ok(())
}

/// The licences that may be in the program: the one list.
fn read_allowed(checkout: &Checkout) -> Result<Vec<String>> {
    let text = fs::read_to_string(checkout.root().join("deny.toml")).context("tried to read deny.toml")?;
    let table: Table = text.parse().context("tried to read deny.toml")?;
    let list = table.get("licenses").and_then(|part| part.get("allow")).and_then(toml::Value::as_array);
    list.context("deny.toml allows no licence")?
        .iter()
        .map(|one| one.as_str().map(str::to_owned).context("deny.toml names a licence that is no text"))
        .collect()
}

fn ask_about_crates(
    checkout: &Checkout,
    program: Program,
    folder: &Path,
    allowed: &[String],
) -> Result<Value> {
    install::tool(checkout, &CARGO_ABOUT)?;
    let mut about = Table::new();
    // A crate's own files, and not each of its sources: that takes minutes, and those who wrote parts of them are named above.
    about.insert("max-depth".into(), 1.into());
    about.insert("accepted".into(), allowed.to_vec().into());
    about.insert("targets".into(), vec![find_own_system(checkout)?].into());
    for name in ["ignore-build-dependencies", "ignore-dev-dependencies"] {
        about.insert(name.into(), true.into());
    }
    about.insert("private".into(), Table::from_iter([("ignore".to_owned(), true.into())]).into());
    let (config, said) = (folder.join("about.toml"), folder.join("about.json"));
    fs::write(&config, about.to_string()).with_context(|| format!("tried to write {}", config.display()))?;
    // Whatever the lock file names; after that nobody needs the network.
    run_quietly(&mut checkout.cargo(&["fetch", "--locked", "--quiet"]))?;
    let mut cargo = checkout.cargo(&["about", "generate", "--frozen", "--fail", "--format", "json"]);
    cargo.args(program.features).args(["--manifest-path", program.manifest]);
    cargo.arg("--config").arg(&config).arg("--output-file").arg(&said);
    run_quietly(&mut cargo)?;
    let text = fs::read_to_string(&said).with_context(|| format!("tried to read {}", said.display()))?;
    serde_json::from_str(&text).context("tried to read what cargo-about says")
}

/// The kind of computer that this one is, as the compiler calls it.
fn find_own_system(checkout: &Checkout) -> Result<String> {
    let said = listen(checkout.program("rustc").arg("-vV"))?;
    let own = said.lines().find_map(|line| line.strip_prefix("host: "));
    own.map(str::to_owned).context("the compiler does not say for which computer it is")
}

fn ask_about_packages(checkout: &Checkout) -> Result<Value> {
    window::build(checkout)?;
    let mut node = checkout.program("node");
    node.arg("scripts/notices.js").current_dir(checkout.root().join(window::FOLDER));
    serde_json::from_str(&listen(&mut node)?).context("tried to read what the window's build says")
}

/// What a program writes that is to end well.
fn listen(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("tried to start {name}"))?;
    if !output.status.success() {
        bail!("{name} ended with {}:\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8(output.stdout).with_context(|| format!("{name} writes what is no text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_the_best_known_is_no_file() {
        for program in [WALLET, RELAY] {
            let whole: Vec<_> = program.certain.iter().map(|name| format!("* {name} 1.0.0")).collect();
            judge(&whole.join("\n"), program).unwrap();
            let less = judge(&whole[1..].join("\n"), program).unwrap_err();
            assert!(less.to_string().contains(program.certain[0]));
        }
    }

    #[test]
    fn the_allowed_licences_are_those_of_the_one_list() {
        let allowed = read_allowed(&Checkout::find().unwrap()).unwrap();
        assert!(
            allowed.iter().any(|one| one == "MPL-2.0") && !allowed.iter().any(|one| one.contains("GPL-"))
        );
    }
}
