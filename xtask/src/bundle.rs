//! `cargo xtask bundle`: the packages for Linux. The wallet's `.deb` and `.rpm` are made by Tauri's own program from a build that this one makes;
//! the relay's `.deb` is [`relay`]'s.
//!
//! ```text
//! cargo build ─▶ a stripped copy ─┬▶ tauri bundle ─▶ .deb (packed anew), .rpm
//! the libraries' notices ─────────┘
//! ```
//!
//! A copy, because Tauri writes into the program what kind of package it is in: cargo's own stays as cargo left it. The terminal's
//! wallet is not in it: it would double what people download. What it must
//! never do: fetch a tool that is not in `ui/package-lock.json`. An `AppImage` needs such a tool, and is made on the forge.

pub mod relay;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::{
    checkout::Checkout,
    icons,
    install::{self, run_quietly},
    needs::{self, Needs},
    notices,
    rust::{self, OPEN, WINDOW},
    stage::Outcome,
    tally::Tally,
};

/// Make the packages for Linux.
#[derive(clap::Args)]
pub struct Arguments {
    /// From the build that the tests use: quick, large, and not for people.
    #[arg(long)]
    debug: bool,
    /// Have the programs carry the list of what is in them, by cargo-auditable, which must be installed.
    #[arg(long, conflicts_with = "debug")]
    auditable: bool,
    /// An `AppImage` too. Fetches the tools for it from their makers.
    #[arg(long, conflicts_with = "debug")]
    appimage: bool,
}

/// How packages are made.
#[derive(Clone, Copy, Default)]
pub struct Way {
    /// From the build that the tests use, and not one for people.
    pub debug: bool,
    /// With the list of what is in them.
    pub auditable: bool,
    /// An `AppImage` too.
    pub appimage: bool,
}

/// What it needs of the system.
pub const NEEDS: &[Needs] = &[needs::COMPILER, needs::SCRIPTS, needs::WINDOW, needs::DEB];

/// The largest package of a release, in bytes.
const LARGEST_DEB: u64 = 12_000_000;

/// A package that was made.
pub struct Package {
    pub file: PathBuf,
    /// In bytes.
    pub size: u64,
    /// In hexadecimal digits.
    pub sha256: String,
}

/// Makes them, and says where they are.
pub fn run(checkout: &Checkout, arguments: &Arguments) -> Result<ExitCode> {
    install::system_parts(checkout, &NEEDS.concat())?;
    let Arguments { debug, auditable, appimage } = *arguments;
    let way = Way { debug, auditable, appimage };
    let mut packages = make(checkout, way)?;
    packages.push(relay::make(checkout, way, None)?);
    for package in packages {
        println!("{}\n  {} bytes, SHA-256 {}", package.file.display(), package.size, package.sha256);
    }
    Ok(ExitCode::SUCCESS)
}

/// The stage: those of a release, and whether they are as small as they are to be.
pub fn stage(checkout: &Checkout) -> Result<Outcome> {
    let mut tally = Tally::default();
    let mut packages = make(checkout, Way::default())?;
    packages.push(relay::make(checkout, Way::default(), None)?);
    for package in packages {
        let fits = package.size <= LARGEST_DEB;
        eprintln!("  {} bytes  {}", package.size, package.file.display());
        if !fits {
            eprintln!("  FAILED: that is more than {LARGEST_DEB}");
        }
        tally += Tally::one(fits);
    }
    Ok(Outcome::Ran(tally))
}

