//! A copy of this computer that a test may do anything to: packages installed, users made, files removed. Nothing of it reaches the
//! real one, and it is gone with this program.
//!
//! ```text
//! / (only read) ──┐
//! memory ─────────┴▶ one file system of its own ─▶ programs in there, with the network of this computer
//! ```
//!
//! The kernel does it (a mount namespace with an overlay); root may, and whoever has subordinate ids. Instead of this computer's, another
//! root can be taken: `PASSERBY_CLEAN_ROOT` names the folder of one that mmdebstrap has just made. Such a one gets this computer's way
//! to packages along.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{install::is_root, process::Process};

/// Makes the copy of `$2`, says so, and keeps it: `$1` is a folder to build it in, which the copy sees at `/mnt`.
const KEEP: &str = r#"
set -eu
mkdir -p "$1/copy"
mount -t tmpfs tmpfs "$1/copy"
cd "$1/copy"
mkdir changes work root
mount -t overlay overlay -o lowerdir="$2",upperdir=changes,workdir=work root
mount -t proc proc root/proc
mount --rbind /dev root/dev
mount -t tmpfs tmpfs root/run
mount -t tmpfs -o mode=1777 tmpfs root/tmp
mount --bind "$1" root/mnt
if [ "$2" != / ]; then cp -rL /etc/apt /etc/resolv.conf /etc/hosts root/etc/; fi
echo ready > "$1/ready"
exec chroot root sleep infinity
"#;

fn find_root() -> OsString {
    env::var_os("PASSERBY_CLEAN_ROOT").filter(|root| !root.is_empty()).unwrap_or_else(|| "/".into())
}

/// A running copy. Dropping it ends it.
pub struct Machine {
    folder: PathBuf,
    keeper: Process,
}

impl Machine {
    /// Makes one. What lies in `folder` it sees at `/mnt`.
    pub fn start(folder: &Path) -> Result<Self> {
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "--propagation", "private"]);
        if !is_root() {
            unshare.args(["--user", "--map-root-user", "--map-auto"]);
        }
        unshare.args(["sh", "-c", KEEP, "keep"]).arg(folder).arg(find_root());
        let mut keeper =
            Process::start("a copy of this computer", &mut unshare, &folder.join("machine.log"))?;
        let ready = folder.join("ready");
        keeper.wait_until(Duration::from_secs(30), || ready.is_file())?;
        Ok(Self { folder: folder.to_path_buf(), keeper })
    }

    /// Whether copies are of another root than this computer's.
    pub fn is_clean() -> bool {
        find_root() != "/"
    }

    /// A program in there, as root.
    pub fn command(&self, program: &str) -> Result<Command> {
        let id = self.keeper.id().context("the copy of this computer has ended")?;
        let mut command = Command::new("nsenter");
        command.args(["--target", &id.to_string(), "--mount", "--root", "--wd"]);
        if !is_root() {
            command.args(["--user", "--preserve-credentials"]);
        }
        command.env_clear().env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("HOME", "/root").env("LANG", "C.UTF-8").env("DEBIAN_FRONTEND", "noninteractive");
        command.arg("--").arg(program);
        Ok(command)
    }

    /// Runs a line of shell in there as root, and gives what it wrote to both outputs. It is to end well.
    pub fn shell(&self, line: &str) -> Result<String> {
        let (success, said) = self.try_shell(line)?;
        if !success {
            bail!("`{line}` failed:\n{said}");
        }
        Ok(said)
    }

    /// The same, however it ends.
    pub fn try_shell(&self, line: &str) -> Result<(bool, String)> {
        let mut command = self.command("sh")?;
        command.args(["-c", line]).stdin(Stdio::null());
        let output = command.output().with_context(|| format!("tried to run `{line}`"))?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
    }

    /// Where the copy sees this file, which must lie in its folder.
    pub fn place_of(&self, file: &Path) -> Result<PathBuf> {
        let below = file.strip_prefix(&self.folder);
        Ok(Path::new("/mnt").join(below.with_context(|| format!("{} is not in there", file.display()))?))
    }
}
