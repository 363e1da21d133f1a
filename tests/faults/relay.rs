//! The relay's program, as a process that can be killed.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// How a relay is started: the same way each time.
#[derive(Debug, Clone)]
pub struct Start {
    pub folder: PathBuf,
    pub log: PathBuf,
    /// The address of a database; else it keeps a file in its folder.
    pub database: Option<String>,
    /// A library to load before, and the file that tells it how far the clock is off.
    pub clock: Option<(PathBuf, PathBuf)>,
    /// The network name space that it runs in.
    pub namespace: Option<&'static str>,
}

/// A running relay. Dropping it kills it.
#[derive(Debug)]
pub struct Relay {
    child: Child,
    pub address: SocketAddr,
}

/// The program: named by the environment, or where cargo puts it beside this test.
pub fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("PASSERBY_RELAY_PROGRAM") {
        return named.into();
    }
    let test = std::env::current_exe().unwrap();
    let beside = test.ancestors().nth(2).unwrap().join("passerby-relay");
    assert!(
        beside.is_file(),
        "passerby-relay is not built: `cargo build -p passerby-relay`, or `cargo xtask test --only faults`"
    );
    beside
}

impl Start {
    /// Starts it and waits for its word that it is ready; what its log says last, if it ends instead.
    pub async fn run(&self) -> Result<Relay, String> {
        let start = self.clone();
        tokio::task::spawn_blocking(move || start.run_now()).await.unwrap()
    }

    fn run_now(&self) -> Result<Relay, String> {
        let log = File::options().create(true).append(true).open(&self.log).unwrap();
        let mut command = match self.namespace {
            None => Command::new(program()),
            Some(name) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", name]).arg(program());
                command
            }
        };
        command.args(["serve", "--listen", "127.0.0.1:0"]).current_dir(&self.folder);
        if let Some(address) = &self.database {
            command.env("PASSERBY_RELAY_POSTGRES", address);
        }
        if let Some((library, file)) = &self.clock {
            command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", file);
            // Read anew at each look at the clock; what measures spans of time stays true, as when a clock is set.
            command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        let said = BufReader::new(child.stdout.take().unwrap()).read_line(&mut line);
        let address = line.trim_end().strip_prefix("passerby-relay ready on http://");
        if let (Ok(_), Some(address)) = (said, address.and_then(|address| address.parse().ok())) {
            return Ok(Relay { child, address });
        }
        // It ended, or is no relay.
        drop(child.kill());
        drop(child.wait());
        Err(last_lines(&self.log))
    }
}

impl Relay {
    /// `kill -9`.
    pub fn kill(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Until it has ended by itself.
    pub fn wait(&mut self) {
        drop(self.child.wait());
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What a log says last.
pub fn last_lines(log: &Path) -> String {
    let text = String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()).into_owned();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}
