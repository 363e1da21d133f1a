//! The stage that treats the packages as a person's computer does: install, start, open a link, remove.
//!
//! The `.deb` goes into a folder that stands for the root, with dpkg's own list in it: the system, and a Passerby that somebody
//! installed there, are never touched. The packages are those of the build that the tests use.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    bundle::{self, Way},
    checkout::Checkout,
    e2e::{
        person::Person,
        screen::Screen,
        stories::{ENGLISH, steps},
        texts::Texts,
    },
    needs::{self, Needs},
    stage::Outcome,
    tally::Tally,
};

/// What it needs of the system.
pub const NEEDS: &[Needs] = &[
    needs::COMPILER,
    needs::SCRIPTS,
    needs::WINDOW,
    needs::DESK,
    needs::DRIVER,
    needs::DEB,
    needs::PACKAGES,
];

/// Below the root: what says which links it opens.
const APPLICATIONS: &str = "usr/share/applications";

/// What people and other programs find of it, below the root.
const EXPECTED: &[&str] = &[
    "usr/bin/passerby-desktop",
    "usr/bin/passerby-open",
    "usr/share/applications/Passerby.desktop",
    "usr/share/metainfo/org.passerby.Wallet.metainfo.xml",
    "usr/share/doc/passerby/copyright",
    "usr/share/doc/passerby/LICENSE-APACHE",
    "usr/share/doc/passerby/LICENSE-MIT",
    "usr/share/doc/passerby/THIRD-PARTY-NOTICES.txt",
    "usr/share/icons/hicolor/16x16/apps/passerby-desktop.png",
    "usr/share/icons/hicolor/48x48/apps/passerby-desktop.png",
    "usr/share/icons/hicolor/256x256/apps/passerby-desktop.png",
    "usr/share/icons/hicolor/512x512/apps/passerby-desktop.png",
    "usr/share/icons/hicolor/scalable/apps/passerby-desktop.svg",
];

/// What is looked at.
struct Scene {
    deb: PathBuf,
    rpm: PathBuf,
    /// Stands for the root of the file system.
    root: PathBuf,
    /// For what people leave behind.
    folder: PathBuf,
    screen: Screen,
    texts: Texts,
}

