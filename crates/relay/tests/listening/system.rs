//! What a relay and systemd say to each other, and the unit that ships.

use std::fs;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::client::curl;
use super::running::{Running, prepare, program};

fn packaging() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/relay")
}

/// The relay, started by a shell that puts its standard input where systemd puts the first socket.
fn with_socket(folder: &Path, socket: TcpListener) -> Command {
    let mut command = Command::new("sh");
    let script = "export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$0\" serve 3<&0 0</dev/null";
    command.args(["-c", script]).arg(program().get_program()).current_dir(folder);
    command.stdin(Stdio::from(OwnedFd::from(socket)));
    command
}

#[test]
fn a_socket_that_is_handed_over_is_served_and_outlives_the_relay() {
    let folder = prepare("[http]\nlisten = \"127.0.0.1:1\"\n");
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let relay = Running::spawn(&mut with_socket(folder.path(), socket.try_clone().unwrap()));
    assert_eq!(relay.address, address);
    let health = format!("http://{address}/health");
    curl(&[&health]).unwrap();
    relay.stop();
    // Whoever calls in between waits in the socket's queue, and is served by the next relay.
    let waiting = std::thread::spawn({
        let health = health.clone();
        move || curl(&[&health])
    });
    let relay = Running::spawn(&mut with_socket(folder.path(), socket));
    waiting.join().unwrap().unwrap();
    relay.stop();
}

#[test]
fn a_socket_for_the_world_is_not_served_without_tls() {
    let folder = prepare("");
    let socket = TcpListener::bind("0.0.0.0:0").unwrap();
    let output = with_socket(folder.path(), socket).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("plain HTTP to the world"));
}

#[test]
fn the_system_is_told_when_it_is_ready_alive_and_stopping() {
    let folder = prepare("[http]\nlisten = \"127.0.0.1:0\"\n");
    let path = folder.path().join("notify");
    let told = UnixDatagram::bind(&path).unwrap();
    let next = || {
        let mut message = [0; 512];
        let length = told.recv(&mut message).unwrap();
        String::from_utf8(message[..length].to_vec()).unwrap().trim_end().to_owned()
    };
    let mut command = program();
    command.arg("serve").current_dir(folder.path());
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "200000").env_remove("WATCHDOG_PID");
    let relay = Running::spawn(&mut command);
    let mut heard = Vec::new();
    while !(heard.contains(&"READY=1".to_owned())
        && heard.iter().filter(|said| *said == "WATCHDOG=1").count() >= 3)
    {
        heard.push(next());
    }
    let stopping = std::thread::spawn(move || relay.stop());
    while next() != "STOPPING=1" {}
    stopping.join().unwrap();
}

#[test]
fn a_relay_that_cannot_start_never_says_ready() {
    let folder = prepare("[http]\nlisten = \"0.0.0.0:0\"\n");
    let path = folder.path().join("notify");
    let told = UnixDatagram::bind(&path).unwrap();
    let output =
        program().arg("serve").current_dir(folder.path()).env("NOTIFY_SOCKET", &path).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    told.set_nonblocking(true).unwrap();
    told.recv(&mut [0; 64]).unwrap_err();
}

/// The units as they ship, but with the program of this build.
fn units(folder: &Path) -> PathBuf {
    let service = fs::read_to_string(packaging().join("passerby-relay.service")).unwrap();
    let built = program().get_program().to_string_lossy().into_owned();
    assert!(service.contains("/usr/bin/passerby-relay "));
    let service = service.replace("/usr/bin/passerby-relay ", &format!("{built} "));
    fs::write(folder.join("passerby-relay.service"), service).unwrap();
    fs::copy(packaging().join("passerby-relay.socket"), folder.join("passerby-relay.socket")).unwrap();
    folder.join("passerby-relay.service")
}

fn systemd_analyze(arguments: &[&str], unit: &Path) -> (bool, String) {
    let mut command = Command::new("systemd-analyze");
    let output = command.args(arguments).arg(unit).env("SYSTEMD_PAGER", "").output();
    let output = output.unwrap_or_else(|_| panic!("systemd-analyze must be installed"));
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn the_unit_is_well_formed_and_exposes_little() {
    let folder = tempfile::tempdir().unwrap();
    let service = units(folder.path());
    for unit in [service.clone(), service.with_extension("socket")] {
        let (well, said) = systemd_analyze(&["verify", "--man=no"], &unit);
        assert!(well && !said.contains("passerby-relay"), "{said}");
    }
    // systemd's own measure of what a broken-into program could do, from 0 to 100; most units that ship with it stand above 90.
    let (well, said) =
        systemd_analyze(&["security", "--offline=true", "--threshold=20", "--no-pager"], &service);
    assert!(well, "{said}");
}
