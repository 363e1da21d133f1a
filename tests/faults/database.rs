//! A PostgreSQL server of the test's own, to be killed, halted and started again.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

use crate::private::{is_private, run};

/// Who may do everything on it.
const OWNER: &str = "passerby";
/// PostgreSQL never runs as root.
const UNPRIVILEGED: [&str; 3] = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"];

/// A server. Dropping it ends it, and its folder goes.
#[derive(Debug)]
pub struct Database {
    folder: TempDir,
    port: u16,
    password: String,
    postmaster: Child,
}

impl Database {
    /// Lays out a cluster and starts a server on it.
    pub async fn open() -> Self {
        let folder = tempfile::Builder::new().prefix("passerby-faults-pg-").tempdir().unwrap();
        let password = format!("{:016x}", RandomState::new().build_hasher().finish());
        let (cluster, secret) = (folder.path().join("cluster"), folder.path().join("password"));
        fs::write(&secret, &password).unwrap();
        if geteuid().is_root() {
            run("chown", &["-R", "nobody:nogroup", folder.path().to_str().unwrap()]).unwrap();
        }
        let mut initdb = server_program("initdb");
        initdb.arg("--pgdata").arg(&cluster).args(["--username", OWNER, "--auth", "scram-sha-256"]);
        initdb.args(["--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions", "--pwfile"]);
        let output = initdb.arg(&secret).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let mut rules = fs::File::options().append(true).open(cluster.join("pg_hba.conf")).unwrap();
        writeln!(rules, "host all all 10.77.0.0/24 scram-sha-256").unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let postmaster = start(folder.path(), port);
        let mut database = Self { folder, port, password, postmaster };
        database.until_ready().await;
        database
    }

    /// The address of one of its databases, as it is reached at a host.
    pub fn address(&self, host: &str, name: &str) -> String {
        format!("postgres://{OWNER}:{}@{host}:{}/{name}", self.password, self.port)
    }

    /// Runs a statement and gives what it answers.
    pub async fn ask(&self, name: &str, statement: &str) -> Result<String, String> {
        let mut psql = Command::new(find_server_program("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--command", statement]);
        psql.env("PGHOST", "127.0.0.1").env("PGPORT", self.port.to_string()).env("PGUSER", OWNER);
        psql.env("PGPASSWORD", &self.password).env("PGDATABASE", name).stdin(Stdio::null());
        let output = tokio::task::spawn_blocking(move || psql.output()).await.unwrap().unwrap();
        if output.status.success() {
            return Ok(String::from_utf8(output.stdout).unwrap().trim().to_owned());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Starts it again when it ends at once, as whoever looks after it does: while a process that was killed is not quite gone, another
    /// server refuses to begin.
    async fn until_ready(&mut self) {
        let mut said = String::new();
        for _ in 0..600 {
            if self.postmaster.try_wait().unwrap().is_some() {
                self.postmaster = start(self.folder.path(), self.port);
            }
            match self.ask("postgres", "SELECT 1").await {
                Ok(_) => return,
                Err(error) => said = error,
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let last: Vec<_> = log.lines().rev().take(5).collect();
        panic!("PostgreSQL does not come up: {said}; {last:?}");
    }

    /// `kill -9` of the postmaster and of all its children, as when the system runs out of memory.
    pub fn kill(&mut self) {
        let children = self.children();
        self.postmaster.kill().unwrap();
        self.postmaster.wait().unwrap();
        for child in children {
            // It may have seen that its parent is gone.
            let _ = kill_process(child, Signal::KILL);
        }
    }

    /// Ends it as an admin would who is in a hurry.
    pub fn stop(&mut self) {
        kill_process(self.number(), Signal::INT).unwrap();
        self.postmaster.wait().unwrap();
    }

    /// Neither answers nor ends, or does so again.
    pub fn halt(&self, halted: bool) {
        let signal = if halted { Signal::STOP } else { Signal::CONT };
        for process in [self.number()].into_iter().chain(self.children()) {
            let _ = kill_process(process, signal);
        }
    }

    /// Starts it after [`Self::kill`] or [`Self::stop`].
    pub async fn start(&mut self) {
        self.postmaster = start(self.folder.path(), self.port);
        self.until_ready().await;
    }

    fn number(&self) -> Pid {
        Pid::from_child(&self.postmaster)
    }

    fn children(&self) -> Vec<Pid> {
        let tasks = format!("/proc/{0}/task/{0}/children", self.postmaster.id());
        let numbers = fs::read_to_string(tasks).unwrap_or_default();
        numbers.split_whitespace().filter_map(|number| Pid::from_raw(number.parse().ok()?)).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.halt(false);
        self.kill();
    }
}

fn start(folder: &Path, port: u16) -> Child {
    let log = fs::File::options().create(true).append(true).open(folder.join("log")).unwrap();
    let mut postgres = server_program("postgres");
    postgres.arg("-D").arg(folder.join("cluster")).arg("-k").arg(folder).arg("-p").arg(port.to_string());
    let listen = if is_private() { "listen_addresses=*" } else { "listen_addresses=127.0.0.1" };
    // Processes are killed here, not the computer: what the system was given is there.
    for setting in [listen, "max_connections=200", "fsync=off", "autovacuum_naptime=10s"] {
        postgres.args(["-c", setting]);
    }
    let copy = log.try_clone().unwrap();
    postgres.stdin(Stdio::null()).stdout(log).stderr(copy).spawn().unwrap()
}

/// A program of the server, as somebody who is not root.
fn server_program(name: &str) -> Command {
    let program = find_server_program(name);
    let mut command = if geteuid().is_root() {
        let mut command = Command::new("setpriv");
        command.args(UNPRIVILEGED).arg("--").arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/");
    command
}

/// Of the newest version where Debian puts them, or on the search path.
fn find_server_program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let found = versions.filter_map(|version| {
        let number: u32 = version.file_name().to_str()?.parse().ok()?;
        let program = version.path().join("bin").join(name);
        program.is_file().then_some((number, program))
    });
    found.max().map_or_else(|| PathBuf::from(name), |(_, program)| program)
}