/// What is tried, in words, and how.
type Step = (&'static str, fn(&Scene) -> Result<()>);

/// The steps: each stands on the one before.
const STEPS: &[Step] = &[
    ("what it depends on can be had", depends),
    ("it is installed", install),
    ("its entry and its description are valid", describe),
    ("a link starts it and arrives", cold_link),
    ("a link reaches it while it runs", warm_link),
    ("removed, it leaves a person's vault and nothing else", remove),
    ("the .rpm holds the same", compare_rpm),
];

/// Makes the packages and takes the steps.
pub fn stage(checkout: &Checkout) -> Result<Outcome> {
    let mut packages = bundle::make(checkout, Way { debug: true, ..Way::default() })?
        .into_iter()
        .map(|package| package.file);
    let (deb, rpm) = packages.next().zip(packages.next()).context("a package is missing")?;
    let folder = tempfile::Builder::new().prefix("passerby-package-").tempdir().context("making a folder")?;
    let scene = Scene {
        deb,
        rpm,
        root: folder.path().join("root"),
        folder: folder.path().to_path_buf(),
        screen: Screen::start(folder.path())?,
        texts: Texts::read(checkout, ENGLISH.language)?,
    };
    let mut tally = Tally::default();
    let mut stopped = false;
    for (name, step) in STEPS {
        let taken = if stopped { Err(anyhow::anyhow!("not reached")) } else { step(&scene) };
        match &taken {
            Ok(()) => eprintln!("  so it is   {name}"),
            Err(error) => eprintln!("  FAILED     {name}: {error:#}"),
        }
        stopped = stopped || taken.is_err();
        tally += Tally::one(taken.is_ok());
    }
    Ok(Outcome::Ran(tally))
}

/// The system's own resolver finds all of it, and changes nothing.
fn depends(scene: &Scene) -> Result<()> {
    let mut apt = Command::new("apt-get");
    apt.args(["--simulate", "--no-install-recommends", "--reinstall", "install"]).arg(&scene.deb);
    ensure!(say(&mut apt)?.contains("Inst passerby "), "apt would not install it");
    Ok(())
}

fn install(scene: &Scene) -> Result<()> {
    for folder in ["updates", "info"] {
        let folder = scene.root.join("var/lib/dpkg").join(folder);
        fs::create_dir_all(&folder).context("making an empty system")?;
    }
    for file in ["status", "available"] {
        fs::write(scene.root.join("var/lib/dpkg").join(file), "").context("making an empty system")?;
    }
    // Nothing else is installed in there, so what it depends on is not either; it is on this computer, where it is started.
    say(dpkg(scene).args(["--force-depends", "--install"]).arg(&scene.deb))?;
    for file in EXPECTED {
        let place = scene.root.join(file);
        ensure!(place.metadata().is_ok_and(|about| about.len() > 0), "there is no {file}");
    }
    // What the system does by itself whenever a program was installed or removed (a trigger of desktop-file-utils).
    say(Command::new("update-desktop-database").arg(scene.root.join(APPLICATIONS)))?;
    Ok(())
}

fn dpkg(scene: &Scene) -> Command {
    let mut command = Command::new("dpkg");
    command.arg(format!("--root={}", scene.root.display()));
    command.args(["--force-not-root", "--force-bad-path", "--log=/dev/null"]);
    command
}

fn describe(scene: &Scene) -> Result<()> {
    say(Command::new("desktop-file-validate").arg(scene.root.join(APPLICATIONS).join("Passerby.desktop")))?;
    // Looks whether the entry and the icons that the description names are there, too.
    say(Command::new("appstreamcli").args(["validate-tree", "--no-net"]).arg(&scene.root))?;
    Ok(())
}

/// A link as a relay makes them, to a port where nobody listens. With what an entry that passes on too little would cut off.
fn link(scheme: &str) -> String {
    format!(
        "{scheme}://?client_id=verifier_attestation%3Ashoes.example&request_uri=http%3A%2F%2F127.0.0.1%3A9%2Fr%2F{:022}",
        7
    )
}

/// A link as foreign verifiers make them, likewise, under the scheme that only they use.
const FOREIGN_LINK: &str =
    "haip-vp://?client_id=x509_san_dns%3Abank.example&request_uri=http%3A%2F%2F127.0.0.1%3A9%2Frequests%2F1";

/// How programs open links: by the library of the desktops, which hands an entry without `%u` nothing, and by the script that
/// asks whichever desktop there is. The driver needs a program that goes on.
const GIO: &str = r#"gio open "$0"; exec sleep infinity"#;
const XDG_OPEN: &str = r#"exec xdg-open "$0""#;

/// Nobody told the system of it but the package; the program is not running. Only a wallet that holds a whole link, and not
/// one that was merely started, says that a shop waits.
fn cold_link(scene: &Scene) -> Result<()> {
    let of_a_shop = link("passerby");
    for (way, script, link) in [
        ("gio", GIO, of_a_shop.as_str()),
        ("xdg-open", XDG_OPEN, of_a_shop.as_str()),
        ("gio-foreign", GIO, FOREIGN_LINK),
        ("xdg-open-foreign", XDG_OPEN, FOREIGN_LINK),
    ] {
        let mut person = Person::arrive_at(&scene.root, &scene.screen, &scene.folder.join(way), ENGLISH)?;
        let window = person.open_by(Path::new("/bin/sh"), &["-c", script, link]).context(way)?;
        window.find("heading", &scene.texts.say("w_head_shop")?).context(way)?;
        window.close()?;
    }
    Ok(())
}

/// The other scheme, by the other program that opens links, with a wallet that is locked.
fn warm_link(scene: &Scene) -> Result<()> {
    let mut person = Person::arrive_at(&scene.root, &scene.screen, &scene.folder.join("person"), ENGLISH)?;
    let window = person.open(&[])?;
    window.find("heading", &scene.texts.say("w_head")?)?;
    steps::make_wallet(&window, &scene.texts)?;
    steps::lock(&window, &scene.texts)?;
    let waiting = scene.texts.say("l_waiting")?;
    ensure!(!window.has("text", &waiting)?, "something waits before anything was clicked");
    person.start(Command::new("gio").args(["open", &link("openid4vp")]))?;
    window.find("text", &waiting)?;
    window.close()
}

fn remove(scene: &Scene) -> Result<()> {
    let vault = scene.folder.join("person/data/passerby/vault.db");
    let before = fs::read(&vault).context("reading the vault")?;
    say(dpkg(scene).args(["--purge", "passerby"]))?;
    let applications = scene.root.join(APPLICATIONS);
    if applications.is_dir() {
        say(Command::new("update-desktop-database").arg(&applications))?;
    }
    let mut left = Vec::new();
    list(&scene.root, &mut left)?;
    for file in left {
        let name = file.strip_prefix(&scene.root).unwrap_or(&file);
        let of_the_system = name.starts_with("var/lib/dpkg")
            || (name == Path::new(APPLICATIONS).join("mimeinfo.cache")
                && !fs::read_to_string(&file).unwrap_or_default().contains("Passerby"));
        ensure!(of_the_system, "{} is left", name.display());
    }
    ensure!(fs::read(&vault).context("reading the vault")? == before, "the vault has changed");
    Ok(())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let wrong = || format!("looking into {}", folder.display());
    for entry in fs::read_dir(folder).with_context(wrong)? {
        let path = entry.with_context(wrong)?.path();
        if path.is_dir() { list(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn compare_rpm(scene: &Scene) -> Result<()> {
    // A database of its own: asking must leave nothing in the person's home.
    let ask = |question: &[&str]| {
        let mut rpm = Command::new("rpm");
        rpm.arg("--dbpath").arg(scene.folder.join("rpm")).args(question).arg(&scene.rpm);
        say(&mut rpm)
    };
    let files = |text: &str| -> BTreeSet<String> {
        text.lines().map(|line| line.trim_start_matches(['.', '/']).to_owned()).collect()
    };
    let listed = say(Command::new("dpkg-deb").arg("--contents").arg(&scene.deb))?;
    let deb: BTreeSet<_> = listed
        .lines()
        .filter(|line| line.starts_with('-'))
        .filter_map(|line| line.split_whitespace().nth(5))
        .map(|name| name.trim_start_matches(['.', '/']).to_owned())
        .collect();
    let rpm = files(&ask(&["--query", "--list", "--package"])?);
    ensure!(!deb.is_empty() && deb == rpm, "they differ by {:?}", deb.symmetric_difference(&rpm));
    let needs = ask(&["--query", "--requires", "--package"])?;
    for need in ["libwebkit2gtk-4.1.so.0", "libgtk-3.so.0", "xdg-utils", "libc.so.6(GLIBC_"] {
        ensure!(needs.contains(need), "it does not ask for {need}");
    }
    ask(&["--checksig", "--nosignature"])?;
    Ok(())
}

/// Runs a program that is to end well, and gives what it wrote to standard output.
fn say(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("tried to start {name}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{name} ended with {}:\n{said}{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(said)
}
