//! A program of the project that runs beside this one: started on a free loopback port, its output in a file, ended by
//! its process id.
//!
//! Never ends anything it did not start, and never by name.

use std::{
    fs::File,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// How often a program is asked whether it is ready, or has ended.
const PAUSE: Duration = Duration::from_millis(20);
/// How long a program may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(5);
/// The most that is read of an answer.
const LONGEST_ANSWER: u64 = 64 << 10;
/// How much of a log an error shows.
const SHOWN_LINES: usize = 15;

/// A loopback port that is free now. Somebody else may take it before it is used; then the program says so and ends.
pub fn find_free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("tried to find a free port")?;
    Ok(listener.local_addr().context("tried to find a free port")?.port())
}

/// A running program. Dropping it ends it.
pub struct Process {
    name: String,
    log: PathBuf,
    child: Option<Child>,
    signal: &'static str,
}

impl Process {
    /// Starts the program with both its outputs in the file `log` (appended to) and nothing to read.
    pub fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        Self::start_with(name, command, log, Stdio::null())
    }

    /// The same, with something to read.
    pub fn start_with(name: &str, command: &mut Command, log: &Path, input: Stdio) -> Result<Self> {
        let file = File::options().create(true).append(true).open(log);
        let file = file.with_context(|| format!("tried to open {}", log.display()))?;
        let copy = file.try_clone().with_context(|| format!("tried to open {}", log.display()))?;
        let child = command
            .stdin(input)
            .stdout(file)
            .stderr(copy)
            .spawn()
            .with_context(|| format!("tried to start {name}"))?;
        Ok(Self { name: name.to_owned(), log: log.to_path_buf(), child: Some(child), signal: "TERM" })
    }

    /// Has it asked to end by another signal than `TERM`.
    pub fn end_with(&mut self, signal: &'static str) {
        self.signal = signal;
    }

    /// Waits until `GET path` on the address answers with a 2xx. Fails at once if the program has ended.
    pub fn wait_until_healthy(&mut self, address: SocketAddr, path: &str, limit: Duration) -> Result<()> {
        self.wait_until(limit, || answers(address, path))
    }

    /// Waits until it is seen to be ready. Fails at once if the program has ended.
    pub fn wait_until(&mut self, limit: Duration, mut is_ready: impl FnMut() -> bool) -> Result<()> {
        let start = Instant::now();
        loop {
            if is_ready() {
                return Ok(());
            }
            if let Some(status) = self.find_exit()? {
                bail!("{} ended before it was ready ({status}):\n{}", self.name, self.last_lines());
            }
            if start.elapsed() > limit {
                let waited = limit.as_secs();
                bail!("{} was not ready after {waited} s:\n{}", self.name, self.last_lines());
            }
            thread::sleep(PAUSE);
        }
    }

    /// Asks the program to end, waits, and insists after five seconds. Says how it ended.
    pub fn end(mut self) -> Result<Option<ExitStatus>> {
        self.stop()
    }

    /// Its number.
    pub fn id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Leaves the program running after this one, and gives its number.
    pub fn keep(mut self) -> Option<u32> {
        self.child.take().map(|child| child.id())
    }

    fn find_exit(&mut self) -> Result<Option<ExitStatus>> {
        match &mut self.child {
            Some(child) => child.try_wait().with_context(|| format!("tried to ask about {}", self.name)),
            None => Ok(None),
        }
    }

    fn stop(&mut self) -> Result<Option<ExitStatus>> {
        let Some(child) = &mut self.child else { return Ok(None) };
        ask_to_end(child, self.signal);
        let start = Instant::now();
        let status = loop {
            match child.try_wait().with_context(|| format!("tried to wait for {}", self.name))? {
                Some(status) => break status,
                None if start.elapsed() < GRACE => thread::sleep(PAUSE),
                None => {
                    child.kill().with_context(|| format!("tried to end {}", self.name))?;
                    break child.wait().with_context(|| format!("tried to wait for {}", self.name))?;
                }
            }
        };
        self.child = None;
        Ok(Some(status))
    }

    fn last_lines(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nobody is left to tell: the program has been asked and, if it did not listen, killed.
        drop(self.stop());
    }
}

#[cfg(unix)]
fn ask_to_end(child: &Child, signal: &str) {
    // The system's own program, because a signal needs unsafe code or one more dependency. If it cannot be started,
    // the caller's patience runs out and it insists.
    drop(
        Command::new("kill")
            .args([&format!("-{signal}"), &child.id().to_string()])
            .stderr(Stdio::null())
            .status(),
    );
}

#[cfg(not(unix))]
fn ask_to_end(_: &Child, _: &str) {}

/// Whether a plain HTTP server there answers this path with a 2xx.
pub fn answers(address: SocketAddr, path: &str) -> bool {
    let limit = Duration::from_secs(1);
    let Ok(mut stream) = TcpStream::connect_timeout(&address, limit) else { return false };
    let question = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let asked = stream.set_read_timeout(Some(limit)).and_then(|()| stream.write_all(question.as_bytes()));
    let mut answer = Vec::new();
    // Read to its end, so that the server does not see a connection that broke off.
    asked.is_ok()
        && stream.take(LONGEST_ANSWER).read_to_end(&mut answer).is_ok()
        && answer.starts_with(b"HTTP/1.1 2")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, log: &Path) -> Process {
        Process::start("the script", Command::new("sh").args(["-c", script]), log).unwrap()
    }

    #[test]
    fn a_program_that_ends_early_is_reported_with_its_last_words() {
        let folder = tempfile::tempdir().unwrap();
        let mut process = shell("echo the port is taken >&2; exit 7", &folder.path().join("log"));
        let nobody = (Ipv4Addr::LOCALHOST, find_free_port().unwrap()).into();
        let error = process.wait_until_healthy(nobody, "/health", Duration::from_secs(30)).unwrap_err();
        assert!(error.to_string().contains("the port is taken"), "{error}");
    }

    #[test]
    fn health_is_a_2xx_and_nothing_else() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            for status in ["503 Busy", "200 OK"] {
                let (mut stream, _) = listener.accept().unwrap();
                let mut question = [0; 512];
                let length = stream.read(&mut question).unwrap();
                assert!(question[..length].starts_with(b"GET /health HTTP/1.1\r\n"));
                write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").unwrap();
            }
        });
        let folder = tempfile::tempdir().unwrap();
        let mut process = shell("exec sleep 60", &folder.path().join("log"));
        process.wait_until_healthy(address, "/health", Duration::from_secs(30)).unwrap();
        server.join().unwrap();
        assert!(!process.end().unwrap().unwrap().success(), "a program that was told to end did not succeed");
    }

    #[test]
    fn dropping_ends_and_keeping_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let lives = |id: u32| {
            Command::new("kill").args(["-0", &id.to_string()]).stderr(Stdio::null()).status().unwrap()
        };
        let dropped = shell("exec sleep 60", &log);
        let id = dropped.child.as_ref().unwrap().id();
        drop(dropped);
        assert!(!lives(id).success());
        // A kept one ends by itself here, when what it reads from is closed.
        let kept = shell("exec sleep 1", &log);
        assert!(lives(kept.keep().unwrap()).success());
    }
}
