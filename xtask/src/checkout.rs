//! The checkout this program was started in, and the cache outside of it.
//!
//! Builds never land inside the checkout: a fresh clone stays small, and two clones share one cache.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

/// Where the sources are, where builds go, and how programs are started so that both are known to them.
pub struct Checkout {
    root: PathBuf,
    cache: PathBuf,
    target: PathBuf,
    /// The folder below `target` that programs are started from.
    profile: &'static str,
}

impl Checkout {
    /// Finds the checkout from cargo's variables and the cache from the user's.
    pub fn find() -> Result<Self> {
        // Cargo sets the variable at run time; the compiled-in value serves a program that was started by its path.
        let own = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&own).parent().context("xtask stands in no checkout")?.to_path_buf();
        ensure!(root.join("Cargo.toml").is_file(), "{} is not the root of the workspace", root.display());
        let cache = match env::var_os("XDG_CACHE_HOME") {
            Some(folder) if !folder.is_empty() => PathBuf::from(folder),
            _ => PathBuf::from(env::var_os("HOME").context("neither XDG_CACHE_HOME nor HOME is set")?)
                .join(".cache"),
        }
        .join("passerby");
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) if !folder.is_empty() => root.join(folder),
            _ => cache.join("target"),
        };
        Ok(Self { root, cache, target, profile: "debug" })
    }

    /// The root of the sources.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of tools that this program installed for itself.
    pub fn tools(&self) -> PathBuf {
        self.cache.join("tools")
    }

    /// The build cache.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The same checkout, for a story that is played by programs as they are released.
    pub fn in_release(&self) -> Self {
        let (root, cache, target) = (self.root.clone(), self.cache.clone(), self.target.clone());
        Self { root, cache, target, profile: "release" }
    }

    /// The path of a program of this workspace, as `cargo build` leaves it.
    pub fn built(&self, program: &str) -> PathBuf {
        self.target.join(self.profile).join(format!("{program}{}", env::consts::EXE_SUFFIX))
    }

    /// The path of a program of this workspace, as `cargo build --release` leaves it.
    pub fn released(&self, program: &str) -> PathBuf {
        self.target.join("release").join(format!("{program}{}", env::consts::EXE_SUFFIX))
    }

    /// A program, started at the root, with our own tools first on its search path.
    pub fn program(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command.env("PATH", self.search_path());
        // Queries are checked against the committed files: whatever database a developer has set must not matter.
        command.env("SQLX_OFFLINE", "true").env_remove("DATABASE_URL");
        command.env("CARGO_TARGET_DIR", &self.target);
        // `cargo run` describes *this* program in these; a build script that listens to them would run again.
        for (name, _) in env::vars_os() {
            if is_own_package(&name) {
                command.env_remove(name);
            }
        }
        command
    }

    /// Cargo with these arguments.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments);
        command
    }

    /// Where programs are looked for.
    pub fn search_path(&self) -> OsString {
        let mut folders = vec![self.tools().join("bin")];
        folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        // A folder with the separator in its name cannot be on a search path; then ours is left out of it.
        env::join_paths(folders).unwrap_or_else(|_| env::var_os("PATH").unwrap_or_default())
    }

    /// The file a program's name stands for, or None if it is not installed.
    pub fn find_program(&self, name: &str) -> Option<PathBuf> {
        env::split_paths(&self.search_path())
            .map(|folder| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
            .find(|file| file.is_file())
    }
}

fn is_own_package(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|name| {
        name.starts_with("CARGO_PKG_")
            || matches!(name, "CARGO_MANIFEST_DIR" | "CARGO_MANIFEST_PATH" | "OUT_DIR")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_found_and_builds_land_outside_of_it_unless_told() {
        let checkout = Checkout::find().unwrap();
        assert!(checkout.root().join("xtask").is_dir());
        if env::var_os("CARGO_TARGET_DIR").is_none() {
            assert!(!checkout.target().starts_with(checkout.root()));
        }
    }

    #[test]
    fn a_program_that_nobody_wrote_is_not_found() {
        assert_eq!(Checkout::find().unwrap().find_program("no-such-program-anywhere"), None);
    }
}
