//! The walls of the house, as checks over what cargo knows and what the sources say.
//!
//! Most walls are a missing line in a `Cargo.toml`, and the compiler keeps them. These checks keep the rest: that
//! nobody adds the line, that primitives stay in the few rooms made for them, that each step has its name on every
//! floor, and that a migration or a recording which has landed is never edited. `tests/walls.rs` holds the tables; each check
//! is a function of its input, so that its own tests can show that it fails when it must.

mod arrows;
mod landed;
mod rooms;
mod sources;

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::LazyLock,
};

pub use self::{
    arrows::{Arrows, Reach},
    landed::{Landed, MIGRATIONS, RECORDINGS, find_edited},
    rooms::{Cell, Must, find_missing_rooms, find_unnamed_rooms},
    sources::{Confined, Source, What, find_strays, read_sources},
};

/// A place where a wall is broken, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach(pub String);

impl fmt::Display for Breach {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Why a wall could not be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WallError {
    /// A file or folder could not be read.
    #[error("tried to read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Cargo did not describe the workspace.
    #[error("tried to have cargo describe the workspace")]
    Metadata,
    /// The package is not in the workspace, so a wall around it would hold nothing.
    #[error("there is no package {0} in the workspace")]
    NoPackage(String),
}

/// The root of the checkout.
#[must_use]
pub fn root() -> &'static Path {
    // At run time, because checkouts may share a build cache: the walls of another one must not be tested here.
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let own = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let own = PathBuf::from(own);
        own.parent().map(Path::to_path_buf).unwrap_or(own)
    });
    &ROOT
}

/// What a program writes among the window's sources, and what is therefore none of them.
const GENERATED: &[&str] = &["ui/src/i18n/texts"];

/// All files in the folder `src` of each crate, of the shell and of the window.
fn list_sources(root: &Path) -> Result<Vec<PathBuf>, WallError> {
    let mut files = list_files(&root.join("crates"))?;
    // crates, name, src, ..
    files.retain(|file| {
        file.strip_prefix(root).is_ok_and(|place| place.iter().nth(2).is_some_and(|part| part == "src"))
    });
    for folder in ["src-tauri/src", "ui/src"] {
        files.extend(list_files(&root.join(folder))?);
    }
    files.retain(|file| !GENERATED.iter().any(|place| file.starts_with(root.join(place))));
    Ok(files)
}

/// All files below a folder, in order; none if it does not exist.
fn list_files(folder: &Path) -> Result<Vec<PathBuf>, WallError> {
    let mut files = Vec::new();
    let mut left = vec![folder.to_path_buf()];
    while let Some(place) = left.pop() {
        if place.is_dir() {
            let wrong = |source| WallError::Read { path: place.clone(), source };
            for entry in std::fs::read_dir(&place).map_err(wrong)? {
                left.push(entry.map_err(wrong)?.path());
            }
        } else if place.is_file() {
            files.push(place);
        }
    }
    files.sort_unstable();
    Ok(files)
}
