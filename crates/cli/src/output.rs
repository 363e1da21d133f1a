//! Where a command's result goes: lines for people, or one JSON object for machines.

use std::io;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::plain::{plain, plain_json};

/// Standard output, in one of its two manners. Everything that is printed passes through here.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

impl Output {
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    pub const fn is_json(self) -> bool {
        self.json
    }

    /// One line for people; nothing in JSON.
    pub fn line(self, text: &str) {
        if !self.json {
            write(&mut io::stdout(), &plain(text));
        }
    }

    /// Several lines for people.
    pub fn lines(self, lines: &[String]) {
        for line in lines {
            self.line(line);
        }
    }

    /// The one object for machines; nothing for people.
    pub fn object(self, value: &Value) {
        if self.json {
            write(&mut io::stdout(), &plain_json(value));
        }
    }

    /// A remark on standard error, in either manner.
    pub fn remark(text: &str) {
        write(&mut io::stderr(), &plain(text));
    }

    /// Several remarks.
    pub fn remarks(texts: &[String]) {
        for text in texts {
            Self::remark(text);
        }
    }

    /// Says why a command failed.
    pub fn fail(self, failure: &Failure) -> ExitCode {
        if self.json {
            self.object(&json!({ "error": failure.to_json() }));
        } else {
            for line in failure.lines() {
                Self::remark(line);
            }
        }
        failure.exit_code()
    }
}

/// A reader that went away is no reason to fail: what was to be done is done.
fn write(stream: &mut impl io::Write, line: &str) {
    let _ = writeln!(stream, "{line}").and_then(|()| stream.flush());
}
