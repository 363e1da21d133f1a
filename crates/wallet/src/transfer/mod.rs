//! Details from other programs' files, and out of the wallet into one: vCard (RFC 6350 and its older versions) and CSV (RFC 4180).
//!
//! ```text
//! file ──read──▶ Imported (cards by label, and what was left out) ── shown, ticked, saved by the caller
//! attributes ──write──▶ CSV: detail,label,value
//! ```
//!
//! What it must never do: save anything; take over what cannot be saved without saying so.

mod csv;
mod vcard;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

use passerby_protocol::claim::{AttributeValue, ClaimName};
use zeroize::Zeroizing;

use crate::attributes::{AttributeError, AttributeView, check_value};
use crate::label::Label;
use crate::trouble::Trouble;

/// The longest file that is read, in bytes: an address book of thousands.
pub const LONGEST_FILE: u64 = 16 * 1024 * 1024;

/// The most cards that are taken from one file: a wallet is one person's, not an address book.
pub const MOST_CARDS: usize = 200;

/// What a file holds that can be saved.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// By label. The first person of the file bears none.
    pub cards: BTreeMap<Label, BTreeMap<ClaimName, AttributeValue>>,
    /// What was left out.
    pub skipped: Vec<Skipped>,
}

/// A part of a file that was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// Which, counted from 1: a line of a table, a person of a vCard file.
    pub line: u32,
    /// Why.
    pub why: Why,
}

/// Why a part of a file was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is not what the file's format says.
    Unreadable,
    /// There is no value.
    Empty,
    /// The value is too long.
    TooLong,
    /// The value holds control characters.
    ControlCharacters,
    /// The wallet knows no detail of that name.
    UnknownDetail,
    /// There are more than fit into one wallet.
    TooMany,
}

impl Why {
    /// For machines.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Empty => "empty",
            Self::TooLong => "too-long",
            Self::ControlCharacters => "control-characters",
            Self::UnknownDetail => "unknown-detail",
            Self::TooMany => "too-many",
        }
    }
}

/// Why a file could not be read at all. Nothing was saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Longer than [`LONGEST_FILE`].
    #[error("This file is longer than {} MiB.", LONGEST_FILE / 1024 / 1024)]
    TooLong,
    /// Neither vCard nor CSV, or of no encoding that is known.
    #[error("This file is neither a vCard nor a CSV file that could be read.")]
    Unknown,
    /// The system did not give it.
    #[error("The file could not be read.")]
    Io(#[from] io::Error),
}

impl Trouble for ImportError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "file-too-long",
            Self::Unknown => "file-unknown",
            Self::Io(_) => "file-unreadable",
        }
    }
}

/// Reads a file. What begins as a vCard is one; anything else is taken for a table.
pub fn read(file: &Path) -> Result<Imported, ImportError> {
    let mut bytes = Zeroizing::new(Vec::new());
    File::open(file)?.take(LONGEST_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST_FILE {
        return Err(ImportError::TooLong);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| ImportError::Unknown)?;
    parse(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The same for its text.
pub fn parse(text: &str) -> Result<Imported, ImportError> {
    let begin = text.trim_start();
    let is_vcard =
        begin.get(.."BEGIN:VCARD".len()).is_some_and(|head| head.eq_ignore_ascii_case("BEGIN:VCARD"));
    if is_vcard { Ok(vcard::parse(begin)) } else { csv::parse(text) }
}

/// Writes details into a file that only its owner may read, in clear. A file that is there is replaced, by a whole one or not at
/// all: on a full disk neither half a file is left nor the former one lost.
pub fn write(file: &Path, details: &[AttributeView]) -> io::Result<()> {
    let text = csv::write(details)?;
    let name = file.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_string_lossy();
    let beside = file.with_file_name(format!(".{name}.new"));
    let written = write_new(&beside, &text).and_then(|()| fs::rename(&beside, file));
    if written.is_err() {
        // What is half written holds details in clear. There may be none.
        drop(fs::remove_file(&beside));
    }
    written
}

fn write_new(file: &Path, text: &[u8]) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut made = options.open(file)?;
    io::Write::write_all(&mut made, text)?;
    made.sync_all()
}

impl Imported {
    /// Takes a value over, if it can be saved. The first value of a detail on a card stays.
    fn take(&mut self, line: u32, label: &Label, claim: &ClaimName, text: &str) {
        let value = AttributeValue::new(text.trim().to_owned());
        match check_value(claim, &value) {
            Ok(()) => {
                let card = self.cards.entry(label.clone()).or_default();
                card.entry(claim.clone()).or_insert(value);
            }
            Err(error) => self.skip(line, Why::of(&error)),
        }
    }

    fn skip(&mut self, line: u32, why: Why) {
        let skipped = Skipped { line, why };
        if self.skipped.len() < MOST_CARDS && !self.skipped.contains(&skipped) {
            self.skipped.push(skipped);
        }
    }
}

impl Why {
    fn of(error: &AttributeError) -> Self {
        match error {
            AttributeError::Empty(_) => Self::Empty,
            AttributeError::TooLong(_) => Self::TooLong,
            AttributeError::ControlCharacters(_) => Self::ControlCharacters,
            _ => Self::Unreadable,
        }
    }
}

/// A line or a card, counted from 1.
fn count(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
