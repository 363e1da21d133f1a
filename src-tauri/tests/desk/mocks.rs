//! What stands around the window on its bus, played by dbusmock.

use std::process::Stdio;

use passerby_testkit::running::Running;

use super::Desk;

const NOTICES: &str = "org.freedesktop.Notifications";
pub(super) const MOCK: &str = "org.freedesktop.DBus.Mock";

impl Desk {
    pub(super) fn start_mock(&mut self, name: &str, arguments: &[&str]) {
        let mut mock = self.command("/usr/bin/python3");
        mock.args(["-m", "dbusmock", "--session"]).args(arguments).stdout(Stdio::null());
        self.around.push(Running::start(&mut mock));
        let waited = self.command("gdbus").args(["wait", "--session", "--timeout", "60", name]).status();
        assert!(waited.unwrap().success(), "the mock did not come up; `cargo xtask test` installs it");
    }

    pub(super) fn call(&self, name: &str, path: &str, method: &str, arguments: &[&str]) -> String {
        // What comes after `--` is no option, though it may begin like one.
        let call = ["call", "--session", "--dest", name, "--object-path", path, "--method", method, "--"];
        self.read("gdbus", &[&call, arguments].concat())
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
}
