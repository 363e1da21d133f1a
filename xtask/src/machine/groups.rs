//! Control groups of a copy's own: what its systemd makes there is below them, and goes with them.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

/// Where control groups can be: of the second generation alone, or of both beside each other.
const HIERARCHIES: &[&str] = &["/sys/fs/cgroup", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"];

/// How long processes take to be gone that were killed.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

/// Dropping them removes them, once nobody is in them any more.
pub struct Groups(Vec<PathBuf>);

impl Groups {
    /// Makes one in each hierarchy there is.
    pub fn make(name: &OsStr) -> Result<Self> {
        let mut groups = Self(Vec::new());
        for hierarchy in HIERARCHIES.iter().map(Path::new) {
            if hierarchy.join("cgroup.procs").is_file() {
                let folder = hierarchy.join(name);
                fs::create_dir(&folder).with_context(|| format!("making {}", folder.display()))?;
                groups.0.push(folder);
            }
        }
        ensure!(!groups.0.is_empty(), "there are no control groups here");
        Ok(groups)
    }

    pub fn folders(&self) -> &[PathBuf] {
        &self.0
    }
}

impl Drop for Groups {
    fn drop(&mut self) {
        let begun = Instant::now();
        while !self.0.iter().all(|folder| remove(folder)) && begun.elapsed() < PATIENCE {
            thread::sleep(PAUSE);
        }
    }
}

/// A group with all that are in it, from the inside out. `false`: somebody is still there.
fn remove(group: &Path) -> bool {
    let inner = fs::read_dir(group).into_iter().flatten().flatten().map(|entry| entry.path());
    inner.filter(|path| path.is_dir()).all(|inner| remove(&inner))
        && (fs::remove_dir(group).is_ok() || !group.exists())
}
