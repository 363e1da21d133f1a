//! The JavaScript side: its packages, and its tests.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::{
    checkout::Checkout,
    install::{self, run_quietly},
    stage::Outcome,
    stream,
    tally::{Tally, parse_node},
};

const SDK: &str = "sdk/js";
const SHOP: &str = "examples/shop";

/// Installs the packages of the SDK and of the example shop, exactly as their lock files name them.
pub fn install(checkout: &Checkout) -> Result<()> {
    install::system_parts(checkout, &[&install::NODE, &install::NPM])?;
    for folder in [SDK, SHOP] {
        install_in(checkout, folder)?;
    }
    Ok(())
}

/// Installs the packages of one folder, and builds what it builds.
pub fn install_in(checkout: &Checkout, folder: &str) -> Result<()> {
    install_packages(checkout, folder)?;
    let mut npm = checkout.program("npm");
    npm.args(["run", "--silent", "build", "--if-present"]).current_dir(checkout.root().join(folder));
    run_quietly(&mut npm)
}

/// Installs the packages of one folder.
pub fn install_packages(checkout: &Checkout, folder: &str) -> Result<()> {
    let place = checkout.root().join(folder);
    ensure!(place.join("package-lock.json").is_file(), "{folder}/package-lock.json is missing");
    // npm writes this copy of the lock file when it has finished; `npm ci` would start over each time.
    if is_older(&place.join("node_modules/.package-lock.json"), &place.join("package-lock.json")) {
        eprintln!("installing the packages of {folder}");
        let mut npm = checkout.program("npm");
        npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&place);
        run_quietly(&mut npm)?;
    }
    Ok(())
}

fn is_older(made: &Path, source: &Path) -> bool {
    let changed = |file: &Path| file.metadata().and_then(|about| about.modified());
    match (changed(made), changed(source)) {
        (Ok(made), Ok(source)) => made < source,
        _ => true,
    }
}

/// The tests of the SDK.
pub fn test_sdk(checkout: &Checkout) -> Result<Outcome> {
    install_in(checkout, SDK)?;
    test_in(checkout, SDK)
}

/// The tests of the example shop, if it has any.
pub fn test_shop(checkout: &Checkout) -> Result<Outcome> {
    install(checkout)?;
    if has_tests(&checkout.root().join(SHOP))? {
        test_in(checkout, SHOP)
    } else {
        Ok(Outcome::LeftOut(format!("{SHOP} has no tests of its own")))
    }
}

fn has_tests(place: &Path) -> Result<bool> {
    let file = place.join("package.json");
    let text = std::fs::read_to_string(&file).with_context(|| format!("tried to read {}", file.display()))?;
    let package: serde_json::Value =
        serde_json::from_str(&text).with_context(|| format!("tried to parse {}", file.display()))?;
    Ok(package["scripts"]["test"].is_string())
}

fn test_in(checkout: &Checkout, folder: &str) -> Result<Outcome> {
    let mut npm = checkout.program("npm");
    npm.args(["test"]).current_dir(checkout.root().join(folder));
    let ended = stream::run(&mut npm)?;
    Ok(Outcome::Ran(Tally::of_runner(ended.success, parse_node(&ended.text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_found_in_the_package_file() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| std::fs::write(folder.path().join("package.json"), text).unwrap();
        write(r#"{"scripts":{"test":"node --test"}}"#);
        assert!(has_tests(folder.path()).unwrap());
        write(r#"{"scripts":{"start":"node server.js"}}"#);
        assert!(!has_tests(folder.path()).unwrap());
        write("{");
        assert!(has_tests(folder.path()).is_err());
    }

    #[test]
    fn a_missing_mark_means_install() {
        let folder = tempfile::tempdir().unwrap();
        let lock = folder.path().join("package-lock.json");
        std::fs::write(&lock, "{}").unwrap();
        assert!(is_older(&folder.path().join("never"), &lock));
        assert!(!is_older(&lock, &lock));
    }
}
