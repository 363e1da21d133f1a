//! What comes with the system: programs, libraries to link, a typeface.
//!
//! Only root may ask apt; without root the exact line to run is the answer. Asked for together, so that one line names all.

use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::{run_quietly, said_version};
use crate::checkout::Checkout;

const OLDEST_NODE: u32 = 20;

/// A package only root can install is missing, and this is not root.
#[derive(Debug)]
pub struct NeedsRoot {
    packages: Vec<&'static str>,
    reasons: Vec<String>,
}

impl fmt::Display for NeedsRoot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "missing: {}. On Debian or Ubuntu, run this once:", self.reasons.join(", "))?;
        writeln!(out)?;
        write!(out, "    sudo apt-get update && sudo apt-get install -y {}", self.packages.join(" "))
    }
}

impl std::error::Error for NeedsRoot {}

/// Something that comes with the system.
pub struct SystemPart {
    sign: Sign,
    packages: &'static [&'static str],
    purpose: &'static str,
}

/// How it is seen that it is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// A program of this name can be started.
    Program(&'static str),
    /// This file is below one of the folders where systems keep libraries and what programs share.
    File(&'static str),
    /// A program of this name stands where root's programs are, which may not be on the search path.
    Root(&'static str),
    /// A program of this name belongs to a PostgreSQL server.
    Server(&'static str),
}

const fn program(
    program: &'static str,
    packages: &'static [&'static str],
    purpose: &'static str,
) -> SystemPart {
    SystemPart { sign: Sign::Program(program), packages, purpose }
}

const fn file(file: &'static str, packages: &'static [&'static str], purpose: &'static str) -> SystemPart {
    SystemPart { sign: Sign::File(file), packages, purpose }
}

/// Builds the C parts of SQLite and of the cryptography.
pub const C_COMPILER: SystemPart = program("cc", &["gcc", "libc6-dev"], "a C compiler");
/// Takes out of programs what only a debugger reads, and tells what they call.
pub const BINUTILS: SystemPart = program("objdump", &["binutils"], "binutils");
/// A compiler with the sources of its standard library, which systems that nobody made it for are checked with.
pub const RUST_SOURCES: SystemPart = file(
    "rustlib/src/rust/library/Cargo.lock",
    &["rustc-web", "rust-web-src"],
    "Rust's own sources (rustc-web, rust-web-src)",
);
/// Compiles what Windows shows of a program: its icon and version.
pub const LLVM_RC: SystemPart = program("llvm-rc", &["llvm"], "llvm-rc");
/// Runs the shop's side, and builds the window.
pub const NODE: SystemPart = program("node", &["nodejs"], "Node 20 or newer");
/// Installs the shop's side, and the window's.
pub const NPM: SystemPart = program("npm", &["npm"], "npm");
/// Runs the readers in Python.
pub const PYTHON: SystemPart = program("python3", &["python3", "python3-venv", "python3-pip"], "Python 3");
/// Lays out an empty database for the checked queries.
pub const SQLITE: SystemPart = program("sqlite3", &["sqlite3"], "sqlite3");

/// A database server: one of our own is started for tests, never the system's.
pub const POSTGRESQL: SystemPart =
    SystemPart { sign: Sign::Server("initdb"), packages: &["postgresql"], purpose: "PostgreSQL" };
/// Starts a program as another user, and has it end with this one.
pub const SETPRIV: SystemPart = program("setpriv", &["util-linux"], "setpriv");

/// A wire between two network name spaces.
pub const IPROUTE: SystemPart = program("ip", &["iproute2"], "iproute2");
/// Throws packets away on it. Its program is where only root looks.
pub const NFTABLES: SystemPart =
    SystemPart { sign: Sign::Root("nft"), packages: &["nftables"], purpose: "nftables" };
/// Has a program see another time.
pub const FAKETIME: SystemPart = file("faketime/libfaketimeMT.so.1", &["faketime"], "faketime");

/// What the window is drawn with: its headers, and with them all it is linked to.
pub const WEBKIT: SystemPart =
    file("pkgconfig/webkit2gtk-4.1.pc", &["libwebkit2gtk-4.1-dev"], "WebKitGTK (libwebkit2gtk-4.1-dev)");
/// Finds those headers.
pub const PKG_CONFIG: SystemPart = program("pkg-config", &["pkg-config"], "pkg-config");
/// Drives the window from outside.
pub const WEBKIT_DRIVER: SystemPart = program("WebKitWebDriver", &["webkit2gtk-driver"], "WebKitWebDriver");
/// A screen that nobody looks at.
pub const XVFB: SystemPart = program("Xvfb", &["xvfb", "xauth"], "Xvfb");
/// A keyboard: for dialogs of the system, and for windows that no driver reaches.
pub const XDOTOOL: SystemPart = program("xdotool", &["xdotool"], "xdotool");
/// Reads the clipboard and copies, as another program.
pub const XCLIP: SystemPart = program("xclip", &["xclip"], "xclip");
/// Makes a small disk for one process.
pub const UNSHARE: SystemPart = program("unshare", &["util-linux"], "unshare");
/// The letters of three languages.
pub const TYPEFACE: SystemPart =
    file("fonts/truetype/dejavu/DejaVuSans.ttf", &["fonts-dejavu-core"], "the typeface DejaVu Sans");
/// Says which program opens a link.
pub const XDG_UTILS: SystemPart = program("xdg-mime", &["xdg-utils"], "xdg-utils");
/// Reads what programs say they open.
pub const DESKTOP_FILES: SystemPart =
    program("update-desktop-database", &["desktop-file-utils"], "desktop-file-utils");

/// Asks relays over HTTP/2 and TLS.
pub const CURL: SystemPart = program("curl", &["curl"], "curl");
/// Stands in front of relays. Its program is where only root looks.
pub const NGINX: SystemPart = file("nginx/html/index.html", &["nginx-light"], "nginx");
/// A browser of people, without a screen.
pub const CHROMIUM: SystemPart = program("chromium", &["chromium"], "chromium");
/// Gives relays certificates, in tests.
pub const PEBBLE: SystemPart = program("pebble", &["pebble"], "pebble");
/// Judges the relay's unit.
pub const SYSTEMD: SystemPart = program("systemd-analyze", &["systemd"], "systemd-analyze");

/// Packs programs as Debian does, with its own scripts for users and units.
pub const DEBHELPER: SystemPart = program("dh", &["debhelper"], "debhelper");
/// Judges packages by Debian's rules.
pub const LINTIAN: SystemPart = program("lintian", &["lintian"], "lintian");
/// Enters the copy of this computer that a package is tried in.
pub const NSENTER: SystemPart = program("nsenter", &["util-linux"], "nsenter");
/// Installs a package into a folder.
pub const DPKG: SystemPart = program("dpkg", &["dpkg"], "dpkg");
/// Reads the other kind of package.
pub const RPM: SystemPart = program("rpm", &["rpm"], "rpm");
/// Reads what a package says of itself to shops of programs.
pub const APPSTREAM: SystemPart = program("appstreamcli", &["appstream"], "appstreamcli");
/// A session bus of a test's own.
pub const DBUS: SystemPart = program("dbus-daemon", &["dbus"], "D-Bus");
/// Watches that bus.
pub const DBUS_MONITOR: SystemPart = program("dbus-monitor", &["dbus"], "dbus-monitor");
/// Calls what is on it.
pub const GDBUS: SystemPart = program("gdbus", &["libglib2.0-bin"], "gdbus");
/// Plays the session's and the computer's part on it: logind, as a test tells it to.
pub const DBUS_MOCK: SystemPart =
    file("python3/dist-packages/dbusmock/templates/logind.py", &["python3-dbusmock"], "python3-dbusmock");
/// A keyring to put on it.
pub const GNOME_KEYRING: SystemPart =
    program("gnome-keyring-daemon", &["gnome-keyring"], "a keyring (gnome-keyring-daemon)");
/// Draws icons beside the clock. The window looks for it when it runs.
pub const APPINDICATOR: SystemPart =
    file("libayatana-appindicator3.so.1", &["libayatana-appindicator3-1"], "libayatana-appindicator");
/// What the bench compares the wallet with.
pub const KEEPASSXC: SystemPart = program("keepassxc-cli", &["keepassxc"], "KeePassXC");

/// Installs what is missing of the system's parts, or says which line root has to run.
pub fn system_parts(checkout: &Checkout, wanted: &[&SystemPart]) -> Result<()> {
    let mut missing: Vec<&SystemPart> = Vec::new();
    for one in wanted {
        let known = missing.iter().any(|other| other.sign == one.sign);
        if !known && !is_there(checkout, one.sign) {
            missing.push(one);
        }
    }
    if !missing.is_empty() {
        let packages = without_doubles(missing.iter().flat_map(|one| one.packages.iter().copied()));
        let reasons = missing.iter().map(|one| one.purpose.to_owned()).collect();
        if !is_root() || checkout.find_program("apt-get").is_none() {
            return Err(NeedsRoot { packages, reasons }.into());
        }
        eprintln!("installing {}", packages.join(" "));
        apt(checkout, &["update"])?;
        let mut install = vec!["install", "-y", "--no-install-recommends"];
        install.extend(&packages);
        let no_cluster = NoCluster::begin(&packages)?;
        apt(checkout, &install)?;
        no_cluster.end()?;
    }
    if wanted.iter().any(|one| one.sign == NODE.sign) {
        check_node(checkout)?;
    }
    Ok(())
}

/// While it lasts, Debian's package of PostgreSQL makes and starts no server of its own. Says so in a file that goes again, so that
/// whoever installs another version later gets what they are used to.
struct NoCluster(Option<PathBuf>);

impl NoCluster {
    const FOLDER: &str = "/etc/postgresql-common/createcluster.d";

    fn begin(packages: &[&str]) -> Result<Self> {
        if !packages.contains(&"postgresql") {
            return Ok(Self(None));
        }
        let file = Path::new(Self::FOLDER).join("passerby.conf");
        fs::create_dir_all(Self::FOLDER)
            .and_then(|()| fs::write(&file, "create_main_cluster = false\n"))
            .with_context(|| format!("tried to write {}", file.display()))?;
        Ok(Self(Some(file)))
    }

    fn end(mut self) -> Result<()> {
        match self.0.take() {
            Some(file) => {
                fs::remove_file(&file).with_context(|| format!("tried to remove {}", file.display()))
            }
            None => Ok(()),
        }
    }
}

impl Drop for NoCluster {
    fn drop(&mut self) {
        // Only when the installation failed, which is being told.
        if let Some(file) = self.0.take() {
            drop(fs::remove_file(file));
        }
    }
}

fn without_doubles(packages: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut once = Vec::new();
    for package in packages {
        if !once.contains(&package) {
            once.push(package);
        }
    }
    once
}

fn is_there(checkout: &Checkout, sign: Sign) -> bool {
    match sign {
        Sign::Program(name) => checkout.find_program(name).is_some(),
        Sign::File(name) => find_below(Path::new("/usr"), name).is_some(),
        Sign::Root(name) => {
            ["/usr/sbin", "/sbin"].iter().any(|folder| Path::new(folder).join(name).is_file())
                || checkout.find_program(name).is_some()
        }
        Sign::Server(name) => find_server_program(name).is_ok(),
    }
}

/// Looks where systems keep libraries, with or without a folder for the kind of computer, and what programs share.
fn find_below(system: &Path, name: &str) -> Option<PathBuf> {
    let kinds = fs::read_dir(system.join("lib")).into_iter().flatten().flatten().map(|entry| entry.path());
    let folders = ["lib", "lib64", "share"].map(|folder| system.join(folder)).into_iter().chain(kinds);
    folders.map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// A program of a PostgreSQL server: of the newest version where Debian puts them, or on the search path.
pub fn find_server_program(name: &str) -> Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            let program = entry.path().join("bin").join(name);
            program.is_file().then_some((version, program))
        })
        .collect();
    found.sort();
    let path = env::var_os("PATH").unwrap_or_default();
    let elsewhere = || env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    let found = found.pop().map(|(_, program)| program).or_else(elsewhere);
    found.with_context(|| format!("there is no {name} of PostgreSQL"))
}

fn check_node(checkout: &Checkout) -> Result<()> {
    let version = said_version(checkout, "node")?;
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok()).unwrap_or(0);
    ensure!(
        major >= OLDEST_NODE,
        "Node {version} is installed, and {OLDEST_NODE} or newer is needed; \
         install a newer one from your distribution's backports or from nodejs.org"
    );
    Ok(())
}

