//! Somebody's desk: folders, a screen, a session bus if there is one, what stands around the window on it, and the program.

mod hands;
mod mocks;
mod tray;

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_testkit::bus::Bus;
use passerby_testkit::rng::seeded;
use passerby_testkit::running::Running;
use passerby_wallet::{Stretching, SystemClock, Wallet};
use secrecy::SecretString;
use tempfile::TempDir;

use super::screen::Screen;

/// What is in the vault, and the passphrase that is typed.
pub const DETAILS: &[&str] = &["Ada Passerby", "ada@home.example", "Long Lane 12", PASSPHRASE];
const PASSPHRASE: &str = "correct horse battery staple";

const PAUSE: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_mins(2);

pub struct Desk {
    // The program ends before what it stands on.
    program: Option<Running>,
    around: Vec<Running>,
    screen: Screen,
    bus: Option<Bus>,
    pub folder: TempDir,
}

impl Desk {
    /// With a vault that a passphrase opens.
    pub async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        for name in ["data/passerby", "config/passerby", "cache", "run", "tmp"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        fs::set_permissions(folder.path().join("run"), fs::Permissions::from_mode(0o700)).unwrap();
        let vault = folder.path().join("data/passerby/vault.db");
        let passphrase = SecretString::from(PASSPHRASE);
        let (clock, rng) = (Arc::new(SystemClock), &mut seeded(3));
        let wallet = Wallet::create(&vault, &passphrase, Stretching::FLOOR, clock, rng).await.unwrap();
        let names = ["name", "email", "address.street_address"];
        let values = names
            .into_iter()
            .zip(DETAILS)
            .map(|(name, value)| (ClaimName::parse(name).unwrap(), AttributeValue::new((*value).to_owned())));
        wallet.set_attributes(&values.collect(), rng).await.unwrap();
        wallet.lock().await.unwrap();
        Self { program: None, around: Vec::new(), screen: Screen::start(), bus: None, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program of this person's, with nothing of the real session.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("DISPLAY", &self.screen.display)
            .env("HOME", self.folder.path())
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("TMPDIR", self.path("tmp"))
            .env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent")
            .env("GSETTINGS_BACKEND", "memory")
            .env("NO_AT_BRIDGE", "1")
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::null());
        if self.bus.is_some() {
            command.env("DBUS_SESSION_BUS_ADDRESS", Bus::address_in(self.folder.path()));
        }
        command
    }

    fn read(&self, program: &str, arguments: &[&str]) -> String {
        let output = self.command(program).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Looks again and again, until it is so.
    pub fn wait_until(&self, mut is_so: impl FnMut(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            assert!(begun.elapsed() < PATIENCE, "waited in vain; the program said: {}", self.said());
            thread::sleep(PAUSE);
        }
    }

    pub fn start_bus(&mut self) {
        self.bus = Some(Bus::start(self.folder.path()));
    }

    pub fn write_settings(&self, text: &str) {
        fs::write(self.path("config/passerby/desktop.toml"), text).unwrap();
    }

    /// Starts the program. It is not driven: its window is as it is shipped.
    pub fn start(&mut self, arguments: &[&str]) {
        let mut program = self.command(env!("CARGO_BIN_EXE_passerby-desktop"));
        let log = File::create(self.path("said")).unwrap();
        program.args(arguments).stdout(log.try_clone().unwrap()).stderr(log);
        self.program = Some(Running::start(&mut program));
        self.wait_until(Self::has_window);
    }

    /// What it wrote where a terminal would be.
    pub fn said(&self) -> String {
        fs::read_to_string(self.path("said")).unwrap_or_default()
    }

    fn pid(&self) -> u32 {
        self.program.as_ref().unwrap().0.id()
    }

    /// Whether the program holds the vault open, as the system says: nobody's lock is touched by the question.
    pub fn is_open(&self) -> bool {
        let Ok(about) = fs::metadata(self.path("data/passerby/vault.db.lock")) else { return false };
        let locks = fs::read_to_string("/proc/locks").unwrap();
        locks.lines().any(|line| line.contains(&format!(":{} ", about.ino())))
    }

    /// As the session does at its end.
    pub fn quit(&mut self) {
        self.signal("TERM");
        self.wait_for_end();
    }

    /// Sends the program a signal, by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.pid().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits until it has ended, as a program does that is done: not by a signal, not with a fault.
    pub fn wait_for_end(&mut self) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.program.as_mut().unwrap().0.try_wait().unwrap() {
                assert!(status.success(), "{status}: {}", self.said());
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "it did not end: {}", self.said());
            thread::sleep(PAUSE);
        }
    }

    /// Whether the vault's journal stands beside it: a vault that was closed in order leaves none.
    pub fn has_journal(&self) -> bool {
        self.path("data/passerby/vault.db-wal").exists()
    }

    /// A click on a link in a browser: the program is started once more, hands it over and ends.
    pub fn click_link(&self, link: &str) {
        let status = self.command(env!("CARGO_BIN_EXE_passerby-desktop")).arg(link).status().unwrap();
        assert!(status.success());
    }

    /// The same without starting programs: what they say to the one that runs.
    pub async fn hand_over(&self, links: impl Iterator<Item = String>) {
        let address = Bus::address_in(self.folder.path());
        let bus = zbus::connection::Builder::address(address.as_str()).unwrap().build().await.unwrap();
        let (name, path) = ("org.passerby.Wallet.SingleInstance", "/org/passerby/Wallet/SingleInstance");
        for link in links {
            let body = (vec!["passerby-desktop".to_owned(), link], "/");
            let interface = Some("org.SingleInstance.DBus");
            bus.call_method(Some(name), path, interface, "ExecuteCallback", &body).await.unwrap();
        }
    }
}