/// Builds, and makes the `.deb`, the `.rpm` and what else was asked for, in this order.
pub fn make(checkout: &Checkout, way: Way) -> Result<Vec<Package>> {
    build(checkout, way)?;
    let profile = if way.debug { "debug" } else { "release" };
    let target = checkout.target().join("packages");
    let place = target.join(profile);
    // Whatever was made before is gone, so that nothing old is taken for new.
    if place.exists() {
        fs::remove_dir_all(&place).with_context(|| format!("tried to empty {}", place.display()))?;
    }
    fs::create_dir_all(&place).with_context(|| format!("tried to make {}", place.display()))?;
    for program in [WINDOW, OPEN] {
        let built = if way.debug { checkout.built(program) } else { checkout.released(program) };
        let mut strip = checkout.program("strip");
        strip.arg("--strip-all").arg("-o").arg(place.join(program)).arg(built);
        run_quietly(&mut strip)?;
    }
    let about = checkout.root().join("src-tauri/tauri.conf.json");
    let text = fs::read_to_string(&about).with_context(|| format!("tried to read {}", about.display()))?;
    let conf: Value = serde_json::from_str(&text).context("tried to read tauri.conf.json")?;
    let libc = find_libc(checkout, &place)?;
    let notices = if way.debug {
        notices::leave_out(&place)?
    } else {
        notices::write(checkout, notices::WALLET, &place)?
    };

    let mut tauri = checkout.program(checkout.root().join(icons::TAURI));
    let kinds: &[(&str, &str)] = &[("deb", "deb"), ("rpm", "rpm"), ("appimage", "AppImage")];
    let kinds = if way.appimage { kinds } else { &kinds[..2] };
    let named: Vec<_> = kinds.iter().map(|(kind, _)| *kind).collect();
    tauri.args(["bundle", "--ci", "--no-sign", "--bundles", &named.join(","), "--config"]);
    tauri.arg(additions(&conf, &libc, &notices, way.debug)?.to_string());
    if way.debug {
        tauri.arg("--debug");
    }
    tauri.current_dir(checkout.root().join("src-tauri")).env("CARGO_TARGET_DIR", &target);
    run_quietly(&mut tauri).context("tried to make the packages")?;
    if !way.debug {
        pack_smaller(checkout, &find_package(&place.join("bundle/deb"), "deb")?.file)?;
    }
    kinds.iter().map(|(kind, end)| find_package(&place.join("bundle").join(kind), end)).collect()
}

/// The window's programs.
fn build(checkout: &Checkout, way: Way) -> Result<()> {
    if way.debug {
        return rust::build(checkout, &[WINDOW, OPEN]);
    }
    rust::build_released(checkout, way.auditable)
}

/// Packs a `.deb` as Debian packs its own (xz): Tauri's way leaves it half as large again.
fn pack_smaller(checkout: &Checkout, deb: &Path) -> Result<()> {
    let content = tempfile::tempdir().context("tried to make a folder for a package")?;
    let inside = content.path().join("deb");
    run_quietly(checkout.program("dpkg-deb").arg("--raw-extract").arg(deb).arg(&inside))?;
    let mut pack = checkout.program("dpkg-deb");
    pack.args(["-Zxz", "--root-owner-group", "--build"]).arg(&inside).arg(deb);
    run_quietly(&mut pack)
}

/// What is added to `tauri.conf.json`: what only a build knows.
fn additions(conf: &Value, libc: &str, notices: &Path, debug: bool) -> Result<Value> {
    let with = |kind: &str, one: String| -> Result<Value> {
        let mut all = conf["bundle"]["linux"][kind]["depends"]
            .as_array()
            .with_context(|| format!("tauri.conf.json names nothing that a .{kind} depends on"))?
            .clone();
        all.push(Value::String(one));
        Ok(Value::Array(all))
    };
    let (deb, rpm) =
        (with("deb", format!("libc6 (>= {libc})"))?, with("rpm", format!("libc.so.6(GLIBC_{libc})(64bit)"))?);
    let files = json!({ format!("/usr/share/doc/passerby/{}", notices::NAME): notices });
    let mut rpm = json!({ "depends": rpm, "files": files });
    if !debug {
        rpm["compression"] = json!({ "type": "xz", "level": 6 });
    }
    Ok(
        json!({ "bundle": { "linux": { "deb": { "depends": deb, "files": files }, "rpm": rpm, "appimage": { "files": files } } } }),
    )
}