fn apt(checkout: &Checkout, arguments: &[&str]) -> Result<()> {
    let mut command = checkout.program("apt-get");
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    run_quietly(&mut command)
}

/// Whether this is root, as the system's own program says.
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_run_is_complete() {
        let error =
            NeedsRoot { packages: vec!["gcc", "npm"], reasons: vec!["a C compiler".into(), "npm".into()] };
        let text = error.to_string();
        assert!(text.contains("a C compiler, npm"), "{text}");
        assert!(text.ends_with("sudo apt-get update && sudo apt-get install -y gcc npm"), "{text}");
    }

    #[test]
    fn a_library_is_found_with_and_without_a_folder_for_the_kind_of_computer() {
        let system = tempfile::tempdir().unwrap();
        for place in ["lib/riscv64-linux-gnu/pkgconfig/one.pc", "share/pkgconfig/two.pc", "lib/three.so"] {
            let place = system.path().join(place);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, "").unwrap();
        }
        for name in ["pkgconfig/one.pc", "pkgconfig/two.pc", "three.so"] {
            assert!(find_below(system.path(), name).is_some(), "{name}");
        }
        assert_eq!(find_below(system.path(), "pkgconfig/three.pc"), None);
    }

    #[test]
    fn a_package_of_several_programs_is_named_once() {
        assert_eq!(without_doubles(["dbus", "gcc", "dbus"].into_iter()), ["dbus", "gcc"]);
    }
}
