//! Questions to a person at a terminal. They stand on standard error, so that standard output stays the result.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::plain::plain;

/// Whether somebody is there to answer.
pub fn is_somebody_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a line. The end of the input is an empty answer.
pub fn ask(question: &str) -> Result<Zeroizing<String>, Failure> {
    let failed = |_| Failure::failed("terminal", "The terminal could not be read.");
    let mut terminal = io::stderr();
    write!(terminal, "{} ", plain(question)).and_then(|()| terminal.flush()).map_err(failed)?;
    let mut line = Zeroizing::new(String::new());
    io::stdin().lock().read_line(&mut line).map_err(failed)?;
    Ok(Zeroizing::new(line.trim_end_matches(['\n', '\r']).to_owned()))
}
