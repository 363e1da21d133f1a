//! A computer that a test plays: logind (python3-dbusmock) on a bus of its own.

#![allow(dead_code, reason = "each test file uses its part of the computer")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails where its world does"
)]

use std::process::{Command, Stdio};

use passerby_testkit::bus::Bus;
use passerby_testkit::running::Running;
use tempfile::TempDir;
use zbus::Connection;
use zbus::zvariant::Value;

const LOGIND: &str = "org.freedesktop.login1";
const MANAGER: &str = "/org/freedesktop/login1";
pub const SESSION: &str = "/org/freedesktop/login1/session/c1";
const AUTO: &str = "/org/freedesktop/login1/session/auto";
const MOCK: &str = "org.freedesktop.DBus.Mock";

/// A computer with one session.
pub struct Computer {
    _mock: Running,
    _bus: Bus,
    _folder: TempDir,
    pub address: String,
    stage: Connection,
}

impl Computer {
    pub async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let bus = Bus::start(folder.path());
        let address = Bus::address_in(folder.path());
        let mut mock = Command::new("/usr/bin/python3");
        mock.args(["-m", "dbusmock", "--template", "logind"]).env("DBUS_SYSTEM_BUS_ADDRESS", &address);
        let mock = Running::start(mock.stdout(Stdio::null()));
        let mut wait = Command::new("gdbus");
        wait.args(["wait", "--system", "--timeout", "60", LOGIND]).env("DBUS_SYSTEM_BUS_ADDRESS", &address);
        assert!(wait.status().unwrap().success(), "the mock did not come up; `cargo xtask test` installs it");
        let stage = connect(&address).await;
        let computer = Self { _mock: mock, _bus: bus, _folder: folder, address, stage };
        let _: String =
            computer.play(MANAGER, MOCK, "AddSession", &("c1", "seat0", 1000_u32, "anna", true)).await;
        computer
    }

    /// As where the program was started from the session itself.
    pub async fn know_by_process(self) -> Self {
        let code = format!("ret = '{SESSION}'");
        let method = ("org.freedesktop.login1.Manager", "GetSessionByPID", "u", "o", code.as_str());
        let () = self.play(MANAGER, MOCK, "AddMethod", &method).await;
        self
    }

    /// As where a service of the user started it.
    pub async fn know_by_person(self) -> Self {
        let nothing: Vec<(String, String, String, String)> = Vec::new();
        let properties = std::collections::HashMap::from([("Id", Value::from("c1"))]);
        let () = self
            .play(MANAGER, MOCK, "AddObject", &(AUTO, "org.freedesktop.login1.Session", properties, nothing))
            .await;
        self
    }

    pub async fn play<B, T>(&self, path: &str, interface: &str, method: &str, body: &B) -> T
    where
        B: serde::Serialize + zbus::zvariant::DynamicType,
        T: for<'d> serde::Deserialize<'d> + zbus::zvariant::Type,
    {
        let answer = self.stage.call_method(Some(LOGIND), path, Some(interface), method, body).await.unwrap();
        answer.body().deserialize().unwrap()
    }

    pub async fn sleep(&self, begins: bool) {
        let signal = ("org.freedesktop.login1.Manager", "PrepareForSleep", "b", vec![Value::from(begins)]);
        let () = self.play(MANAGER, MOCK, "EmitSignal", &signal).await;
    }

    /// Waits until so many programs hold the computer awake.
    pub async fn wait_for_holds(&self, count: usize) {
        loop {
            let holds: Vec<(String, String, String, String, u32, u32)> =
                self.play(MANAGER, "org.freedesktop.login1.Manager", "ListInhibitors", &()).await;
            if holds.len() == count {
                assert!(holds.iter().all(|hold| hold.0 == "sleep" && hold.3 == "delay"));
                return;
            }
        }
    }
}

pub async fn connect(address: &str) -> Connection {
    zbus::connection::Builder::address(address).unwrap().build().await.unwrap()
}
