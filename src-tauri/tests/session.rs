//! The lock with the session, against a logind that a test plays (python3-dbusmock) on a bus of its own.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails where its world does"
)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use passerby_desktop::desktop::session::{Ending, watch};
use tempfile::TempDir;
use tokio::sync::{Semaphore, mpsc};
use zbus::Connection;
use zbus::zvariant::Value;

const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=BUS</listen>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;
const LOGIND: &str = "org.freedesktop.login1";
const MANAGER: &str = "/org/freedesktop/login1";
const SESSION: &str = "/org/freedesktop/login1/session/c1";
const AUTO: &str = "/org/freedesktop/login1/session/auto";
const MOCK: &str = "org.freedesktop.DBus.Mock";

/// Ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A computer with one session.
struct Computer {
    _mock: Running,
    _bus: Running,
    _folder: TempDir,
    address: String,
    stage: Connection,
}

impl Computer {
    async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let address = format!("unix:path={}", folder.path().join("bus").display());
        let bus = start_bus(folder.path());
        let mut mock = Command::new("/usr/bin/python3");
        mock.args(["-m", "dbusmock", "--template", "logind"]).env("DBUS_SYSTEM_BUS_ADDRESS", &address);
        let mock = Running(mock.stdout(Stdio::null()).spawn().unwrap());
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
    async fn know_by_process(self) -> Self {
        let code = format!("ret = '{SESSION}'");
        let method = ("org.freedesktop.login1.Manager", "GetSessionByPID", "u", "o", code.as_str());
        let () = self.play(MANAGER, MOCK, "AddMethod", &method).await;
        self
    }

    /// As where a service of the user started it.
    async fn know_by_person(self) -> Self {
        let nothing: Vec<(String, String, String, String)> = Vec::new();
        let properties = std::collections::HashMap::from([("Id", Value::from("c1"))]);
        let () = self
            .play(MANAGER, MOCK, "AddObject", &(AUTO, "org.freedesktop.login1.Session", properties, nothing))
            .await;
        self
    }

    async fn play<B, T>(&self, path: &str, interface: &str, method: &str, body: &B) -> T
    where
        B: serde::Serialize + zbus::zvariant::DynamicType,
        T: for<'d> serde::Deserialize<'d> + zbus::zvariant::Type,
    {
        let answer = self.stage.call_method(Some(LOGIND), path, Some(interface), method, body).await.unwrap();
        answer.body().deserialize().unwrap()
    }

    async fn sleep(&self, begins: bool) {
        let signal = ("org.freedesktop.login1.Manager", "PrepareForSleep", "b", vec![Value::from(begins)]);
        let () = self.play(MANAGER, MOCK, "EmitSignal", &signal).await;
    }

    /// Waits until so many programs hold the computer awake.
    async fn wait_for_holds(&self, count: usize) {
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

fn start_bus(folder: &Path) -> Running {
    let config = folder.join("bus.conf");
    let socket = folder.join("bus");
    std::fs::write(&config, BUS.replace("BUS", &socket.to_string_lossy())).unwrap();
    let mut command = Command::new("dbus-daemon");
    command.arg("--config-file").arg(config).args(["--nofork", "--print-address"]).stdout(Stdio::piped());
    let mut bus = Running(command.spawn().unwrap());
    // It says its address when it can be reached.
    let mut said = String::new();
    BufReader::new(bus.0.stdout.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.starts_with("unix:"), "{said}");
    bus
}

async fn connect(address: &str) -> Connection {
    zbus::connection::Builder::address(address).unwrap().build().await.unwrap()
}

/// A wallet that is told, and locks only when it is let.
struct Wallet {
    told: mpsc::UnboundedReceiver<Ending>,
    may_lock: Arc<Semaphore>,
}

impl Wallet {
    async fn on(computer: &Computer) -> Self {
        let bus = connect(&computer.address).await;
        let (tell, told) = mpsc::unbounded_channel();
        let may_lock = Arc::new(Semaphore::new(0));
        let permits = Arc::clone(&may_lock);
        tokio::spawn(async move {
            let watched = watch(&bus, |ending| {
                tell.send(ending).unwrap();
                let permits = Arc::clone(&permits);
                async move { permits.acquire().await.unwrap().forget() }
            });
            watched.await.unwrap();
        });
        // It listens before it asks the computer to wait.
        computer.wait_for_holds(1).await;
        Self { told, may_lock }
    }

    async fn locks(&mut self) -> Ending {
        let ending = self.told.recv().await.unwrap();
        self.may_lock.add_permits(1);
        ending
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_computer_sleeps_only_once_the_wallet_is_locked() {
    let computer = Computer::start().await.know_by_process().await;
    let mut wallet = Wallet::on(&computer).await;
    computer.sleep(true).await;
    assert_eq!(wallet.told.recv().await, Some(Ending::Sleep));
    computer.wait_for_holds(1).await;
    wallet.may_lock.add_permits(1);
    computer.wait_for_holds(0).await;
    // Awake again, it asks for the next time.
    computer.sleep(false).await;
    computer.wait_for_holds(1).await;
    computer.sleep(true).await;
    assert_eq!(wallet.locks().await, Ending::Sleep);
    computer.wait_for_holds(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_screen_locks_the_wallet_whoever_locked_it() {
    let computer = Computer::start().await.know_by_process().await;
    let mut wallet = Wallet::on(&computer).await;
    let session = "org.freedesktop.login1.Session";
    let () = computer.play(SESSION, session, "Lock", &()).await;
    assert_eq!(wallet.locks().await, Ending::ScreenLocked);
    let () = computer.play(SESSION, session, "Unlock", &()).await;
    let () = computer.play(SESSION, session, "SetLockedHint", &(true,)).await;
    assert_eq!(wallet.locks().await, Ending::ScreenLocked);
    let () = computer.play(SESSION, session, "SetLockedHint", &(false,)).await;
    computer.sleep(true).await;
    assert_eq!(wallet.locks().await, Ending::Sleep, "an unlocked screen is no reason to lock");
}

#[tokio::test(flavor = "multi_thread")]
async fn started_by_a_service_the_session_with_the_screen_counts() {
    let computer = Computer::start().await.know_by_person().await;
    let mut wallet = Wallet::on(&computer).await;
    let () = computer.play(SESSION, "org.freedesktop.login1.Session", "Lock", &()).await;
    assert_eq!(wallet.locks().await, Ending::ScreenLocked);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_it_says_so_and_nothing_else_happens() {
    let computer = Computer::start().await;
    let bus = connect(&computer.address).await;
    let watched = watch(&bus, |_| async {}).await;
    assert!(watched.is_err());
}
