//! `passerby completions`: a completion script.

use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::failure::Failure;

pub fn run(shell: Shell) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "passerby", &mut script);
    std::io::Write::write_all(&mut std::io::stdout(), &script)
        .map_err(|_| Failure::failed("output", "The completion script could not be written."))?;
    Ok(ExitCode::SUCCESS)
}
