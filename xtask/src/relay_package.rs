//! The stage that treats the relay's package as an admin does: install, `init`, serve, a first release, upgrade, remove, purge.
//!
//! In a copy of this computer, by apt and dpkg themselves. systemd does not run there: what it would start is started as its unit says,
//! as the same user, and with the folders read-only that the unit makes read-only. The package is that of the build that the tests use.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    bundle::{Way, relay},
    checkout::Checkout,
    demo::{self, Cast, RelayWanted},
    machine::Machine,
    needs::{self, Needs},
    process::Process,
    stage::Outcome,
    tally::Tally,
};

/// What it needs of the system.
pub const NEEDS: &[Needs] = &[needs::COMPILER, needs::SCRIPTS, needs::DEB, needs::TRIAL];

const CONFIG: &str = "/etc/passerby-relay";
const DATA: &str = "/var/lib/passerby-relay";
const UNIT: &str = "/usr/lib/systemd/system/passerby-relay.service";

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

/// What stands for systemd: it writes down what it is told. A computer in a container may forbid packages to start anything:
/// that is lifted, in the copy.
const STAND_IN: &str = r#"
mkdir -p /run/systemd/system
rm -f /usr/sbin/policy-rc.d
dpkg-divert --local --rename --add /bin/systemctl
printf '#!/bin/sh\necho "$@" >> /mnt/told\n' > /bin/systemctl
chmod +x /bin/systemctl
: > /mnt/told
"#;

/// How long a relay may take to be ready on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// What is looked at.
struct Scene<'a> {
    checkout: &'a Checkout,
    machine: Machine,
    folder: PathBuf,
    /// The package, and a later version of it, as the copy sees them.
    package: PathBuf,
    later: PathBuf,
    /// Everybody of the story, while it goes on.
    cast: Option<Cast>,
}

/// What is tried, in words, and how.
type Step = (&'static str, fn(&mut Scene<'_>) -> Result<()>);

/// The steps: each stands on the one before.
const STEPS: &[Step] = &[
    ("it is installed, and nothing starts", install),
    ("its unit is well-formed where it lies", verify_unit),
    ("one command makes a relay, and a first release goes through it", serve),
    ("an upgrade keeps what people made", upgrade),
    ("removed, it leaves what people made and nothing else", remove),
    ("purged, it says what stays", purge),
];

/// Makes the packages and takes the steps.
pub fn stage(checkout: &Checkout) -> Result<Outcome> {
    demo::prepare(checkout)?;
    let folder =
        tempfile::Builder::new().prefix("passerby-relay-package-").tempdir().context("making a folder")?;
    let way = Way { debug: true, ..Way::default() };
    let keep = |version: Option<&str>| -> Result<PathBuf> {
        let made = relay::make(checkout, way, version)?.file;
        let kept = folder.path().join(made.file_name().context("a package has no name")?);
        fs::copy(&made, &kept).context("keeping a package")?;
        Ok(kept)
    };
    let (package, later) = (keep(None)?, keep(Some("9999.1~test"))?);
    let mut tally = Tally::default();
    let judged = judge(checkout, &package);
    report(&mut tally, "lintian finds nothing", &judged);
    let machine = Machine::start(folder.path()).context("tried to make a copy of this computer")?;
    machine.shell(STAND_IN)?;
    if Machine::is_clean() {
        machine.shell("apt-get update")?;
    }
    let (package, later) = (machine.place_of(&package)?, machine.place_of(&later)?);
    let folder = folder.path().to_path_buf();
    let mut scene = Scene { checkout, machine, folder, package, later, cast: None };
    let mut stopped = false;
    for (name, step) in STEPS {
        let begin = Instant::now();
        let taken = if stopped { Err(anyhow::anyhow!("not reached")) } else { step(&mut scene) };
        stopped = stopped || taken.is_err();
        report(&mut tally, &format!("{name} ({:.1} s)", begin.elapsed().as_secs_f64()), &taken);
    }
    Ok(Outcome::Ran(tally))
}

fn report(tally: &mut Tally, name: &str, taken: &Result<()>) {
    match taken {
        Ok(()) => eprintln!("  so it is   {name}"),
        Err(error) => eprintln!("  FAILED     {name}: {error:#}"),
    }
    *tally += Tally::one(taken.is_ok());
}

