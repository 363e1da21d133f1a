//! A screen that nobody looks at, on a free number.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::process::Process;

const PAUSE: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_mins(1);

/// How large it is, in pixels.
pub const WIDTH: usize = 1280;
pub const HEIGHT: usize = 900;

/// The running X server.
pub struct Screen {
    display: String,
    pixels: PathBuf,
    _server: Process,
}

impl Screen {
    /// Starts one that chooses its number itself, so that two runs do not meet.
    pub fn start(folder: &Path) -> Result<Self> {
        let log = folder.join("screen.log");
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", &format!("{WIDTH}x{HEIGHT}x24"), "-nolisten", "tcp"]);
        xvfb.arg("-fbdir").arg(folder);
        let server = Process::start("Xvfb", &mut xvfb, &log)?;
        let number =
            wait_for_line(&log, |line| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit()))?;
        Ok(Self { display: format!(":{number}"), pixels: folder.join("Xvfb_screen0"), _server: server })
    }

    /// The file that it draws into: its last `WIDTH * HEIGHT * 4` bytes, row by row from the top.
    pub fn pixels(&self) -> &Path {
        &self.pixels
    }

    /// Such as `:7`.
    pub fn display(&self) -> &str {
        &self.display
    }
}

/// Waits until a program has written a whole line like this.
pub fn wait_for_line(log: &Path, like: impl Fn(&str) -> bool) -> Result<String> {
    wait_for_another(log, 0, like)
}

/// Waits until a program has written one more whole line like this than `before`, and gives that one.
pub fn wait_for_another(log: &Path, before: usize, like: impl Fn(&str) -> bool) -> Result<String> {
    let start = Instant::now();
    loop {
        let text = fs::read_to_string(log).unwrap_or_default();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        if let Some(line) = whole.lines().filter(|line| like(line)).nth(before) {
            return Ok(line.to_owned());
        }
        if start.elapsed() > PATIENCE {
            bail!("nothing of the kind was written to {}:\n{text}", log.display());
        }
        thread::sleep(PAUSE);
    }
}
