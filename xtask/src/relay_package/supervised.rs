//! What systemd does for a relay that serves, as the units say: reload, start anew what fell or hangs, keep its socket.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use super::{
    CONFIG, Scene,
    manager::{PATIENCE, at},
};
use crate::{machine::Machine, process};

/// How often it is asked whether something has come about.
const PAUSE: Duration = Duration::from_millis(100);
/// How many callers come while the relay is started anew.
const CALLERS: usize = 200;

pub(super) fn reload(scene: &mut Scene<'_>) -> Result<()> {
    let before = scene.manager.find_process(&scene.machine)?;
    scene.machine.shell("systemctl reload passerby-relay")?;
    wait_until(scene, "be well after a reload", |_| Ok(true))?;
    let now = scene.manager.find_process(&scene.machine)?;
    ensure!(now == before, "its process is {now}, and was {before}");
    Ok(())
}

pub(super) fn kill(scene: &mut Scene<'_>) -> Result<()> {
    let before = scene.manager.find_process(&scene.machine)?;
    scene.machine.shell("systemctl kill --signal KILL passerby-relay")?;
    wait_for_another(scene, &before)
}

/// The unit gives it half a minute; here two seconds are enough.
pub(super) fn hang(scene: &mut Scene<'_>) -> Result<()> {
    let shorter = Amendment::make(scene, "service", "[Service]\nWatchdogSec=2\n")?;
    restart(scene)?;
    let before = scene.manager.find_process(&scene.machine)?;
    // Longer than that it lives: it says so itself.
    thread::sleep(Duration::from_secs(5));
    let now = scene.manager.find_process(&scene.machine)?;
    ensure!(now == before, "it was started anew though nothing was wrong");
    scene.machine.shell("systemctl kill --signal STOP passerby-relay")?;
    wait_for_another(scene, &before)?;
    shorter.take_back(scene)
}

pub(super) fn keep_the_socket(scene: &mut Scene<'_>) -> Result<()> {
    let port = scene.port()?;
    let other_port = Amendment::make(
        scene,
        "socket",
        &format!("[Socket]\nListenStream=\nListenStream=127.0.0.1:{port}\n"),
    )?;
    scene.machine.shell("systemctl stop passerby-relay")?;
    scene.machine.shell("systemctl enable --now passerby-relay.socket passerby-relay")?;
    let before = scene.manager.find_process(&scene.machine)?;
    let heard = thread::scope(|scope| -> Result<usize> {
        let address = at(port);
        let callers =
            scope.spawn(move || (0..CALLERS).filter(|_| process::answers(address, "/health")).count());
        for _ in 0..3 {
            restart(scene)?;
        }
        Ok(callers.join().unwrap_or_default())
    })?;
    ensure!(heard == CALLERS, "{heard} of {CALLERS} callers were heard");
    ensure!(scene.manager.find_process(&scene.machine)? != before, "it was not started anew");
    scene.machine.shell("systemctl disable --now passerby-relay.socket")?;
    other_port.take_back(scene)?;
    restart(scene)
}

pub(super) fn give_up(scene: &mut Scene<'_>) -> Result<()> {
    let machine = &scene.machine;
    machine
        .shell(&format!("cp --preserve {CONFIG}/relay.toml /tmp/ && echo nonsense >> {CONFIG}/relay.toml"))?;
    ensure!(restart(scene).is_err(), "it starts with nonsense in its configuration");
    // Longer than until a relay that fell is started anew.
    thread::sleep(Duration::from_secs(4));
    let (_, state) = machine.try_shell("systemctl is-active passerby-relay")?;
    ensure!(state == "failed\n", "it is {state}");
    let said = machine.shell("journalctl --unit passerby-relay --lines 20 --output cat")?;
    ensure!(
        said.contains("relay.toml") && said.contains("nonsense"),
        "the journal does not say why:\n{said}"
    );
    machine.shell(&format!("cp --preserve /tmp/relay.toml {CONFIG}/"))?;
    restart(scene)
}

/// As an admin does who is in no hurry: systemd counts how often something is started within ten seconds.
fn restart(scene: &Scene<'_>) -> Result<()> {
    scene.machine.shell("systemctl reset-failed passerby-relay && systemctl restart passerby-relay")?;
    Ok(())
}

/// A file of an admin's that changes a unit (`systemctl edit`).
struct Amendment(&'static str);

impl Amendment {
    fn make(scene: &Scene<'_>, kind: &'static str, text: &str) -> Result<Self> {
        let folder = format!("/etc/systemd/system/passerby-relay.{kind}.d");
        scene.machine.shell(&format!(
            "mkdir {folder} && printf '{}' > {folder}/test.conf && systemctl daemon-reload",
            text.replace('\n', "\\n")
        ))?;
        Ok(Self(kind))
    }

    fn take_back(self, scene: &Scene<'_>) -> Result<()> {
        let folder = format!("/etc/systemd/system/passerby-relay.{}.d", self.0);
        scene.machine.shell(&format!("rm -r {folder} && systemctl daemon-reload"))?;
        Ok(())
    }
}

fn wait_for_another(scene: &Scene<'_>, before: &str) -> Result<()> {
    wait_until(scene, "be started anew", |machine| {
        let now = scene.manager.find_process(machine)?;
        Ok(now != before && now != "0")
    })
}

/// Waits until it is so, and the relay is well.
fn wait_until(scene: &Scene<'_>, what: &str, is_so: impl Fn(&Machine) -> Result<bool>) -> Result<()> {
    let (begun, address) = (Instant::now(), at(scene.port()?));
    while !(is_so(&scene.machine)? && process::answers(address, "/health")) {
        ensure!(begun.elapsed() < PATIENCE, "waited in vain for the relay to {what}");
        thread::sleep(PAUSE);
    }
    Ok(())
}