/// The oldest C library that has all the program calls, such as `2.34`: on an older one it would be installed and not start.
fn find_libc(checkout: &Checkout, place: &Path) -> Result<String> {
    let mut objdump = checkout.program("objdump");
    let output = objdump.arg("-T").arg(place.join(WINDOW)).output().context("tried to start objdump")?;
    let newest = newest_libc(&String::from_utf8_lossy(&output.stdout));
    if !output.status.success() || newest.is_empty() {
        bail!("the program names no version of the C library");
    }
    Ok(newest.iter().map(u32::to_string).collect::<Vec<_>>().join("."))
}

fn newest_libc(symbols: &str) -> Vec<u32> {
    let versions = symbols.split("GLIBC_").skip(1).map(|after| {
        let end = after.find(|one: char| !one.is_ascii_digit() && one != '.').unwrap_or(after.len());
        after[..end].split('.').map_while(|part| part.parse().ok()).collect::<Vec<u32>>()
    });
    versions.max().unwrap_or_default()
}

fn find_package(folder: &Path, end: &str) -> Result<Package> {
    let wrong = || format!("tried to look into {}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(wrong)? {
        let path = entry.with_context(wrong)?.path();
        if path.is_file() && path.extension().is_some_and(|one| one == end) {
            found.push(path);
        }
    }
    ensure!(found.len() == 1, "{} .{end} were made, and not one", found.len());
    let file = found.remove(0);
    let size = file.metadata().with_context(wrong)?.len();
    let output = Command::new("sha256sum").arg(&file).output().context("tried to start sha256sum")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let sha256 = said.trim_start_matches('\\').chars().take(64).collect::<String>();
    ensure!(
        output.status.success() && sha256.len() == 64 && sha256.bytes().all(|one| one.is_ascii_hexdigit()),
        "sha256sum does not read {}",
        file.display()
    );
    Ok(Package { file, size, sha256 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_library_that_is_called_is_found() {
        let symbols =
            "0 DF *UND* 0 (GLIBC_2.2.5) getenv\n0 DF *UND* 0 (GLIBC_2.34) dlopen\n0 DF *UND* 0 (GLIBC_2.4) x";
        assert_eq!(newest_libc(symbols), [2, 34]);
        assert_eq!(newest_libc("nothing"), Vec::<u32>::new());
    }

    #[test]
    fn what_the_file_names_is_still_named() {
        let conf =
            json!({ "bundle": { "linux": { "deb": { "depends": ["a"] }, "rpm": { "depends": [] } } } });
        let notices = Path::new("/made/notices");
        let added = additions(&conf, "2.34", notices, false).unwrap();
        for kind in ["deb", "rpm", "appimage"] {
            let files = &added["bundle"]["linux"][kind]["files"];
            assert_eq!(files["/usr/share/doc/passerby/THIRD-PARTY-NOTICES.txt"], "/made/notices", "{kind}");
        }
        assert_eq!(added["bundle"]["linux"]["deb"]["depends"], json!(["a", "libc6 (>= 2.34)"]));
        assert_eq!(added["bundle"]["linux"]["rpm"]["compression"]["type"], "xz");
        assert!(additions(&json!({}), "2.34", notices, true).is_err());
    }

    #[test]
    fn a_package_is_taken_only_if_there_is_one() {
        let folder = tempfile::tempdir().unwrap();
        assert!(find_package(folder.path(), "deb").is_err());
        fs::write(folder.path().join("a.deb"), "abc").unwrap();
        let package = find_package(folder.path(), "deb").unwrap();
        assert_eq!(package.size, 3);
        assert!(package.sha256.starts_with("ba7816bf8f01cfea"), "FIPS 180-4, its first example");
        fs::write(folder.path().join("b.deb"), "").unwrap();
        assert!(find_package(folder.path(), "deb").is_err());
    }
}
