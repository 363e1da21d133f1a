//! What starts and ends the relay in the copy: a systemd of its own; or, where none can run, a stand-in that writes down what it is told.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use super::{Scene, UNIT};
use crate::{machine::Machine, process::Process};

/// What stands for systemd: it writes down what it is told.
const STAND_IN: &str = r#"
mkdir -p /run/systemd/system
dpkg-divert --local --rename --add /bin/systemctl
printf '#!/bin/sh\necho "$@" >> /mnt/told\n' > /bin/systemctl
chmod +x /bin/systemctl
: > /mnt/told
"#;

/// As the unit starts it: as that user, in that folder, with everything else but its data read-only. `$0` is the unit.
const SERVE: &str = r#"
set -eu
for folder in /etc /usr /root /home; do mount --bind "$folder" "$folder"; mount -o remount,bind,ro "$folder"; done
said() { sed -n "s/^$1=//p" "$0"; }
cd "$(said WorkingDirectory)"
umask "$(said UMask)"
user=$(said User)
exec setpriv --reuid "$user" --regid "$(said Group)" --init-groups --bounding-set=-all --no-new-privs $(said ExecStart)
"#;

/// How long a relay may take to be ready on a busy machine.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manager {
    Systemd,
    StandIn,
}

impl Manager {
    /// Makes the copy, with systemd if one can run there. Says so if none can.
    pub fn find(folder: &Path) -> Result<(Machine, Self)> {
        let (machine, manager) = match Machine::switch_on(folder) {
            Ok(machine) => (machine, Self::Systemd),
            Err(error) => {
                eprintln!("  left out   what only systemd does; what it is told is written down: {error:#}");
                let machine = Machine::start(folder).context("tried to make a copy of this computer")?;
                machine.shell(STAND_IN)?;
                (machine, Self::StandIn)
            }
        };
        // A computer in a container may forbid packages to start anything: that is lifted, in the copy.
        machine.shell("rm -f /usr/sbin/policy-rc.d")?;
        Ok((machine, manager))
    }

    /// Serves as install.md says. What is given ends with the relay, or shows what it writes.
    pub fn serve(self, machine: &Machine, port: u16, log: &Path) -> Result<Process> {
        let mut command = match self {
            Self::Systemd => {
                machine.shell("systemctl enable --now passerby-relay")?;
                let mut journal = machine.command("journalctl")?;
                journal.args(["--unit", "passerby-relay", "--lines", "all", "--follow"]);
                journal
            }
            Self::StandIn => {
                let mut serve = machine.command("unshare")?;
                serve.args(["--mount", "sh", "-c", SERVE, UNIT]);
                serve
            }
        };
        let mut relay = Process::start("the relay", &mut command, log)?;
        relay.wait_until_healthy(at(port), "/health", PATIENCE)?;
        Ok(relay)
    }

    /// Whether nothing of it was started or enabled by being installed.
    pub fn ensure_nothing_began(self, scene: &Scene<'_>) -> Result<()> {
        let enabled = scene.machine.shell("find /etc/systemd -name 'passerby-relay*'")?;
        ensure!(enabled.is_empty(), "it is enabled: {enabled}");
        match self {
            Self::Systemd => {
                for unit in ["passerby-relay.service", "passerby-relay.socket"] {
                    let (_, state) = scene.machine.try_shell(&format!("systemctl is-active {unit}"))?;
                    ensure!(state == "inactive\n", "{unit} is {state}");
                }
            }
            Self::StandIn => {
                let told = told(scene)?;
                ensure!(told.is_empty(), "systemd was told {told}");
            }
        }
        Ok(())
    }

    /// The process that serves, by systemd's word; a stand-in has none.
    pub fn find_process(self, machine: &Machine) -> Result<String> {
        if self == Self::StandIn {
            return Ok(String::new());
        }
        let id = machine.shell("systemctl show --property MainPID --value passerby-relay")?;
        Ok(id.trim().to_owned())
    }

    /// Whether an upgrade starts the relay anew and leaves its socket alone. `before` is its process before.
    pub fn ensure_started_anew(self, scene: &Scene<'_>, before: &str) -> Result<()> {
        if self == Self::Systemd {
            let now = self.find_process(&scene.machine)?;
            ensure!(now != before && now != "0", "its process is {now}, and was {before}");
            let program = scene.machine.shell(&format!("readlink /proc/{now}/exe"))?;
            ensure!(program == "/usr/bin/passerby-relay\n", "it runs {program}");
            return Ok(());
        }
        let told = told(scene)?;
        ensure!(told.contains("try-restart passerby-relay.service"), "systemd was told {told}");
        ensure!(!told.contains("stop") && !told.contains(".socket"), "systemd was told {told}");
        Ok(())
    }

    /// Whether the relay ends when its package goes.
    pub fn ensure_stopped(self, scene: &Scene<'_>) -> Result<()> {
        if self == Self::Systemd {
            let (_, state) = scene.machine.try_shell("systemctl is-active passerby-relay")?;
            ensure!(state == "inactive\n", "it is {state}");
            let (runs, about) = scene.machine.try_shell("pgrep --list-full --uid passerby-relay")?;
            ensure!(!runs, "it still runs: {about}");
            return Ok(());
        }
        let told = told(scene)?;
        ensure!(
            told.contains("stop passerby-relay.socket passerby-relay.service"),
            "systemd was told {told}"
        );
        Ok(())
    }
}

/// Where a relay of the story listens.
pub(super) fn at(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// What the stand-in was told of the relay since this was asked last.
fn told(scene: &Scene<'_>) -> Result<String> {
    let file = scene.folder.join("told");
    let told = fs::read_to_string(&file).context("reading what systemd was told")?;
    fs::write(&file, "").context("forgetting what systemd was told")?;
    Ok(told.lines().filter(|line| line.contains("passerby-relay")).collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkout::Checkout;

    #[test]
    fn the_unit_names_what_the_script_reads() {
        let unit = Checkout::find().unwrap().root().join("packaging/relay/passerby-relay.service");
        let unit = fs::read_to_string(unit).unwrap();
        for name in ["WorkingDirectory", "UMask", "User", "Group", "ExecStart"] {
            assert_eq!(
                unit.lines().filter(|line| line.starts_with(&format!("{name}="))).count(),
                1,
                "{name}"
            );
        }
        assert!(!unit.contains("Also="), "the socket is enabled by whoever wants port 443");
    }
}
