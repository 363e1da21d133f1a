//! A D-Bus session of a test's own with a real `gnome-keyring-daemon` on it, in a folder of its own.
//!
//! A process speaks to the bus that its environment names when it starts, so each test runs its body in a second process:
//! the first starts the bus and waits.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test fails where its world does")]

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::bus::Bus;
use crate::running::Running;

/// Set inside the second process: the test's folder.
const INSIDE: &str = "PASSERBY_TEST_KEYRING_FOLDER";

/// Runs `body` in a process that has a bus of its own, or none. `test` is the full name of the test.
pub fn with_bus(test: &str, bus: bool, body: impl AsyncFnOnce(Session)) {
    if let Some(folder) = env::var_os(INSIDE) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        return runtime.unwrap().block_on(body(Session { folder: folder.into() }));
    }
    let folder = TempDir::new().unwrap();
    let _bus = bus.then(|| Bus::start(folder.path()));
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, folder.path())
        .env("DBUS_SESSION_BUS_ADDRESS", Bus::address_in(folder.path()))
        .env("HOME", folder.path())
        .env("XDG_RUNTIME_DIR", folder.path())
        .env("XDG_DATA_HOME", folder.path().join("data"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .status();
    assert!(status.unwrap().success(), "what the test says stands above");
}

/// The bus, from inside.
#[derive(Debug)]
pub struct Session {
    folder: PathBuf,
}

impl Session {
    /// Where this person's vault is, once there is one.
    #[must_use]
    pub fn vault(&self) -> PathBuf {
        self.folder.join("person").join("vault.db")
    }

    /// Starts the keyring and unlocks it; the first password makes it. Returns when it can be asked.
    #[must_use]
    pub fn start_keyring(&self, password: &str) -> Running {
        let mut command = Command::new("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets", "--unlock", "--control-directory"]);
        command.arg(self.folder.join("control"));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut daemon = Running::start(&mut command);
        // It reads up to the end.
        daemon.0.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        let waited = Command::new("gdbus")
            .args(["wait", "--session", "--timeout", "60", "org.freedesktop.secrets"])
            .status();
        assert!(waited.unwrap().success(), "the keyring did not come up");
        daemon
    }

    /// Locks it, as a screen saver does.
    pub fn lock_keyring() {
        let locked = Command::new("gdbus")
            .args(["call", "--session", "--dest", "org.freedesktop.secrets"])
            .args(["--object-path", "/org/freedesktop/secrets"])
            .args(["--method", "org.freedesktop.Secret.Service.Lock"])
            .arg("[objectpath '/org/freedesktop/secrets/collection/login']")
            .stdout(Stdio::null())
            .status();
        assert!(locked.unwrap().success());
    }

    /// Loses what the keyring has written.
    pub fn forget_keyrings(&self) {
        let keyrings = self.folder.join("data").join("keyrings");
        assert!(fs::read_dir(&keyrings).unwrap().count() > 0, "it was kept here");
        fs::remove_dir_all(keyrings).unwrap();
    }

    /// Returns a wait for the next call to the keyring.
    pub fn watch_calls() -> impl FnOnce() + use<> {
        let mut command = Command::new("dbus-monitor");
        command.args(["--session", "destination='org.freedesktop.secrets'"]);
        let mut monitor = Running::start(command.stdout(Stdio::piped()));
        let mut lines = BufReader::new(monitor.0.stdout.take().unwrap()).lines();
        // Its own first message says that it listens.
        lines.next().unwrap().unwrap();
        move || {
            assert!(lines.any(|line| line.unwrap().contains("org.freedesktop.Secret")));
            drop(monitor);
        }
    }
}
