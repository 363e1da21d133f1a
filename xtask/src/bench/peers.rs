//! The programs that ours is compared with: the command lines of `KeePassXC` and of Bitwarden.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use super::series::Series;
use crate::{
    checkout::Checkout,
    install::{self, KEEPASSXC, NODE, NPM, run_quietly},
};

/// How many entries the database has.
pub const ENTRIES: usize = 1_000;
pub const PASSPHRASE: &str = "correct horse battery staple";
/// What its derivation is set to, in milliseconds.
const DERIVATION: &str = "1000";

/// A database of `KeePassXC`.
pub struct KeePass<'a> {
    checkout: &'a Checkout,
    database: PathBuf,
}

impl<'a> KeePass<'a> {
    /// Makes one with [`ENTRIES`] entries, whose derivation the program itself sets to a second on this machine.
    pub fn make(checkout: &'a Checkout, folder: &Path) -> Result<Self> {
        install::system_parts(checkout, &[&KEEPASSXC])?;
        let text = folder.join("entries.xml");
        fs::write(&text, entries()).with_context(|| format!("tried to write {}", text.display()))?;
        let keepass = Self { checkout, database: folder.join("peer.kdbx") };
        let mut command = keepass.command("import");
        command.args(["--decryption-time", DERIVATION, "--set-password"]).arg(&text).arg(&keepass.database);
        let mut child = command.spawn().context("tried to start keepassxc-cli")?;
        if let Some(mut input) = child.stdin.take() {
            // If it does not listen, it fails below.
            drop(write!(input, "{PASSPHRASE}\n{PASSPHRASE}\n"));
        }
        let status = child.wait().context("tried to wait for keepassxc-cli")?;
        ensure!(status.success(), "keepassxc-cli could not make a database ({status})");
        Ok(keepass)
    }

    /// Shows one entry, and notes how long that took.
    pub fn show(&self, series: &mut Series) -> Result<()> {
        let mut command = self.command("show");
        command.args(["--quiet", "--show-protected"]).arg(&self.database).arg("entry-0500");
        series.run(&mut command, &format!("{PASSPHRASE}\n"))
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = self.checkout.program("keepassxc-cli");
        command.arg(verb).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// The database in the form that `KeePassXC` imports.
fn entries() -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><KeePassFile><Meta/><Root><Group><Name>Root</Name>",
    );
    for n in 0..ENTRIES {
        let item = |key, value| format!("<String><Key>{key}</Key><Value>{value}</Value></String>");
        let (title, password) =
            (item("Title", format!("entry-{n:04}")), item("Password", format!("value {n}")));
        // Writing into a string cannot fail.
        let _ = write!(text, "<Entry>{title}{password}</Entry>");
    }
    text + "</Group></Root></KeePassFile>"
}

/// Bitwarden's command line, of the version that `xtask/peers` names.
pub struct Bitwarden(PathBuf);

impl Bitwarden {
    /// Installs it into the cache, exactly as the lock file says, without running any script of its packages.
    pub fn install(checkout: &Checkout) -> Result<Self> {
        install::system_parts(checkout, &[&NODE, &NPM])?;
        let (named, place) = (checkout.root().join("xtask/peers"), checkout.tools().join("peers"));
        fs::create_dir_all(&place).with_context(|| format!("tried to create {}", place.display()))?;
        let read = |file: &Path| fs::read(file).unwrap_or_default();
        let program = place.join("node_modules/.bin/bw");
        let lock = "package-lock.json";
        // npm writes its own copy of the lock file last.
        let finished = place.join("node_modules/.package-lock.json").is_file() && program.exists();
        if !finished || read(&named.join(lock)) != read(&place.join(lock)) {
            for file in ["package.json", lock, ".npmrc"] {
                fs::copy(named.join(file), place.join(file))
                    .with_context(|| format!("tried to copy {file} to {}", place.display()))?;
            }
            eprintln!("installing the command line of Bitwarden");
            let mut npm = checkout.program("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&place);
            run_quietly(&mut npm)?;
        }
        Ok(Self(program))
    }

    pub fn say_version(&self, checkout: &Checkout) -> Command {
        let mut command = checkout.program(&self.0);
        command.arg("--version");
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_has_each_entry_once() {
        let text = entries();
        assert_eq!(text.matches("<Entry>").count(), ENTRIES);
        assert_eq!(text.matches("entry-0500").count(), 1);
    }
}
