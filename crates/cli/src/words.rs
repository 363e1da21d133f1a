//! Where the 24 words come from: the person, or standard input.

use std::io::{self, Read as _};

use passerby_wallet::{RecoverySecret, RecoveryWords, Trouble as _, WordsError};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::output::Output;
use crate::prompt;

/// More is not a sheet of words.
const LONGEST: u64 = 4_096;

/// What the person's words spell: typed unseen at a terminal, or all of standard input.
pub fn ask() -> Result<RecoverySecret, Failure> {
    let words = if prompt::is_somebody_there() { from_terminal()? } else { from_standard_input()? };
    Ok(RecoverySecret::new(words.root().expose()))
}

fn from_terminal() -> Result<RecoveryWords, Failure> {
    Output::remark(
        "Type the 24 words of your sheet in their order, in English letters; the first four of each are",
    );
    Output::remark("enough, and nobody sees them here. Several lines are fine; an empty line ends.");
    let mut typed = Zeroizing::new(String::with_capacity(1_024));
    loop {
        let line = rpassword::prompt_password("Words: ").map(Zeroizing::new).map_err(unread)?;
        typed.push_str(&line);
        typed.push(' ');
        match RecoveryWords::parse(&typed) {
            Ok(words) => return Ok(words),
            // More of them may come, except after so many.
            Err(WordsError::Count { .. } | WordsError::Unknown { .. }) if !line.trim().is_empty() => {}
            Err(error) => return Err(failure(&error)),
        }
    }
}

fn from_standard_input() -> Result<RecoveryWords, Failure> {
    let mut typed = Zeroizing::new(String::new());
    io::stdin().lock().take(LONGEST).read_to_string(&mut typed).map_err(unread)?;
    RecoveryWords::parse(&typed).map_err(|error| failure(&error))
}

fn unread(_: io::Error) -> Failure {
    Failure::failed("input", "The words could not be read. Nothing was changed.")
}

fn failure(error: &WordsError) -> Failure {
    Failure::vault(error.code(), format!("{error} {}", error.next_step()).trim())
}
