//! A relay's clock that jumps: Debian's libfaketime, loaded before the program, reads from a file how far it is off.

use std::path::{Path, PathBuf};

/// Seconds, forwards and backwards. Less than a day: what a relay deletes by its clock after a day is not what is looked for here.
const JUMPS: [i64; 8] = [45, -45, 600, -600, 7_200, -7_200, 72_000, -72_000];

#[derive(Debug)]
pub struct TurnedClock {
    pub library: PathBuf,
    pub file: PathBuf,
}

impl TurnedClock {
    /// A clock that is right, so far. `None` where the library is not installed.
    pub fn find(folder: &Path) -> Option<Self> {
        let kinds = std::fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
        let mut libraries = kinds.map(|kind| kind.join("faketime/libfaketimeMT.so.1"));
        let clock =
            Self { library: libraries.find(|library| library.is_file())?, file: folder.join("clock") };
        clock.turn(0);
        Some(clock)
    }

    /// Turns it; returns by how much.
    pub fn jump(&self, choice: u32) -> i64 {
        let seconds = JUMPS[usize::try_from(choice).unwrap() % JUMPS.len()];
        self.turn(seconds);
        seconds
    }

    /// Sets it to so many seconds beside the truth. Whoever reads the file meanwhile reads the old one.
    pub fn turn(&self, seconds: i64) {
        let fresh = self.file.with_extension("fresh");
        std::fs::write(&fresh, format!("{seconds:+}\n")).unwrap();
        std::fs::rename(&fresh, &self.file).unwrap();
    }
}
