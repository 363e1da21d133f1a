//! A screen that nobody looks at, on a free number.

#![allow(clippy::unwrap_used, reason = "a test fails where its world does")]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use passerby_testkit::running::Running;

/// The running X server. Ends with the test.
pub struct Screen {
    pub display: String,
    _server: Running,
}

impl Screen {
    pub fn start() -> Self {
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"]);
        let mut server = Running::start(xvfb.stdout(Stdio::piped()).stderr(Stdio::null()));
        // It says its number when it can be reached.
        let mut number = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Self { display: format!(":{}", number.trim()), _server: server }
    }
}
