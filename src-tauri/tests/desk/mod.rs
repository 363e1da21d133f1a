//! Somebody's desk: folders, a screen, a session bus if there is one, what stands around the window on it, and the program.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_testkit::bus::Bus;
use passerby_testkit::rng::seeded;
use passerby_testkit::running::Running;
use passerby_wallet::{Stretching, SystemClock, Wallet};
use secrecy::SecretString;
use tempfile::TempDir;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ClientMessageEvent, ConnectionExt as _, EventMask, InputFocus};

use super::screen::Screen;

/// What is in the vault, and the passphrase that is typed.
pub const DETAILS: &[&str] = &["Ada Passerby", "ada@home.example", "Long Lane 12", PASSPHRASE];
const PASSPHRASE: &str = "correct horse battery staple";

const PAUSE: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_mins(2);
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const NOTICES: &str = "org.freedesktop.Notifications";
const MOCK: &str = "org.freedesktop.DBus.Mock";

/// Says that it is over, also when a test fails in between.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

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

    fn start_mock(&mut self, name: &str, arguments: &[&str]) {
        let mut mock = self.command("/usr/bin/python3");
        mock.args(["-m", "dbusmock", "--session"]).args(arguments).stdout(Stdio::null());
        self.around.push(Running::start(&mut mock));
        let waited = self.command("gdbus").args(["wait", "--session", "--timeout", "60", name]).status();
        assert!(waited.unwrap().success(), "the mock did not come up; `cargo xtask test` installs it");
    }

    fn call(&self, name: &str, path: &str, method: &str, arguments: &[&str]) -> String {
        // What comes after `--` is no option, though it may begin like one.
        let call = ["call", "--session", "--dest", name, "--object-path", path, "--method", method, "--"];
        self.read("gdbus", &[&call, arguments].concat())
    }

    /// A place for icons.
    pub fn start_tray(&mut self) {
        let path = "/StatusNotifierWatcher";
        self.start_mock(WATCHER, &[WATCHER, path, WATCHER]);
        for (method, body) in [("RegisterStatusNotifierItem", ""), ("RegisterStatusNotifierHost", "")] {
            self.call(WATCHER, path, &format!("{MOCK}.AddMethod"), &[WATCHER, method, "s", "", body]);
        }
        let host = ["IsStatusNotifierHostRegistered", "<true>"];
        self.call(WATCHER, path, &format!("{MOCK}.AddProperty"), &[WATCHER, host[0], host[1]]);
    }

    /// Somebody who shows notices.
    pub fn start_notices(&mut self) {
        self.start_mock(NOTICES, &["--template", "notification_daemon"]);
    }

    /// What was shown.
    pub fn notices(&self) -> String {
        let method = format!("{MOCK}.GetMethodCalls");
        let calls = self.call(NOTICES, "/org/freedesktop/Notifications", &method, &["Notify"]);
        if calls.contains("Notify") || calls.contains("Passerby") { calls } else { String::new() }
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
        self.wait_until(|desk| desk.find_window().is_some());
    }

    /// What it wrote where a terminal would be.
    pub fn said(&self) -> String {
        fs::read_to_string(self.path("said")).unwrap_or_default()
    }

    fn pid(&self) -> u32 {
        self.program.as_ref().unwrap().0.id()
    }

    /// Whether the window can be seen.
    pub fn has_window(&self) -> bool {
        self.find_window().is_some()
    }

    /// The window; xdotool misses it when another one goes while it looks.
    fn window(&self) -> String {
        let mut found = None;
        self.wait_until(|desk| {
            found = desk.find_window();
            found.is_some()
        });
        found.unwrap()
    }

    fn find_window(&self) -> Option<String> {
        let found = self.read("xdotool", &["search", "--onlyvisible", "--name", "^Passerby$"]);
        found.lines().next_back().map(str::to_owned)
    }

    /// Whether the program holds the vault open, as the system says: nobody's lock is touched by the question.
    pub fn is_open(&self) -> bool {
        let Ok(about) = fs::metadata(self.path("data/passerby/vault.db.lock")) else { return false };
        let locks = fs::read_to_string("/proc/locks").unwrap();
        locks.lines().any(|line| line.contains(&format!(":{} ", about.ino())))
    }

    pub fn press(&self, keys: &str) {
        let window = self.window();
        self.read("xdotool", &["windowfocus", "--sync", &window]);
        for key in keys.split(' ') {
            self.read("xdotool", &["key", "--clearmodifiers", key]);
        }
    }

    /// From nowhere in the window to the first place where something can be typed.
    fn go_to_first_field(&self) {
        let window = self.window();
        self.read("xdotool", &["windowfocus", "--sync", &window]);
        self.read("xdotool", &["mousemove", "--window", &window, "20", "20", "click", "1", "key", "Tab"]);
    }

    /// Types the passphrase, again if the window was not ready for it.
    pub fn unlock(&self) {
        self.unlock_after(|_| ());
    }

    pub fn unlock_after(&self, first: impl Fn(&Self)) {
        first(self);
        let begun = Instant::now();
        let mut typed: Option<Instant> = None;
        let mut was_open = false;
        self.wait_until(|desk| {
            let is_time = typed.is_none_or(|typed| typed.elapsed() > Duration::from_secs(5));
            if desk.find_window().is_some() && is_time && !desk.is_open() {
                desk.go_to_first_field();
                desk.read("xdotool", &["type", "--delay", "2", PASSPHRASE]);
                desk.press("Return");
                typed = Some(Instant::now());
            }
            // A locked program holds the file too, for the moment in which it looks how it is opened.
            let stays_open =
                std::mem::replace(&mut was_open, desk.is_open() && desk.has_journal()) && was_open;
            typed.is_some() && begun.elapsed() > PAUSE && stays_open
        });
    }

    /// Does something while the system keeps the window behind others: whatever it asks for, it does not get the keyboard.
    pub fn behind_others<T>(&self, work: impl FnOnce() -> T) -> T {
        let (connection, _) = x11rb::connect(Some(&self.screen.display)).unwrap();
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    connection.set_input_focus(InputFocus::NONE, x11rb::NONE, x11rb::CURRENT_TIME).unwrap();
                    connection.flush().unwrap();
                    thread::sleep(PAUSE / 10);
                }
            });
            let _ends = Ends(&done);
            work()
        })
    }

    /// As the cross at a window's edge does (ICCCM section 4.2.8.1).
    pub fn close_window(&self) {
        let window = self.find_window().unwrap().parse().unwrap();
        let (connection, _) = x11rb::connect(Some(&self.screen.display)).unwrap();
        let [protocols, delete] = ["WM_PROTOCOLS", "WM_DELETE_WINDOW"]
            .map(|name| connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom);
        let close = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
        connection.send_event(false, window, EventMask::NO_EVENT, close).unwrap().check().unwrap();
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

    /// The menu of the icon, once it is like this.
    pub fn tray_menu(&self, like: impl Fn(&str) -> bool) -> String {
        let mut menu = String::new();
        self.wait_until(|desk| {
            menu = desk.find_menu().map(|(owner, path)| desk.layout(&owner, &path)).unwrap_or_default();
            like(&menu)
        });
        menu
    }

    /// Clicks the entry of this name.
    pub fn click_tray(&self, label: &str) {
        let (owner, path) = self.find_menu().unwrap();
        let menu = self.layout(&owner, &path);
        // `(<number>, {…'label': <'…'>…}`: the number before the label.
        let before = &menu[..menu.find(&format!("<'{label}'>")).unwrap_or_else(|| panic!("{menu}"))];
        let start = before.rfind("<(").unwrap() + 2;
        let id = before[start..].split(',').next().unwrap();
        let click = [id, "clicked", "<''>", "0"];
        self.call(&owner, &path, "com.canonical.dbusmenu.Event", &click);
    }

    fn layout(&self, owner: &str, path: &str) -> String {
        self.call(owner, path, "com.canonical.dbusmenu.GetLayout", &["0", "-1", "[]"])
    }

    /// Whose menu it is, and where: the watcher was told the icon's path.
    fn find_menu(&self) -> Option<(String, String)> {
        let method = format!("{MOCK}.GetMethodCalls");
        let calls = self.call(WATCHER, "/StatusNotifierWatcher", &method, &["RegisterStatusNotifierItem"]);
        let item = calls.rsplit('\'').find(|part| part.starts_with('/'))?.to_owned();
        let names = self.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames", &[]);
        let owner = names.split('\'').filter(|name| name.starts_with(':')).find(|name| {
            let of = "org.freedesktop.DBus.GetConnectionUnixProcessID";
            let pid = self.call("org.freedesktop.DBus", "/", of, &[name]);
            pid.contains(&format!(" {},", self.pid()))
                && self
                    .call(
                        name,
                        &item,
                        "org.freedesktop.DBus.Properties.GetAll",
                        &["org.kde.StatusNotifierItem"],
                    )
                    .contains("Menu")
        })?;
        let get = "org.freedesktop.DBus.Properties.Get";
        let menu = self.call(owner, &item, get, &["org.kde.StatusNotifierItem", "Menu"]);
        let path = menu.split('\'').find(|part| part.starts_with('/'))?.to_owned();
        Some((owner.to_owned(), path))
    }
}
