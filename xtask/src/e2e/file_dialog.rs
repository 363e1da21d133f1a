//! The system's own dialog for files, which no driver of pages reaches: answered on the screen, by the keyboard.

use std::{
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use super::screen::Screen;

const PAUSE: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_mins(2);
/// How long a dialog takes to close on a busy machine, once it was answered well.
const TO_CLOSE: Duration = Duration::from_secs(10);

/// A dialog by what stands on top of it.
pub enum FileDialog {
    Open,
    Save,
}

impl FileDialog {
    /// Waits until it is there, types where the file is, and presses Enter; again, if it stays.
    pub fn answer(&self, screen: &Screen, file: &Path) -> Result<()> {
        let start = Instant::now();
        let window = loop {
            if let Some(window) = self.find(screen) {
                break window;
            }
            ensure!(start.elapsed() < PATIENCE, "there is no file dialog");
            thread::sleep(PAUSE);
        };
        while start.elapsed() < PATIENCE {
            xdotool(screen, &["windowfocus", "--sync", &window])?;
            // In place of what stands there. A slash opens the field for a path where there is none yet; a dialog that is slow to
            // open it loses letters, and then finds no such file.
            xdotool(screen, &["key", "ctrl+a"])?;
            xdotool(screen, &["type", "--delay", "25", &file.to_string_lossy()])?;
            xdotool(screen, &["key", "Return"])?;
            let pressed = Instant::now();
            while pressed.elapsed() < TO_CLOSE {
                if self.find(screen).is_none() {
                    return Ok(());
                }
                thread::sleep(PAUSE);
            }
        }
        bail!("the file dialog stays open");
    }

    fn find(&self, screen: &Screen) -> Option<String> {
        let title = match self {
            Self::Open => "^Open File$",
            Self::Save => "^Save File$",
        };
        // It fails while there is none.
        let found = xdotool(screen, &["search", "--onlyvisible", "--name", title]).ok()?;
        found.lines().next().map(str::to_owned)
    }
}

fn xdotool(screen: &Screen, arguments: &[&str]) -> Result<String> {
    let output = Command::new("xdotool").args(arguments).env("DISPLAY", screen.display()).output();
    let output = output.context("starting xdotool")?;
    ensure!(
        output.status.success(),
        "xdotool {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
