//! Disks that are full, and disks that are slow.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::private::{is_private, run};

/// A disk of sixteen megabytes, for the time of a run.
#[derive(Debug)]
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts it on a folder. `None` where nothing may be mounted.
    pub fn mount(folder: &Path) -> Option<Self> {
        let place = folder.to_str()?;
        let mount = || run("mount", &["-t", "tmpfs", "-o", "size=16m", "passerby", place]);
        (is_private() && mount().is_ok()).then(|| Self(folder.to_owned()))
    }

    /// Writes until nothing more goes, to the last byte.
    pub fn fill(&self) {
        let mut file = File::create(self.0.join("filler")).unwrap();
        let mut size = 65_536;
        while size > 0 {
            match file.write(&vec![7; size]) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => size /= 2,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// There is room again.
    pub fn clear(&self) {
        match fs::remove_file(self.0.join("filler")) {
            Err(error) if error.kind() != ErrorKind::NotFound => panic!("{error}"),
            _ => {}
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(run("umount", &["--lazy", self.0.to_str().unwrap_or_default()]));
    }
}

/// Where the first generation of control groups has disks. The second one lets no process of root's be moved out of its place without
/// whoever manages it.
const GROUPS: &str = "/sys/fs/cgroup/blkio";
/// So many writes a second reach the disk.
const WRITES_A_SECOND: u32 = 20;

/// Makes the disk slow for processes, by the kernel's own brake.
#[derive(Debug)]
pub struct Brake {
    group: PathBuf,
    disk: String,
}

impl Brake {
    /// For the disk that holds a folder. `None` where processes cannot be slowed.
    pub fn find(folder: &Path) -> Option<Self> {
        let number = fs::metadata(folder).ok()?.dev();
        let (major, minor) = (rustix::fs::major(number), rustix::fs::minor(number));
        // A part of a disk is slowed with the whole.
        let device = format!("/sys/dev/block/{major}:{minor}");
        let whole = if Path::new(&device).join("partition").exists() { "/../dev" } else { "/dev" };
        let disk = fs::read_to_string(format!("{device}{whole}")).ok()?.trim().to_owned();
        let group = Path::new(GROUPS).join(format!("passerby-faults-{number:x}-{:x}", folder_number(folder)));
        fs::create_dir(&group).ok()?;
        let brake = Self { group, disk };
        let limit = brake.set(0);
        limit.is_ok().then_some(brake)
    }

    fn set(&self, writes_a_second: u32) -> std::io::Result<()> {
        let line = format!("{} {writes_a_second}", self.disk);
        fs::write(self.group.join("blkio.throttle.write_iops_device"), line)
    }

    /// From now on each write of this process waits its turn.
    pub fn slow(&self, process: u32) {
        self.set(WRITES_A_SECOND).unwrap();
        fs::write(self.group.join("cgroup.procs"), process.to_string()).unwrap();
    }

    /// As fast as ever.
    pub fn release(&self) {
        self.set(0).unwrap();
    }
}

/// Tells the runs of this computer apart.
fn folder_number(folder: &Path) -> u64 {
    fs::metadata(folder).map_or(0, |about| about.ino())
}

impl Drop for Brake {
    fn drop(&mut self) {
        // Its processes have ended, or go back to where all are.
        for process in fs::read_to_string(self.group.join("cgroup.procs")).unwrap_or_default().lines() {
            drop(fs::write(Path::new(GROUPS).join("cgroup.procs"), process));
        }
        drop(fs::remove_dir(&self.group));
    }
}
