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
const PATIENCE: Duration = Duration::from_mins(1);

/// A dialog by what stands on top of it.
pub enum FileDialog {
    Open,
    Save,
}

impl FileDialog {
    /// Waits until it is there, types where the file is, and presses Enter.
    pub fn answer(&self, screen: &Screen, file: &Path) -> Result<()> {
        let window = self.wait(screen)?;
        xdotool(screen, &["windowfocus", "--sync", &window])?;
        if matches!(self, Self::Save) {
            xdotool(screen, &["key", "ctrl+a"])?;
        }
        // A slash opens the field for a path where there is none yet.
        xdotool(screen, &["type", &file.to_string_lossy()])?;
        xdotool(screen, &["key", "Return"]).map(drop)
    }

    fn wait(&self, screen: &Screen) -> Result<String> {
        let title = match self {
            Self::Open => "^Open File$",
            Self::Save => "^Save File$",
        };
        let start = Instant::now();
        loop {
            // It fails while there is none.
            if let Ok(found) = xdotool(screen, &["search", "--onlyvisible", "--name", title])
                && let Some(window) = found.lines().next()
            {
                return Ok(window.to_owned());
            }
            if start.elapsed() > PATIENCE {
                bail!("there is no file dialog {title}");
            }
            thread::sleep(PAUSE);
        }
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