/// By Debian's rules, errors and warnings both.
fn judge(checkout: &Checkout, package: &Path) -> Result<()> {
    let mut lintian = checkout.program("lintian");
    lintian.args(["--allow-root", "--fail-on", "error,warning", "--no-tag-display-limit"]).arg(package);
    let output = lintian.output().context("tried to start lintian")?;
    ensure!(output.status.success(), "it says:\n{}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}

fn install(scene: &mut Scene<'_>) -> Result<()> {
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
    let enabled = scene.machine.shell("find /etc/systemd -name 'passerby-relay*'")?;
    ensure!(enabled.is_empty(), "it is enabled: {enabled}");
    let told = told(scene)?;
    ensure!(told.is_empty(), "systemd was told {told}");
    Ok(())
}

/// What systemd was told of the relay since this was asked last.
fn told(scene: &Scene<'_>) -> Result<String> {
    let file = scene.folder.join("told");
    let told = fs::read_to_string(&file).context("reading what systemd was told")?;
    fs::write(&file, "").context("forgetting what systemd was told")?;
    Ok(told.lines().filter(|line| line.contains("passerby-relay")).collect::<Vec<_>>().join("; "))
}

/// On a computer that this program runs on, nothing has to be fetched.
fn apt_install(scene: &Scene<'_>, package: &Path) -> Result<String> {
    scene.machine.shell(&format!("apt-get install -y --no-install-recommends {}", package.display()))
}

fn verify_unit(scene: &mut Scene<'_>) -> Result<()> {
    for unit in [UNIT.to_owned(), UNIT.replace(".service", ".socket")] {
        let said = scene.machine.shell(&format!("systemd-analyze verify --man=no {unit}"))?;
        ensure!(!said.contains("passerby-relay"), "{said}");
    }
    Ok(())
}

fn serve(scene: &mut Scene<'_>) -> Result<()> {
    let (machine, log) = (&scene.machine, scene.folder.join("relay.log"));
    let (before, said) = machine.try_shell("passerby-relay doctor")?;
    ensure!(!before && said.contains("passerby-relay init"), "before anything is made, doctor says {said}");
    let story = scene.folder.join("story");
    fs::create_dir(&story).context("making a folder for the story")?;
    let cast = Cast::raise_around(scene.checkout, &story, false, |wanted| {
        make_relay(machine, wanted)?;
        start(machine, wanted.port, &log)
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

/// Serves as the unit would.
fn start(machine: &Machine, port: u16, log: &Path) -> Result<Process> {
    let mut serve = machine.command("unshare")?;
    serve.args(["--mount", "sh", "-c", SERVE, UNIT]);
    let mut relay = Process::start("the relay", &mut serve, log)?;
    let address: SocketAddr = ([127, 0, 0, 1], port).into();
    relay.wait_until_healthy(address, "/health", PATIENCE)?;
    Ok(relay)
}

fn tell(cast: &Cast) -> Result<()> {
    let told = demo::tell_story(cast)?;
    ensure!(told["ok"] == true, "what was opened is not what was sent");
    Ok(())
}

/// Everything that people made, as one number each.
fn sums(machine: &Machine) -> Result<String> {
    machine.shell(&format!("sha256sum {CONFIG}/* && ls -ln {CONFIG}"))
}

fn upgrade(scene: &mut Scene<'_>) -> Result<()> {
    let cast = scene.cast.take().context("nobody is there")?;
    let before = sums(&scene.machine)?;
    let said = apt_install(scene, &scene.later)?;
    ensure!(said.contains("9999.1~test"), "it was not upgraded: {said}");
    ensure!(sums(&scene.machine)? == before, "the configuration has changed");
    // The process that runs is the old one until systemd, or here we, start it anew. Its socket stays open meanwhile.
    let told = told(scene)?;
    ensure!(told.contains("try-restart passerby-relay.service"), "systemd was told {told}");
    ensure!(!told.contains("stop") && !told.contains(".socket"), "systemd was told {told}");
    let (machine, log) = (&scene.machine, scene.folder.join("relay.log"));
    let port: u16 =
        cast.relay_address.rsplit(':').next().and_then(|port| port.parse().ok()).context("no port")?;
    let cast = cast.exchange_relay(|| start(machine, port, &log))?;
    // The shop is still known, and so is who came before.
    tell(&cast)?;
    let (_, removing) = machine.try_shell(&format!("passerby-relay shop remove {}", cast.sector))?;
    ensure!(removing.contains('2'), "not both releases are there: {removing}");
    cast.leave(false)?;
    Ok(())
}

fn remove(scene: &mut Scene<'_>) -> Result<()> {
    let machine = &scene.machine;
    let before = sums(machine)?;
    machine.shell("dpkg -L passerby-relay > /mnt/list")?;
    machine.shell("apt-get remove -y passerby-relay")?;
    let told = told(scene)?;
    ensure!(told.contains("stop passerby-relay.socket passerby-relay.service"), "systemd was told {told}");
    ensure!(sums(machine)? == before, "what people made has changed");
    machine.shell(&format!("test -s {DATA}/relay.db"))?;
    let list = fs::read_to_string(scene.folder.join("list")).context("reading the list of files")?;
    for file in list.lines().filter(|file| file.starts_with("/usr/")) {
        let (is_there, about) = machine.try_shell(&format!("test -f '{file}'"))?;
        ensure!(!is_there, "{file} is left{about}");
    }
    Ok(())
}

fn purge(scene: &mut Scene<'_>) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
