//! A person at a computer: folders, a session bus, a keyring, a browser and a window of their own. Two of them never meet.

use std::{
    env,
    ffi::OsString,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use super::{
    driver::Window,
    screen::{Screen, wait_for_another, wait_for_line},
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

/// What a person's computer is set to. The program is told nothing: it asks.
#[derive(Debug, Clone, Copy)]
pub struct Computer {
    /// The language, as in the names of `ui/messages`.
    pub language: &'static str,
    /// Whether its programs are to be dark.
    pub dark: bool,
}

/// A person, and the programs that run for them. All end with this.
pub struct Person {
    computer: Computer,
    folder: PathBuf,
    program: PathBuf,
    /// Where a package was installed for them, if one was.
    installed: Option<PathBuf>,
    display: String,
    bus: String,
    /// Authorities that this computer trusts for foreign verifiers, besides those of the system.
    anchors: Option<PathBuf>,
    /// How many addresses the browser was given, as far as the story has looked.
    browsed: usize,
    driver: Option<(Process, String)>,
    keyring: Option<Process>,
    daemon: Option<Process>,
}

impl Person {
    /// Somebody at a fresh computer, whose keyring is open.
    pub fn arrive(checkout: &Checkout, screen: &Screen, folder: &Path, computer: Computer) -> Result<Self> {
        Self::arrive_with(checkout.built(rust::WINDOW), None, screen, folder, computer)
    }

    /// The same, where the package is installed below the folder `root`, and everything knows of it as if that were the root.
    pub fn arrive_at(root: &Path, screen: &Screen, folder: &Path, computer: Computer) -> Result<Self> {
        let program = root.join("usr/bin").join(rust::WINDOW);
        Self::arrive_with(program, Some(root.to_path_buf()), screen, folder, computer)
    }

    fn arrive_with(
        program: PathBuf,
        installed: Option<PathBuf>,
        screen: &Screen,
        folder: &Path,
        computer: Computer,
    ) -> Result<Self> {
        for name in ["data/applications", "config/gtk-3.0", "cache", "run", "logs"] {
            fs::create_dir_all(folder.join(name)).with_context(|| format!("making {name}"))?;
        }
        fs::set_permissions(folder.join("run"), fs::Permissions::from_mode(0o700))
            .context("closing a folder")?;
        let log = folder.join("logs/bus.log");
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--session", "--nofork", "--print-address"]);
        let mut person = Self {
            computer,
            folder: folder.to_path_buf(),
            program,
            installed,
            display: screen.display().to_owned(),
            bus: String::new(),
            anchors: None,
            browsed: 0,
            driver: None,
            keyring: None,
            daemon: None,
        };
        person.daemon = Some(Process::start("the session bus", person.live(&mut bus), &log)?);
        person.bus = wait_for_line(&log, |line| line.starts_with("unix:"))?;
        person.set_look()?;
        person.give_browser()?;
        person.open_keyring()?;
        Ok(person)
    }

    /// Has the computer trust one more authority (PEM).
    pub fn trust(&mut self, anchor: &Path) {
        self.anchors = Some(anchor.to_path_buf());
    }

    /// Where the vault is.
    pub fn vault(&self) -> PathBuf {
        self.folder.join("data/passerby/vault.db")
    }

    /// Opens the window, as a click on the program or on a link does.
    pub fn open(&mut self, arguments: &[&str]) -> Result<Window> {
        let program = self.program.clone();
        self.open_by(&program, arguments)
    }

    /// Opens the window by another program, which starts it.
    pub fn open_by(&mut self, program: &Path, arguments: &[&str]) -> Result<Window> {
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
        let window = Window::open(&address, program, arguments)?;
        self.driver = Some((process, address));
        Ok(window)
    }

    /// Clicks a link while the window is open: the program is started once more, hands it over and ends.
    pub fn click_link(&self, link: &str) -> Result<()> {
        self.start(Command::new(self.program.with_file_name(rust::OPEN)).arg(link)).context("clicking a link")
    }

    /// Starts a program as this person, and waits until it has ended well.
    pub fn start(&self, command: &mut Command) -> Result<()> {
        let status = self.live(command).stdin(Stdio::null()).status().context("starting a program")?;
        ensure!(status.success(), "it ended with {status}");
        Ok(())
    }

    /// The next address that the browser was to open.
    pub fn browsed(&mut self) -> Result<String> {
        let address = wait_for_another(&self.folder.join("browsed"), self.browsed, |line| !line.is_empty())?;
        self.browsed += 1;
        Ok(address)
    }

    /// What everything of this person's is started with.
    pub fn live<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        if let Some(root) = &self.installed {
            command.env("PATH", before(&root.join("usr/bin"), "PATH", "/usr/bin:/bin")).env(
                "XDG_DATA_DIRS",
                before(&root.join("usr/share"), "XDG_DATA_DIRS", "/usr/local/share:/usr/share"),
            );
        }
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
            .envs(self.anchors.iter().map(|anchors| ("PASSERBY_TRUST_ANCHORS", anchors)))
            .env("LANG", format!("{}.UTF-8", self.computer.language))
            .env_remove("LC_ALL")
            .env_remove("LANGUAGE")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XDG_CURRENT_DESKTOP")
    }

    fn set_look(&self) -> Result<()> {
        let dark = u8::from(self.computer.dark);
        let settings = format!("[Settings]\ngtk-application-prefer-dark-theme={dark}\n");
        fs::write(self.folder.join("config/gtk-3.0/settings.ini"), settings).context("setting the look")
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

/// A list of folders with one more before all others.
fn before(folder: &Path, variable: &str, otherwise: &str) -> OsString {
    let mut list = folder.as_os_str().to_owned();
    list.push(":");
    list.push(env::var_os(variable).filter(|list| !list.is_empty()).unwrap_or_else(|| otherwise.into()));
    list
}

impl Drop for Person {
    fn drop(&mut self) {
        // The window first, the bus last.
        self.driver = None;
        self.keyring = None;
        self.daemon = None;
    }
}
