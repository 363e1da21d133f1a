//! The wallet's window: its files, which are part of the program, and its own tests.

use std::{fs, path::Path, time::SystemTime};

use anyhow::{Context, Result};

use crate::{
    checkout::Checkout,
    install::{self, run_quietly},
    npm,
    stage::Outcome,
    stream,
    tally::{Tally, parse_node},
};

/// Where its sources are.
pub const FOLDER: &str = "ui";

/// What the build makes, and what is no source of it.
const MADE: &[&str] = &["dist", "node_modules", "src/i18n/texts", "project.inlang/cache", "test"];

/// Makes `ui/dist`, which the program with the window takes in when it is compiled. Only if a source is younger: a new
/// file in there, though it says the same, has the program compiled again.
pub fn build(checkout: &Checkout) -> Result<()> {
    install::system_parts(checkout, &[&install::NODE, &install::NPM])?;
    let place = checkout.root().join(FOLDER);
    npm::install_packages(checkout, FOLDER)?;
    if is_fresh(&place)? {
        return Ok(());
    }
    eprintln!("building the window");
    let mut npm = checkout.program("npm");
    npm.args(["run", "--silent", "build"]).current_dir(&place);
    run_quietly(&mut npm).context("tried to build the window")
}

/// The tests of the window on its fake platform, and whether it is as small as it is to be.
pub fn test(checkout: &Checkout) -> Result<Outcome> {
    build(checkout)?;
    let mut npm = checkout.program("npm");
    npm.arg("test").current_dir(checkout.root().join(FOLDER));
    let ended = stream::run(&mut npm)?;
    let mut tally = Tally::of_runner(ended.success, parse_node(&ended.text));
    let mut size = checkout.program("npm");
    size.args(["run", "--silent", "size"]).current_dir(checkout.root().join(FOLDER));
    tally += Tally::one(stream::run(&mut size)?.success);
    Ok(Outcome::Ran(tally))
}

/// Whether the build is younger than everything it was made of.
fn is_fresh(place: &Path) -> Result<bool> {
    let Ok(built) = fs::metadata(place.join("dist/index.html")).and_then(|about| about.modified()) else {
        return Ok(false);
    };
    let made: Vec<_> = MADE.iter().map(|name| place.join(name)).collect();
    let mut left = vec![place.to_path_buf()];
    while let Some(folder) = left.pop() {
        let wrong = || format!("tried to look into {}", folder.display());
        // A folder is younger when something was taken out of it; not one that something is made in.
        let holds_made = made.iter().any(|path| path.parent() == Some(&folder));
        if !holds_made && changed(&folder).with_context(wrong)? > built {
            return Ok(false);
        }
        for entry in fs::read_dir(&folder).with_context(wrong)? {
            let path = entry.with_context(wrong)?.path();
            if made.contains(&path) {
                continue;
            }
            if path.is_dir() {
                left.push(path);
            } else if changed(&path).with_context(wrong)? > built {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn changed(path: &Path) -> std::io::Result<SystemTime> {
    fs::symlink_metadata(path)?.modified()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_a_younger_source_has_the_window_built_again() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path();
        let old = SystemTime::UNIX_EPOCH + Duration::from_hours(24 * 365);
        let young = old + Duration::from_hours(1);
        let write = |name: &str, when: SystemTime| {
            let path = place.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            fs::File::options().write(true).open(&path).unwrap().set_modified(when).unwrap();
            let above = fs::File::open(path.parent().unwrap()).unwrap();
            above.set_modified(when).unwrap();
        };
        write("src/main.ts", old);
        write("index.html", old);
        assert!(!is_fresh(place).unwrap(), "nothing is built yet");
        write("dist/index.html", old + Duration::from_mins(1));
        assert!(is_fresh(place).unwrap());
        for made in ["src/i18n/texts/messages.js", "test/rooms.test.ts", "node_modules/svelte/package.json"] {
            write(made, young);
        }
        fs::File::open(place.join("src")).unwrap().set_modified(old).unwrap();
        assert!(is_fresh(place).unwrap(), "what is made, and tests, are no sources");
        fs::remove_file(place.join("src/main.ts")).unwrap();
        assert!(!is_fresh(place).unwrap(), "a source was taken out");
        write("src/main.ts", old);
        assert!(is_fresh(place).unwrap());
        write("messages/en.json", young);
        assert!(!is_fresh(place).unwrap());
    }
}
