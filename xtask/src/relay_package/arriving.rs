//! The package comes: what is there then, and what is not begun.

use anyhow::{Result, ensure};

use super::{CONFIG, DATA, Scene, UNIT, apt_install};

/// What admins and other programs find of it.
const EXPECTED: &[&str] = &[
    "/usr/bin/passerby-relay",
    "/usr/lib/sysusers.d/passerby-relay.conf",
    "/usr/share/bash-completion/completions/passerby-relay",
    "/usr/share/zsh/vendor-completions/_passerby-relay",
    "/usr/share/fish/vendor_completions.d/passerby-relay.fish",
    "/usr/share/man/man1/passerby-relay.1.gz",
    "/usr/share/man/man1/passerby-relay-init.1.gz",
    "/usr/share/doc/passerby-relay/copyright",
    "/usr/share/doc/passerby-relay/THIRD-PARTY-NOTICES.txt",
    "/usr/share/doc/passerby-relay/operate/install.md",
    "/usr/share/doc/passerby-relay/examples/relay.toml",
    "/usr/share/doc/passerby-relay/examples/alerts.yml",
    "/usr/share/doc/passerby-relay/examples/dashboard.json",
];

pub(super) fn install(scene: &mut Scene<'_>) -> Result<()> {
    let said = apt_install(scene, &scene.package)?;
    ensure!(said.contains("passerby-relay init"), "it does not say what comes next:\n{said}");
    for file in EXPECTED {
        scene.machine.shell(&format!("test -s {file}"))?;
    }
    scene
        .machine
        .shell("zcat /usr/share/man/man1/passerby-relay-serve.1.gz | grep -q '^.TH passerby-relay-serve'")?;
    let user = scene.machine.shell("getent passwd passerby-relay")?;
    ensure!(user.contains(":/var/lib/passerby-relay:/usr/sbin/nologin"), "the user is {user}");
    for folder in [CONFIG, DATA] {
        let about = scene.machine.shell(&format!("stat -c '%U:%G %a' {folder}"))?;
        ensure!(about.trim() == "passerby-relay:passerby-relay 750", "{folder} is {about}");
    }
    let made = scene.machine.shell(&format!("find {CONFIG} {DATA} -mindepth 1"))?;
    ensure!(made.is_empty(), "it made {made}");
    scene.manager.ensure_nothing_began(scene)
}

pub(super) fn verify_unit(scene: &mut Scene<'_>) -> Result<()> {
    for unit in [UNIT.to_owned(), UNIT.replace(".service", ".socket")] {
        let said = scene.machine.shell(&format!("systemd-analyze verify --man=no {unit}"))?;
        ensure!(!said.contains("passerby-relay"), "{said}");
    }
    Ok(())
}
