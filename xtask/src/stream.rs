//! Runs a program, shows what it prints as it prints it, and keeps a copy to read the result from.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context, Result};

/// What a program that has ended said and answered.
pub struct Ended {
    /// Whether it exited with 0.
    pub success: bool,
    /// Standard output and standard error, without colours; lines of the two may be interleaved.
    pub text: String,
}

/// Runs the program to its end, showing its output. Fails only if it cannot be started.
pub fn run(command: &mut Command) -> Result<Ended> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("tried to start {name}"))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let reader =
        thread::spawn(move || err.map(|pipe| copy(pipe, &mut std::io::stderr())).unwrap_or_default());
    let mut text = out.map(|pipe| copy(pipe, &mut std::io::stdout())).unwrap_or_default();
    let status = child.wait().with_context(|| format!("tried to wait for {name}"))?;
    // A reader that stopped early has only lost text to show; the exit code still stands.
    text.push_str(&reader.join().unwrap_or_default());
    Ok(Ended { success: status.success(), text: without_colours(&text) })
}

fn copy(from: impl Read, to: &mut impl Write) -> String {
    let mut from = BufReader::new(from);
    let mut all = Vec::new();
    loop {
        let start = all.len();
        match from.read_until(b'\n', &mut all) {
            Ok(0) | Err(_) => break,
            // A closed terminal must not stop the run: its result still counts.
            Ok(_) => drop(to.write_all(&all[start..])),
        }
    }
    drop(to.flush());
    String::from_utf8_lossy(&all).into_owned()
}

/// Removes the escape sequences that set colours.
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        let end = after.find(|letter: char| letter.is_ascii_alphabetic()).map_or(after.len(), |end| end + 1);
        rest = &after[end..];
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_removed_and_the_text_stays() {
        assert_eq!(without_colours("\u{1b}[32;1m     Summary\u{1b}[0m [ 1s] é"), "     Summary [ 1s] é");
        assert_eq!(without_colours("cut \u{1b}["), "cut ");
    }

    #[test]
    fn both_outputs_and_the_exit_code_are_kept() {
        let ended = run(Command::new("sh").args(["-c", "echo one; echo two >&2; exit 4"])).unwrap();
        assert!(!ended.success);
        assert!(ended.text.contains("one\n") && ended.text.contains("two\n"));
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program-anywhere")).err().unwrap();
        assert!(error.to_string().contains("no-such-program-anywhere"));
    }
}
