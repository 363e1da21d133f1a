//! The icons of all sizes, drawn from `icons/icon.svg` by Tauri's own program.
//!
//! The same drawing gives the same bytes, but for `icon.icns`, whose pictures come in any order: of that one the length tells
//! whether it is current, which does not depend on the order. A file that is current is left alone, because the window's program
//! is compiled again when one is younger.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

use crate::{
    checkout::Checkout,
    install::{self, run_quietly},
    npm, window,
};

/// Where they are.
pub const FOLDER: &str = "icons";

/// Tauri's program, which the window's packages bring along. Never fetched from anywhere else.
pub const TAURI: &str = "ui/node_modules/.bin/tauri";

/// The one whose bytes are not always the same.
const MACS: &str = "icon.icns";

/// What is kept of what it draws unasked, under the same names: the collections of Windows and Macs, and the large one.
const COLLECTIONS: &[&str] = &["icon.png", "icon.ico", MACS];

/// The sizes that Linux wants. Asked for sizes, the program draws these and nothing else.
const SIZES: &[u16] = &[16, 24, 32, 48, 64, 128, 256];

/// Draws those that are not current.
pub fn draw(checkout: &Checkout) -> Result<()> {
    install::system_parts(checkout, &[&install::NODE, &install::NPM])?;
    npm::install_packages(checkout, window::FOLDER)?;
    let fresh = tempfile::tempdir().context("tried to make a folder for icons")?;
    let tauri = || {
        let mut tauri = checkout.program(checkout.root().join(TAURI));
        tauri.args(["icon", "icons/icon.svg", "--output"]).arg(fresh.path());
        tauri
    };
    run_quietly(&mut tauri()).context("tried to draw the icons")?;
    let sizes = SIZES.iter().flat_map(|size| ["--png".to_owned(), size.to_string()]);
    run_quietly(tauri().args(sizes)).context("tried to draw the icons of Linux")?;
    keep(fresh.path(), &checkout.root().join(FOLDER))
}

fn names() -> impl Iterator<Item = String> {
    let sizes = SIZES.iter().map(|size| format!("{size}x{size}.png"));
    sizes.chain(COLLECTIONS.iter().map(|&name| name.to_owned()))
}

fn keep(fresh: &Path, folder: &Path) -> Result<()> {
    for name in &names().collect::<Vec<_>>() {
        let drawn = fs::read(fresh.join(name)).with_context(|| format!("no {name} was drawn"))?;
        ensure!(!drawn.is_empty(), "{name} was drawn empty");
        let file = folder.join(name);
        if !fs::read(&file).is_ok_and(|there| is_current(name, &there, &drawn)) {
            fs::write(&file, drawn).with_context(|| format!("tried to write {}", file.display()))?;
        }
    }
    Ok(())
}

fn is_current(name: &str, there: &[u8], drawn: &[u8]) -> bool {
    if name == MACS { there.len() == drawn.len() } else { there == drawn }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let (fresh, icons) = (folder.path().join("fresh"), folder.path().join("icons"));
        for place in [&fresh, &icons] {
            fs::create_dir(place).unwrap();
            for name in names() {
                fs::write(place.join(name), "12").unwrap();
            }
        }
        fs::write(fresh.join("icon.icns"), "21").unwrap();
        keep(&fresh, &icons).unwrap();
        assert_eq!(fs::read(icons.join("icon.icns")).unwrap(), b"12", "the same pictures in another order");
        for name in ["icon.icns", "16x16.png"] {
            fs::write(fresh.join(name), "123").unwrap();
            keep(&fresh, &icons).unwrap();
            assert_eq!(fs::read(icons.join(name)).unwrap(), fs::read(fresh.join(name)).unwrap());
        }
        fs::remove_file(fresh.join("icon.ico")).unwrap();
        assert!(keep(&fresh, &icons).is_err());
    }
}
