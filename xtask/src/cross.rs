//! `cargo xtask check --cross`: whether the Rust of the wallet would compile for Windows and Macs.
//!
//! ```text
//! Debian's compiler and the standard library's sources ─▶ that library, checked for the other system ─▶ our crates, checked
//! ```
//!
//! No machine of theirs is here, nor their compilers of C, nor their linkers: what is written in C is passed over by a stand-in.
//! So it proves names and types and no more: not that it links, starts, or does what it should. What it must never do: say
//! otherwise; leave a program behind.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::{
    checkout::Checkout,
    needs::{self, Needs},
    stage::Outcome,
    stream,
    tally::Tally,
    window,
};

/// Where Debian puts its compiler: the one that belongs to the sources.
const COMPILER: &str = "/usr/bin/rustc";

/// The other systems, with what the C parts of the dependencies want to be told there.
const SYSTEMS: &[(&str, &[(&str, &str)])] = &[
    // The assembler's work lies ready beside the sources of aws-lc.
    ("x86_64-pc-windows-msvc", &[("AWS_LC_SYS_PREBUILT_NASM", "1")]),
    // There is no folder of Apple's to be asked for.
    ("aarch64-apple-darwin", &[("SDKROOT", "/")]),
];

/// What people are given on those systems.
const PACKAGES: &[&str] = &["passerby-cli", "passerby-desktop"];

/// What it needs of the system.
pub const NEEDS: &[Needs] = &[needs::COMPILER, needs::SCRIPTS, needs::FOREIGN_SYSTEMS];

/// Stands in for a compiler and an archiver of C: passes questions about itself, and files to be read over, on to the one of this
/// system, without what that one has no word for; makes empty files of everything else.
const STAND_IN: &str = r#"#!/bin/sh
for one in "$@"; do
  case $one in -E | --version | -dumpmachine | -print*) asked=yes ;; esac
done
if [ "$asked" ]; then
  left=$#
  while [ "$left" -gt 0 ]; do
    case $1 in -nologo | -MD | -Z7 | -Brepro | -W? | -Xclang) ;; *) set -- "$@" "$1" ;; esac
    shift
    left=$((left - 1))
  done
  exec cc "$@"
fi
while [ $# -gt 0 ]; do
  case $1 in
  -out:* | /out:* | /OUT:*) : >"${1#*:}" ;;
  -o) : >"$2"; shift ;;
  *.a | *.lib) : >"$1" ;;
  esac
  shift
done
"#;

/// Checks all packages for all systems, and says what that proves.
pub fn run(checkout: &Checkout) -> Result<Outcome> {
    ensure!(
        Path::new(COMPILER).is_file(),
        "there is no {COMPILER}; on Debian it comes with the package rustc-web"
    );
    window::build(checkout)?;
    // Always the same place: with another compiler, cargo would begin anew. And a place of its own, or nothing else could be built
    // here for as long as it takes.
    let folder = checkout.target().join("cross");
    fs::create_dir_all(&folder).with_context(|| format!("tried to make {}", folder.display()))?;
    let stand_in = write_stand_in(&folder)?;
    let mut tally = Tally::default();
    for (system, told) in SYSTEMS {
        eprintln!("checking {} for {system}", PACKAGES.join(" and "));
        let mut cargo = check(checkout, system, &stand_in);
        cargo.arg("--target-dir").arg(folder.join("target"));
        cargo.envs(told.iter().copied());
        tally += Tally::one(stream::run(&mut cargo)?.success);
    }
    println!("This proves names and types of the Rust parts, not that they link or run there.");
    Ok(Outcome::Ran(tally))
}

fn write_stand_in(folder: &Path) -> Result<PathBuf> {
    let file = folder.join("compile-nothing");
    fs::write(&file, STAND_IN)
        .and_then(|()| fs::set_permissions(&file, fs::Permissions::from_mode(0o755)))
        .with_context(|| format!("tried to write {}", file.display()))?;
    Ok(file)
}

fn check(checkout: &Checkout, system: &str, stand_in: &Path) -> Command {
    let mut cargo =
        checkout.cargo(&["check", "--locked", "--quiet", "-Zbuild-std=std,panic_unwind", "--target", system]);
    cargo.args(PACKAGES.iter().flat_map(|package| ["-p", package]));
    cargo.args(["--features", "passerby-desktop/custom-protocol"]);
    // Building the standard library is not for everybody's use, and the compiler wants to hear that this is known.
    cargo.env("RUSTC", COMPILER).env("RUSTC_BOOTSTRAP", "1");
    let variable = system.replace('-', "_");
    for program in ["CC", "CXX", "AR"] {
        cargo.env(format!("{program}_{variable}"), stand_in);
    }
    cargo
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stand_in_makes_what_it_is_asked_for_and_answers_for_itself() {
        let folder = tempfile::tempdir().unwrap();
        let stand_in = write_stand_in(folder.path()).unwrap();
        let run = |arguments: &[&str]| {
            Command::new(&stand_in).args(arguments).current_dir(folder.path()).output().unwrap()
        };
        for (arguments, made) in [
            (&["-c", "a.c", "-o", "a.o"][..], "a.o"),
            (&["-out:b.lib", "-nologo", "a.o"], "b.lib"),
            (&["cq", "libc.a", "a.o"], "libc.a"),
        ] {
            assert!(run(arguments).status.success());
            assert_eq!(fs::read(folder.path().join(made)).unwrap(), b"", "{made}");
        }
        fs::write(folder.path().join("a.rc"), "ICON").unwrap();
        let read = run(&["-nologo", "-MD", "-Z7", "-W4", "-DICON=32512", "-Xclang", "-xc", "-E", "a.rc"]);
        assert!(String::from_utf8_lossy(&read.stdout).contains("32512"));
    }
}
