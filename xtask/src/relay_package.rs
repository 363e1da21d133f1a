//! The stage that treats the relay's package as an admin does: install, `init`, serve, a first release, upgrade, remove, purge.
//!
//! In a copy of this computer, by apt and dpkg themselves, and by a systemd of the copy's own. Where none can run, what it would start is
//! started as its unit says, as the same user, and with the folders read-only that the unit makes read-only. The package is that of the
//! build that the tests use.

mod arriving;
mod leaving;
mod manager;
mod serving;
mod supervised;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, ensure};

use self::manager::Manager;
use crate::{
    bundle::{Way, relay},
    checkout::Checkout,
    demo::{self, Cast},
    machine::Machine,
    needs::{self, Needs},
    stage::Outcome,
    tally::Tally,
};

/// What it needs of the system.
pub const NEEDS: &[Needs] = &[needs::COMPILER, needs::SCRIPTS, needs::DEB, needs::TRIAL];

const CONFIG: &str = "/etc/passerby-relay";
const DATA: &str = "/var/lib/passerby-relay";
const UNIT: &str = "/usr/lib/systemd/system/passerby-relay.service";

/// What is looked at.
struct Scene<'a> {
    checkout: &'a Checkout,
    machine: Machine,
    manager: Manager,
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
    ("it is installed, and nothing starts", arriving::install),
    ("its units are well-formed where they lie", arriving::verify_unit),
    ("one command makes a relay, and a first release goes through it", serving::serve),
];

/// Those that only systemd can take.
const SUPERVISED: &[Step] = &[
    ("told to reload, it goes on as the same process", supervised::reload),
    ("killed, it is back", supervised::kill),
    ("stuck, it is started anew, and only then", supervised::hang),
    ("with systemd's socket nobody is turned away while it starts anew", supervised::keep_the_socket),
    ("a configuration that cannot be used is not tried again, and the journal says why", supervised::give_up),
];

const LAST_STEPS: &[Step] = &[
    ("an upgrade keeps what people made", serving::upgrade),
    ("removed, it leaves what people made and nothing else", leaving::remove),
    ("purged, it says what stays", leaving::purge),
];

impl Scene<'_> {
    /// Where the relay of the story listens, on loopback.
    fn port(&self) -> Result<u16> {
        let address = &self.cast.as_ref().context("nobody is there")?.relay_address;
        address.rsplit(':').next().and_then(|port| port.parse().ok()).context("the relay has no port")
    }
}

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
    let (machine, manager) = Manager::find(folder.path())?;
    if Machine::is_clean() {
        machine.shell("apt-get update")?;
    }
    let (package, later) = (machine.place_of(&package)?, machine.place_of(&later)?);
    let folder = folder.path().to_path_buf();
    let mut scene = Scene { checkout, machine, manager, folder, package, later, cast: None };
    let mut stopped = false;
    let supervised = if manager == Manager::Systemd { SUPERVISED } else { &[] };
    for (name, step) in STEPS.iter().chain(supervised).chain(LAST_STEPS) {
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

/// On a computer that this program runs on, nothing has to be fetched.
fn apt_install(scene: &Scene<'_>, package: &Path) -> Result<String> {
    scene.machine.shell(&format!("apt-get install -y --no-install-recommends {}", package.display()))
}

/// Everything that people made, as one number each.
fn sums(machine: &Machine) -> Result<String> {
    machine.shell(&format!("sha256sum {CONFIG}/* && ls -ln {CONFIG}"))
}
