//! A person at a computer: folders, a session bus, a keyring, a browser and a window of their own. Two of them never meet.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use super::{
    driver::Window,
    screen::{Screen, wait_for_line},
};
use crate::{
    checkout::Checkout,
    process::{Process, find_free_port},
    rust,
};

const PATIENCE: Duration = Duration::from_mins(1);

/// The browser of these stories: it writes down what it was to open. There is no other on the person's computer.
const BROWSER: &str = "[Desktop Entry]
Type=Application
Name=Stories
Exec=PROGRAM %u
MimeType=x-scheme-handler/http;x-scheme-handler/https;
";

/// A person, and the programs that run for them. All end with this.
pub struct Person {
    folder: PathBuf,
    program: PathBuf,
    display: String,
    bus: String,
    driver: Option<(Process, String)>,
    keyring: Option<Process>,
    daemon: Option<Process>,
}

impl Person {
    /// Somebody at a fresh computer, whose keyring is open.
    pub fn arrive(checkout: &Checkout, screen: &Screen, folder: &Path) -> Result<Self> {
        for name in ["data/applications", "config", "cache", "run", "logs"] {
            fs::create_dir_all(folder.join(name)).with_context(|| format!("making {name}"))?;
        }
        fs::set_permissions(folder.join("run"), fs::Permissions::from_mode(0o700))
            .context("closing a folder")?;
        let log = folder.join("logs/bus.log");
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--session", "--nofork", "--print-address"]);
        let mut person = Self {
            folder: folder.to_path_buf(),
            program: checkout.built(rust::WINDOW),
            display: screen.display().to_owned(),
            bus: String::new(),
            driver: None,
            keyring: None,
            daemon: None,
        };
        person.daemon = Some(Process::start("the session bus", person.live(&mut bus), &log)?);
        person.bus = wait_for_line(&log, |line| line.starts_with("unix:"))?;
        person.give_browser()?;
        person.open_keyring()?;
        Ok(person)
    }

    /// Where the vault is.
    pub fn vault(&self) -> PathBuf {
        self.folder.join("data/passerby/vault.db")
    }

    /// Opens the window, as a click on the program or on a link does.
    pub fn open(&mut self, arguments: &[&str]) -> Result<Window> {
        // A driver starts one program in its life: the next window gets a driver of its own.
        self.driver = None;
        let port = find_free_port()?;
        let mut driver = Command::new("WebKitWebDriver");
        driver
            .arg(format!("--port={port}"))
            .envs([("TAURI_AUTOMATION", "true"), ("TAURI_WEBVIEW_AUTOMATION", "true")]);
        let mut process =
            Process::start("the driver", self.live(&mut driver), &self.folder.join("logs/window.log"))?;
        process.wait_until_healthy((std::net::Ipv4Addr::LOCALHOST, port).into(), "/status", PATIENCE)?;
        let address = format!("http://127.0.0.1:{port}");
        let window = Window::open(&address, &self.program, arguments)?;
        self.driver = Some((process, address));
        Ok(window)
    }

    /// Clicks a link while the window is open: the program is started once more, hands it over and ends.
    pub fn click_link(&self, link: &str) -> Result<()> {
        let mut program = Command::new(&self.program);
        let status = self.live(program.arg(link)).stdin(Stdio::null()).status().context("clicking a link")?;
        ensure!(status.success(), "the second instance ended with {status}");
        Ok(())
    }

    /// The address that the browser was to open.
    pub fn browsed(&self) -> Result<String> {
        wait_for_line(&self.folder.join("browsed"), |line| !line.is_empty())
    }

    /// What everything of this person's is started with.
    fn live<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            // There is no such bus: a story must not hear of the real session.
            .env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent")
            .env("XDG_DATA_HOME", self.folder.join("data"))
            .env("XDG_CONFIG_HOME", self.folder.join("config"))
            .env("XDG_CACHE_HOME", self.folder.join("cache"))
            .env("XDG_RUNTIME_DIR", self.folder.join("run"))
            .env("NO_AT_BRIDGE", "1")
            .env("LANG", "C.UTF-8")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XDG_CURRENT_DESKTOP")
    }

    fn give_browser(&self) -> Result<()> {
        let program = self.folder.join("browser");
        let script =
            format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >>{}\n", self.folder.join("browsed").display());
        fs::write(&program, script).context("writing the browser")?;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).context("writing the browser")?;
        let applications = self.folder.join("data/applications");
        let entry = BROWSER.replace("PROGRAM", &program.to_string_lossy());
        fs::write(applications.join("stories.desktop"), entry).context("writing the browser")?;
        let defaults = "[Default Applications]\nx-scheme-handler/http=stories.desktop\nx-scheme-handler/https=stories.desktop\n";
        fs::write(self.folder.join("config/mimeapps.list"), defaults).context("writing the browser")?;
        let told = Command::new("update-desktop-database").arg(&applications).status();
        ensure!(told.context("telling of the browser")?.success(), "telling of the browser failed");
        Ok(())
    }

    /// Unlocked before anybody asks for it, or it would ask for a password on the screen.
    fn open_keyring(&mut self) -> Result<()> {
        let password = self.folder.join("keyring-password");
        fs::write(&password, "the password of the session").context("writing a password")?;
        let mut keyring = Command::new("gnome-keyring-daemon");
        keyring.args(["--unlock", "--components=secrets", "--foreground", "--control-directory"]);
        keyring.arg(self.folder.join("run/keyring"));
        let input = fs::File::open(&password).context("reading a password")?;
        let log = self.folder.join("logs/keyring.log");
        self.keyring = Some(Process::start_with("the keyring", self.live(&mut keyring), &log, input.into())?);
        let mut wait = Command::new("gdbus");
        wait.args(["wait", "--session", "--timeout", "60", "org.freedesktop.secrets"]);
        ensure!(
            self.live(&mut wait).status().context("waiting for the keyring")?.success(),
            "there is no keyring"
        );
        Ok(())
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        // The window first, the bus last.
        self.driver = None;
        self.keyring = None;
        self.daemon = None;
    }
}
