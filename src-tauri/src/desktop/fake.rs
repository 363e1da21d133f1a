//! A desktop for tests: remembers what the window was told, and has what a test gives it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::{Desktop, FileKind, Picture};
use crate::change::Change;
use crate::command_error::CommandError;
use crate::shell::unpoisoned;

/// A desktop whose person picks what a test says.
#[derive(Default, Clone)]
pub struct FakeDesktop(Arc<Mutex<Past>>);

#[derive(Default)]
struct Past {
    told: Vec<Change>,
    picks: Option<PathBuf>,
    taken_back: usize,
}

impl FakeDesktop {
    /// What the window was told since the last time this was asked.
    #[must_use]
    pub fn told(&self) -> Vec<Change> {
        std::mem::take(&mut unpoisoned(&self.0).told)
    }

    /// From now on the person picks this file, or place for one.
    pub fn picks(&self, file: PathBuf) {
        unpoisoned(&self.0).picks = Some(file);
    }

    /// How often what was lent to the clipboard was taken back.
    #[must_use]
    pub fn taken_back(&self) -> usize {
        unpoisoned(&self.0).taken_back
    }
}

impl Desktop for FakeDesktop {
    fn tell(&self, change: Change) {
        unpoisoned(&self.0).told.push(change);
    }

    fn pick_file(&self, _kind: FileKind) -> Option<PathBuf> {
        unpoisoned(&self.0).picks.clone()
    }

    fn place_file(&self, _kind: FileKind, _name: &str) -> Option<PathBuf> {
        unpoisoned(&self.0).picks.clone()
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

    fn take_back_clipboard(&self) {
        unpoisoned(&self.0).taken_back += 1;
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
