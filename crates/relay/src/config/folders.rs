//! Where a relay that was installed as a package keeps its things. Any other one keeps them where it is started.

use std::path::{Path, PathBuf};

/// The program of the package, and the folders that the package makes for it. The unit lets the relay write to the second only.
const PROGRAM: &str = "/usr/bin/passerby-relay";
const CONFIG: &str = "/etc/passerby-relay";
const DATA: &str = "/var/lib/passerby-relay";

/// The unit's name: what an admin says to systemd.
pub const UNIT: &str = "passerby-relay";

fn is_installed() -> bool {
    std::env::current_exe().is_ok_and(|program| program == Path::new(PROGRAM)) && Path::new(CONFIG).is_dir()
}

/// The folder that `init` makes a relay in, unless it is told another.
#[must_use]
pub fn find_config_folder() -> PathBuf {
    PathBuf::from(if is_installed() { CONFIG } else { "." })
}

/// The configuration that commands take, unless they are told another.
#[must_use]
pub fn find_config_file() -> PathBuf {
    if is_installed() { Path::new(CONFIG).join("relay.toml") } else { PathBuf::from("relay.toml") }
}

/// The folder for what changes, where that is not the folder of the configuration.
#[must_use]
pub fn find_data_folder(config: &Path) -> Option<PathBuf> {
    let data = Path::new(DATA);
    (config == Path::new(CONFIG) && data.is_dir()).then(|| data.to_owned())
}
