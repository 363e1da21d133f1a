//! A desktop for tests: remembers what the window was told, and has nothing.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::{Desktop, FileKind, Picture};
use crate::change::Change;
use crate::command_error::CommandError;
use crate::shell::unpoisoned;

/// What the window was told.
#[derive(Default, Clone)]
pub struct FakeDesktop(Arc<Mutex<Vec<Change>>>);

impl FakeDesktop {
    /// What the window was told since the last time this was asked.
    #[must_use]
    pub fn told(&self) -> Vec<Change> {
        std::mem::take(&mut unpoisoned(&self.0))
    }
}

impl Desktop for FakeDesktop {
    fn tell(&self, change: Change) {
        unpoisoned(&self.0).push(change);
    }

    fn pick_file(&self, _kind: FileKind) -> Option<PathBuf> {
        None
    }

    fn place_file(&self, _kind: FileKind, _name: &str) -> Option<PathBuf> {
        None
    }

    fn pick_folder(&self) -> Option<PathBuf> {
        None
    }

    fn clipboard_text(&self) -> Option<String> {
        None
    }

    fn clipboard_picture(&self) -> Option<Picture> {
        None
    }

    fn lend_to_clipboard(&self, _text: &str, _seconds: u64) -> Result<(), CommandError> {
        Ok(())
    }

    fn screens(&self) -> Result<Vec<Picture>, CommandError> {
        Ok(Vec::new())
    }

    fn open_address(&self, _address: &str, _browser: Option<&str>) -> Result<(), CommandError> {
        Ok(())
    }

    fn browsers(&self) -> Vec<String> {
        Vec::new()
    }

    fn keyboard(&self) -> Option<String> {
        None
    }

    fn protect_screen(&self, _protect: bool) -> bool {
        false
    }

    fn start_with_session(&self, _start: bool) -> Result<(), CommandError> {
        Ok(())
    }

    fn show_tray(&self, _show: bool) {}
}
