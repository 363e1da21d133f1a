//! Where the 24 words come from: the person, or standard input.

use std::io::{self, Read as _};

use passerby_wallet::words::COUNT;
use passerby_wallet::{RecoveryWords, Trouble as _, WordsError};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::output::Output;
use crate::prompt;

/// More is not a sheet of words.
const LONGEST: u64 = 4_096;

/// The person's words: typed unseen at a terminal, or all of standard input.
pub fn ask() -> Result<RecoveryWords, Failure> {
    if prompt::is_somebody_there() { from_terminal() } else { from_standard_input() }
}

fn from_terminal() -> Result<RecoveryWords, Failure> {
    Output::remark(
        "Type the 24 words of your sheet in their order, in English letters; the first four of each are",
    );
    Output::remark("enough, and nobody sees them here. Several lines are fine; an empty line ends.");
    let mut typed = Zeroizing::new(String::with_capacity(1_024));
    let mut read = 0;
    loop {
        let question = format!("From word {} on: ", read + 1);
        let line = rpassword::prompt_password(question).map(Zeroizing::new).map_err(unread)?;
        let before = typed.len();
        typed.push_str(&line);
        typed.push(' ');
        let error = match RecoveryWords::parse(&typed) {
            Ok(words) => return Ok(words),
            Err(error) => error,
        };
        if line.trim().is_empty() {
            return Err(failure(&error));
        }
        match error {
            WordsError::Count { found } if found < COUNT => read = found,
            // The lines before are right: nobody types those again.
            WordsError::Unknown { .. } => {
                typed.truncate(before);
                Output::remark(&format!("{error} Type this line again, from word {} on.", read + 1));
            }
            _ => return Err(failure(&error)),
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
