//! An eye on the screen: when its picture changed, told from outside of whatever draws it.
//!
//! So a released program is measured as it is, in the private mode that no driver reaches, and the window it is compared
//! with in the same way. It looks at every fourth row; nothing that people read is smaller.

use std::{
    collections::HashMap,
    fs::File,
    os::unix::fs::FileExt as _,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::e2e::{HEIGHT, WIDTH};

/// Between two looks. More of them would take from the processor what they measure.
const PAUSE: Duration = Duration::from_millis(4);
/// A picture that has not changed for so long is finished.
const STILL: Duration = Duration::from_millis(1_500);
const PATIENCE: Duration = Duration::from_mins(1);

const ROW: usize = WIDTH * 4;
const ROWS_APART: usize = 4;
/// So many of the pixels that are looked at make a line of text.
const INK: usize = 100;

/// Looks at the file that the screen's server draws into.
pub struct Eye(File, u64);

/// What the screen showed at a moment.
#[derive(Clone, PartialEq)]
pub struct Picture(Vec<u8>);

/// How the picture changed, in seconds since what was watched began.
pub struct Seen(Vec<(f64, Picture)>);

impl Eye {
    pub fn on(screen: &Path) -> Result<Self> {
        let file = File::open(screen).with_context(|| format!("tried to open {}", screen.display()))?;
        let pixels = (ROW * HEIGHT) as u64;
        let length = file.metadata().context("tried to look at the screen")?.len();
        // The pixels stand at the end, behind a header.
        let from = length.checked_sub(pixels).context("the screen has too few pixels")?;
        Ok(Self(file, from))
    }

    /// Watches what happens after `start`, until the picture stands still and is as it should be.
    pub fn watch<T>(
        &self,
        start: impl FnOnce() -> Result<T>,
        like: impl Fn(&Picture) -> bool,
    ) -> Result<(T, Seen)> {
        let (mut last, mut seen) = (self.look()?, Vec::new());
        let begun = Instant::now();
        let started = start()?;
        let mut changed = begun;
        loop {
            let picture = self.look()?;
            let now = Instant::now();
            if picture != last {
                seen.push(((now - begun).as_secs_f64(), picture.clone()));
                (last, changed) = (picture, now);
            }
            if now - changed > STILL && !seen.is_empty() && like(&last) {
                return Ok((started, Seen(seen)));
            }
            ensure!(now - begun < PATIENCE, "what was waited for did not come onto the screen");
            thread::sleep(PAUSE);
        }
    }

    /// Waits until nothing is on the screen.
    pub fn wait_for_nothing(&self) -> Result<()> {
        let begun = Instant::now();
        while !self.look()?.is_blank() {
            ensure!(begun.elapsed() < PATIENCE, "a window did not leave the screen");
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn look(&self) -> Result<Picture> {
        let Self(file, from) = self;
        let mut picture = vec![0; ROW * HEIGHT.div_ceil(ROWS_APART)];
        for (number, row) in picture.chunks_exact_mut(ROW).enumerate() {
            let at = from + (number * ROWS_APART * ROW) as u64;
            file.read_exact_at(row, at).context("tried to look at the screen")?;
        }
        Ok(Picture(picture))
    }
}

impl Picture {
    /// Whether something is written there: more than the two colours of an empty screen and an empty window.
    pub fn is_written(&self) -> bool {
        let mut often: Vec<usize> = self.colours().into_values().collect();
        often.sort_unstable_by(|one, two| two.cmp(one));
        often.iter().skip(2).sum::<usize>() >= INK
    }

    fn is_blank(&self) -> bool {
        self.colours().len() == 1
    }

    fn colours(&self) -> HashMap<[u8; 4], usize> {
        let mut colours = HashMap::new();
        let (pixels, _) = self.0.as_chunks();
        for pixel in pixels {
            *colours.entry(*pixel).or_default() += 1;
        }
        colours
    }
}

impl Seen {
    /// When the first picture like this was there.
    pub fn first(&self, like: impl Fn(&Picture) -> bool) -> Option<f64> {
        self.0.iter().find(|(_, picture)| like(picture)).map(|(at, _)| *at)
    }

    /// When the last change was: from then on it stood still.
    pub fn last(&self) -> Option<f64> {
        self.0.last().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(folder: &Path, paint: impl Fn(usize) -> u8) -> std::path::PathBuf {
        let pixels = (0..WIDTH * HEIGHT).flat_map(|pixel| [paint(pixel); 4]);
        let file = folder.join("screen");
        std::fs::write(&file, b"header".iter().copied().chain(pixels).collect::<Vec<_>>()).unwrap();
        file
    }

    #[test]
    fn an_empty_window_is_not_written_on_and_a_line_of_text_is() {
        let folder = tempfile::tempdir().unwrap();
        let look =
            |paint: &dyn Fn(usize) -> u8| Eye::on(&screen(folder.path(), paint)).unwrap().look().unwrap();
        assert!(look(&|_| 0).is_blank());
        let window = |pixel: usize| if pixel % WIDTH < 500 { 255 } else { 0 };
        let empty = look(&window);
        assert!(!empty.is_blank() && !empty.is_written());
        let text = look(&|pixel| if pixel / WIDTH == 8 && pixel % WIDTH < 200 { 90 } else { window(pixel) });
        assert!(text.is_written());
    }

    #[test]
    fn a_change_is_seen_once_and_the_end_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = screen(folder.path(), |_| 0);
        let eye = Eye::on(&file).unwrap();
        let start = || {
            let painted = File::options().write(true).open(&file)?;
            painted.write_all_at(&[7; ROW], 6)?;
            Ok(())
        };
        let ((), seen) = eye.watch(start, |picture| !picture.is_blank()).unwrap();
        assert_eq!(seen.0.len(), 1);
        assert_eq!((seen.first(Picture::is_written), seen.first(|_| true)), (None, seen.last()));
    }
}
