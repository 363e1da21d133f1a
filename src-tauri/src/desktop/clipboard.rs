//! The clipboard: reading what a shop's page put there, and lending a value for a while.
//!
//! What is lent is marked as secret, so that clipboard managers that know the mark do not keep it, and is taken away again
//! unless the person has copied something else since. What it must never do: keep what it read; take away what somebody
//! else put there.

use std::sync::Mutex;

use arboard::Clipboard as System;
use zeroize::Zeroizing;

use super::Picture;
use crate::shell::unpoisoned;

/// The clipboard of the session.
#[derive(Default)]
pub struct Clipboard {
    /// Kept from the first use on: on Linux the program that copied is the one that is asked for it.
    system: Mutex<Option<System>>,
    lent: Mutex<Option<Lent>>,
}

/// What was lent, to know it again.
struct Lent {
    text: Zeroizing<String>,
    number: u64,
}

/// A loan, to be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loan(u64);

impl Clipboard {
    /// The text in it.
    pub fn text(&self) -> Option<String> {
        self.with(|system| system.get_text().ok())
    }

    /// The picture in it, in shades.
    pub fn picture(&self) -> Option<Picture> {
        let image = self.with(|system| system.get_image().ok())?;
        let shade = |pixel: &[u8]| {
            let sum: u32 = pixel.iter().take(3).map(|&part| u32::from(part)).sum();
            u8::try_from(sum / 3).unwrap_or(u8::MAX)
        };
        let shades = image.bytes.chunks_exact(4).map(shade).collect();
        Some(Picture { width: image.width, height: image.height, shades })
    }

    /// Puts a text there. Nothing when the clipboard took nothing.
    pub fn lend(&self, text: &str) -> Option<Loan> {
        self.with(|system| secretly(system.set()).text(text).ok())?;
        let mut lent = unpoisoned(&self.lent);
        let number = lent.as_ref().map_or(1, |before| before.number + 1);
        *lent = Some(Lent { text: Zeroizing::new(text.to_owned()), number });
        Some(Loan(number))
    }

    /// Ends a loan. What was copied since stays, by this program or by another.
    pub fn take_back(&self, loan: Loan) {
        let mut lent = unpoisoned(&self.lent);
        if lent.as_ref().is_some_and(|lent| lent.number == loan.0) {
            self.clear_if_ours(lent.take());
        }
    }

    /// Ends the loan that is open, if one is: the program ends, or the wallet locks.
    pub fn take_all_back(&self) {
        let lent = unpoisoned(&self.lent).take();
        self.clear_if_ours(lent);
    }

    fn clear_if_ours(&self, lent: Option<Lent>) {
        let Some(lent) = lent else { return };
        self.with(|system| {
            let there = Zeroizing::new(system.get_text().ok()?);
            if *there == *lent.text { system.clear().ok() } else { None }
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut System) -> Option<T>) -> Option<T> {
        let mut system = unpoisoned(&self.system);
        if system.is_none() {
            *system = System::new().ok();
        }
        system.as_mut().and_then(work)
    }
}

/// With the marks that managers and clouds of clipboards know.
#[cfg(target_os = "linux")]
fn secretly(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtLinux as _;
    set.exclude_from_history()
}

#[cfg(windows)]
fn secretly(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtWindows as _;
    set.exclude_from_cloud().exclude_from_history().exclude_from_monitoring()
}

#[cfg(target_os = "macos")]
fn secretly(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtApple as _;
    set.exclude_from_history()
}
