//! A relay as a process, with a configuration of the test's.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::mpsc;

use tempfile::TempDir;

pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_passerby-relay"))
}

/// A folder with a key, a database and this configuration beside what every relay needs.
pub fn prepare(config: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let init = ["init", "--issuer", "https://relay.example"];
    assert!(program().args(init).current_dir(folder.path()).output().unwrap().status.success());
    configure(folder.path(), config);
    folder
}

pub fn configure(folder: &Path, config: &str) {
    let identity = "[identity]\nissuer = \"https://relay.example\"\n[log]\nlevel = \"debug\"\n";
    std::fs::write(folder.join("relay.toml"), format!("{identity}{config}")).unwrap();
}

/// What a relay says that does not start.
#[track_caller]
pub fn refuses_to_start(folder: &Path, expected: &str) {
    let Output { status, stderr, stdout } = program().arg("serve").current_dir(folder).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(3), "{said}");
    assert!(stdout.is_empty() && said.contains(expected), "{said}");
}

/// A serving relay, ended with the test.
pub struct Running {
    pub child: Child,
    pub scheme: String,
    pub address: SocketAddr,
    log: mpsc::Receiver<String>,
    seen: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    pub fn start(folder: &Path) -> Self {
        Self::spawn(program().arg("serve").current_dir(folder))
    }

    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = listen_to(child.stderr.take().unwrap());
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some(ready) = line.trim_end().strip_prefix("passerby-relay ready on ") else {
            panic!("it did not start: {}", log.iter().collect::<String>());
        };
        let (scheme, address) = ready.split_once("://").unwrap();
        let (scheme, address) = (scheme.to_owned(), address.parse().unwrap());
        Self { child, scheme, address, log, seen: String::new() }
    }

    /// Waits until a line of the log contains this, and returns the line. Lines before it are not looked at again.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> String {
        self.wait_for_unless(text, "\0")
    }

    /// The same, and fails if a line with this trouble comes before.
    #[track_caller]
    pub fn wait_for_unless(&mut self, text: &str, trouble: &str) -> String {
        for line in &self.log {
            self.seen.push_str(&line);
            if line.contains(text) {
                return line;
            }
            assert!(!line.contains(trouble), "{line}");
        }
        panic!("the relay ended without saying {text:?}:\n{}", self.seen);
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// Stops it, and returns its whole log.
    pub fn stop(mut self) -> String {
        self.signal("TERM");
        assert!(self.child.wait().unwrap().success());
        std::mem::take(&mut self.seen) + &self.log.iter().collect::<String>()
    }
}

fn listen_to(stderr: ChildStderr) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        let mut reader = BufReader::new(stderr);
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
            if sender.send(std::mem::take(&mut line)).is_err() {
                // Nobody listens any more: the relay must not wait for it.
                let _ = reader.read_to_end(&mut Vec::new());
            }
        }
    });
    lines
}
