//! The package goes, and what people made stays.

use std::fs;

use anyhow::{Context, Result, bail, ensure};

use super::{CONFIG, DATA, Scene, apt_install, sums};

pub(super) fn remove(scene: &mut Scene<'_>) -> Result<()> {
    let machine = &scene.machine;
    let before = sums(machine)?;
    machine.shell("dpkg -L passerby-relay > /mnt/list")?;
    machine.shell("apt-get remove -y passerby-relay")?;
    scene.manager.ensure_stopped(scene)?;
    ensure!(sums(machine)? == before, "what people made has changed");
    machine.shell(&format!("test -s {DATA}/relay.db"))?;
    let list = fs::read_to_string(scene.folder.join("list")).context("reading the list of files")?;
    for file in list.lines().filter(|file| file.starts_with("/usr/")) {
        let (is_there, about) = machine.try_shell(&format!("test -f '{file}'"))?;
        ensure!(!is_there, "{file} is left{about}");
    }
    Ok(())
}

pub(super) fn purge(scene: &mut Scene<'_>) -> Result<()> {
    let machine = &scene.machine;
    let said = machine.shell("apt-get purge -y passerby-relay")?;
    for folder in [CONFIG, DATA] {
        ensure!(said.contains(&format!("{folder} stays")), "it does not say that {folder} stays:\n{said}");
    }
    machine.shell(&format!("test -s {CONFIG}/relay.key && test -s {DATA}/relay.db"))?;
    let (known, about) = machine.try_shell("dpkg-query --status passerby-relay")?;
    ensure!(!known, "dpkg still knows it: {about}");
    let left = machine.shell("find /etc /usr /var/lib/systemd -name '*passerby-relay*'")?;
    ensure!(left.trim() == CONFIG, "this is left: {left}");
    // Nobody else's files are touched: what stays can be used by a relay that is installed later.
    apt_install(scene, &scene.package)?;
    let said = machine.shell("passerby-relay shop list")?;
    if !said.contains("shoes.localhost") {
        bail!("installed anew, it does not find its shop: {said}");
    }
    Ok(())
}
