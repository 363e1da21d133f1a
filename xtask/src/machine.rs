//! A copy of this computer that a test may do anything to: packages installed, users made, files removed. Nothing of it reaches the
//! real one, and it is gone with this program.
//!
//! ```text
//! / (only read) ──┐
//! memory ─────────┴▶ one file system of its own ─▶ programs in there, with the network of this computer
//! ```
//!
//! The kernel does it (name spaces, and an overlay); root may, and whoever has subordinate ids. Instead of this computer's, another
//! root can be taken: `PASSERBY_CLEAN_ROOT` names the folder of one that mmdebstrap has just made. Such a one gets this computer's way
//! to packages along.

mod groups;

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{install::is_root, process::Process};
use groups::Groups;

/// Makes the copy of `$2` and goes to its root: `$1` is a folder to build it in, which the copy sees at `/mnt`. Of devices it has those
/// that hold nothing.
const MAKE: &str = r#"
set -eu
mkdir -p "$1/copy"
mount -t tmpfs tmpfs "$1/copy"
cd "$1/copy"
mkdir changes work root
mount -t overlay overlay -o lowerdir="$2",upperdir=changes,workdir=work root
mount -t proc proc root/proc
mount -t tmpfs -o mode=755 tmpfs root/dev
for device in null zero full random urandom tty; do
  : > root/dev/$device
  mount --bind /dev/$device root/dev/$device
done
mkdir root/dev/pts root/dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts root/dev/pts
ln -s pts/ptmx root/dev/ptmx
ln -s /proc/self/fd root/dev/fd
mount -t tmpfs tmpfs root/run
mount -t tmpfs -o mode=1777 tmpfs root/tmp
mount --bind "$1" root/mnt
if [ "$2" != / ]; then cp -rL /etc/apt /etc/resolv.conf /etc/hosts root/etc/; fi
"#;

/// Says that it is made, and keeps it.
const KEEP: &str = r#"
: > "$1/ready"
exec chroot root sleep infinity
"#;

/// Switches it on. What its systemd could change outside stands still or can only be read: the kernel's settings, devices, modules.
/// `chroot` would not do: who is in one may not make name spaces for users, which services want.
const SWITCH_ON: &str = r"
mount --bind root/proc/sys root/proc/sys
mount -o remount,bind,ro root/proc/sys
mount -t sysfs -o ro sysfs root/sys
if [ -e /sys/fs/cgroup/cgroup.procs ]; then
  mount -t cgroup2 cgroup2 root/sys/fs/cgroup
else
  mount -t tmpfs -o mode=755 tmpfs root/sys/fs/cgroup
  mkdir root/sys/fs/cgroup/systemd root/sys/fs/cgroup/unified
  mount -t cgroup -o none,name=systemd systemd root/sys/fs/cgroup/systemd
  mount -t cgroup2 unified root/sys/fs/cgroup/unified
fi
for unit in systemd-udevd.service systemd-udev-trigger.service systemd-modules-load.service systemd-random-seed.service \
  systemd-journald-audit.socket systemd-timesyncd.service systemd-logind.service packagekit.service dev-hugepages.mount \
  dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount; do
  ln -sf /dev/null root/etc/systemd/system/$unit
done
cd root
mkdir run/former
pivot_root . run/former
umount -l /run/former
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  chroot . /lib/systemd/systemd --system --unit=basic.target --log-target=console --show-status=0
";

/// Goes to the control groups `$3` and on, and makes all name spaces around the script `$0`. Who stands in the root is taken along when
/// another one becomes the root.
const ENTER: &str = r#"
set -eu
script=$0 folder=$1 root=$2
shift 2
for group in "$@"; do echo $$ > "$group/cgroup.procs"; done
cd /
exec unshare --mount --propagation private --pid --fork --kill-child --uts --ipc --cgroup sh -c "$script" boot "$folder" "$root"
"#;

/// How long a copy may take to be there on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

fn find_root() -> OsString {
    env::var_os("PASSERBY_CLEAN_ROOT").filter(|root| !root.is_empty()).unwrap_or_else(|| "/".into())
}

/// A running copy. Dropping it ends it.
pub struct Machine {
    folder: PathBuf,
    keeper: Process,
    /// Of one that was switched on; they can go when its processes are gone.
    groups: Option<Groups>,
}

impl Machine {
    /// Makes one in which nothing runs but what it is told to. What lies in `folder` it sees at `/mnt`.
    pub fn start(folder: &Path) -> Result<Self> {
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "--propagation", "private"]);
        if !is_root() {
            unshare.args(["--user", "--map-root-user", "--map-auto"]);
        }
        unshare.args(["sh", "-c", &[MAKE, KEEP].concat(), "keep"]).arg(folder).arg(find_root());
        let mut keeper =
            Process::start("a copy of this computer", &mut unshare, &folder.join("machine.log"))?;
        let ready = folder.join("ready");
        keeper.wait_until(PATIENCE, || ready.is_file())?;
        Ok(Self { folder: folder.to_path_buf(), keeper, groups: None })
    }

    /// The same with systemd, as on a computer that was just switched on: for root, where control groups can be made.
    pub fn switch_on(folder: &Path) -> Result<Self> {
        ensure!(is_root(), "only root can start a systemd of its own");
        let name = folder.file_name().context("the copy's folder has no name")?;
        let groups = Groups::make(name)?;
        let mut enter = Command::new("sh");
        enter.args(["-c", ENTER, &[MAKE, SWITCH_ON].concat()]).arg(folder).arg(find_root());
        enter.args(groups.folders());
        let mut keeper = Process::start("a copy of this computer", &mut enter, &folder.join("machine.log"))?;
        keeper.end_with("KILL");
        let mut machine = Self { folder: folder.to_path_buf(), keeper, groups: Some(groups) };
        let mut asking = machine.command("systemctl")?;
        asking.arg("is-system-running").stdin(Stdio::null());
        machine.keeper.wait_until(PATIENCE, || {
            asking.output().is_ok_and(|output| {
                // Degraded: something of this computer's that has nothing to do with what is tried.
                ["running\n", "degraded\n"].iter().any(|state| output.stdout == state.as_bytes())
            })
        })?;
        Ok(machine)
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
        if self.groups.is_some() {
            // What made the name space for processes is not in it; its children are.
            let processes = format!("--pid=/proc/{id}/ns/pid_for_children");
            command.args(["--uts", "--ipc", "--cgroup", &processes]);
        }
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
