//! The story without a display: the first visit of `cargo xtask e2e`, on a screen that nobody looks at, and its pictures.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::Cast;
use crate::{
    checkout::Checkout,
    e2e::{STORIES, Screen, Stage},
};

/// The story, by the name that `cargo xtask e2e` has for it.
const STORY: &str = "first-visit";

/// Plays it, and keeps the pictures beside those of the other stories.
pub fn take(checkout: &Checkout, cast: &Cast, folder: &Path) -> Result<()> {
    let story = STORIES.iter().find(|story| story.name == STORY);
    let story = story.with_context(|| format!("there is no story `{STORY}` any more"))?;
    let taken = folder.join("pictures");
    fs::create_dir(&taken).context("making a folder for the pictures")?;
    let screen = Screen::start(folder)?;
    eprintln!("\nThere is no display here, so a driver plays Anna, on a screen that nobody looks at.");
    eprintln!(
        "She is at {} with shoes in her basket, and has no wallet yet. She clicks the link that the shop shows her;",
        cast.sector
    );
    eprintln!(
        "her wallet's window opens. She makes a wallet, sees who asks for what, types it in, and sends."
    );
    let stage = Stage { checkout, cast, screen: &screen, folder, screens: &taken };
    (story.tell)(&stage, story.name)?;
    eprintln!(
        "At the packing table the label was opened: it says what she typed, to the letter, and no more."
    );
    eprintln!("\nThe window, as she saw it:");
    for picture in keep(&taken, &checkout.target().join("screens"))? {
        eprintln!("    {picture}");
    }
    Ok(())
}

/// Moves the pictures to where they stay, in the order they were taken.
fn keep(taken: &Path, screens: &Path) -> Result<Vec<String>> {
    fs::create_dir_all(screens).with_context(|| format!("making {}", screens.display()))?;
    let mut pictures = Vec::new();
    for entry in fs::read_dir(taken).context("looking for the pictures")? {
        let entry = entry.context("looking for the pictures")?;
        let when = entry.metadata().and_then(|about| about.modified()).context("looking at a picture")?;
        pictures.push((when, entry.path(), entry.file_name()));
    }
    pictures.sort();
    let mut kept = Vec::new();
    for (_, from, name) in pictures {
        let to = screens.join(format!("demo-{}", name.to_string_lossy()));
        fs::copy(&from, &to).with_context(|| format!("keeping {}", to.display()))?;
        kept.push(to.display().to_string());
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_it_tells_is_there() {
        assert!(STORIES.iter().any(|story| story.name == STORY));
    }

    #[test]
    fn pictures_are_kept_under_the_demo_s_name() {
        let folder = tempfile::tempdir().unwrap();
        let (taken, screens) = (folder.path().join("taken"), folder.path().join("a/screens"));
        fs::create_dir(&taken).unwrap();
        fs::write(taken.join("consent.png"), "a picture").unwrap();
        let kept = keep(&taken, &screens).unwrap();
        assert_eq!(kept, [screens.join("demo-consent.png").display().to_string()]);
        assert_eq!(fs::read(&kept[0]).unwrap(), b"a picture");
    }
}
