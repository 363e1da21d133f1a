//! The relay serves: after one command, and after an upgrade as before it.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::{CONFIG, DATA, Scene, apt_install, sums};
use crate::{
    demo::{self, Cast, RelayWanted},
    machine::Machine,
};

pub(super) fn serve(scene: &mut Scene<'_>) -> Result<()> {
    let (machine, manager, log) = (&scene.machine, scene.manager, scene.folder.join("relay.log"));
    let (before, said) = machine.try_shell("passerby-relay doctor")?;
    ensure!(!before && said.contains("passerby-relay init"), "before anything is made, doctor says {said}");
    let story = scene.folder.join("story");
    fs::create_dir(&story).context("making a folder for the story")?;
    let cast = Cast::raise_around(scene.checkout, &story, false, |wanted| {
        make_relay(machine, wanted)?;
        manager.serve(machine, wanted.port, &log)
    })?;
    tell(&cast)?;
    let mut doctor = machine.command("passerby-relay")?;
    let output = doctor.args(["doctor", "--json"]).output().context("tried to start doctor")?;
    let findings: serde_json::Value =
        serde_json::from_slice(&output.stdout).context("doctor writes no JSON")?;
    for about in ["key", "database"] {
        let found = findings.as_array().into_iter().flatten().find(|finding| finding["about"] == about);
        ensure!(found.is_some_and(|finding| finding["verdict"] == "ok"), "doctor says {findings}");
    }
    scene.cast = Some(cast);
    Ok(())
}

/// `init` as root, with nothing but what has to be said, and what it makes is the relay's.
fn make_relay(machine: &Machine, wanted: &RelayWanted<'_>) -> Result<()> {
    let RelayWanted { port, address, sector, root_jkt } = *wanted;
    let said = machine
        .shell(&format!("passerby-relay init --development --issuer {address} --listen 127.0.0.1:{port}"))?;
    ensure!(said.contains("systemctl enable --now passerby-relay\n"), "init ends with {said}");
    for (file, mode) in [
        (format!("{CONFIG}/relay.toml"), "640"),
        (format!("{CONFIG}/relay.key"), "600"),
        (format!("{DATA}/relay.db"), "600"),
    ] {
        let about = machine.shell(&format!("stat -c '%U:%G %a' {file}"))?;
        ensure!(about.trim() == format!("passerby-relay:passerby-relay {mode}"), "{file} is {about}");
    }
    machine.shell(&format!("passerby-relay shop add {sector} --root-jkt={root_jkt}"))?;
    Ok(())
}

fn tell(cast: &Cast) -> Result<()> {
    let told = demo::tell_story(cast)?;
    ensure!(told["ok"] == true, "what was opened is not what was sent");
    Ok(())
}

pub(super) fn upgrade(scene: &mut Scene<'_>) -> Result<()> {
    let port = scene.port()?;
    let cast = scene.cast.take().context("nobody is there")?;
    let running = scene.manager.find_process(&scene.machine)?;
    let before = sums(&scene.machine)?;
    let said = apt_install(scene, &scene.later)?;
    ensure!(said.contains("9999.1~test"), "it was not upgraded: {said}");
    ensure!(sums(&scene.machine)? == before, "the configuration has changed");
    scene.manager.ensure_started_anew(scene, &running)?;
    let (machine, manager, log) = (&scene.machine, scene.manager, scene.folder.join("relay.log"));
    let cast = cast.exchange_relay(|| manager.serve(machine, port, &log))?;
    // The shop is still known, and so is who came before.
    tell(&cast)?;
    let (_, removing) = machine.try_shell(&format!("passerby-relay shop remove {}", cast.sector))?;
    ensure!(removing.contains('2'), "not both releases are there: {removing}");
    cast.leave(false)?;
    Ok(())
}
