//! A screen that nobody looks at, on a free number.

#![allow(clippy::unwrap_used, reason = "a test fails where its world does")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// The running X server. Ends with the test.
pub struct Screen {
    pub display: String,
    server: Child,
}

impl Screen {
    pub fn start() -> Self {
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"]);
        let mut server = xvfb.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // It says its number when it can be reached.
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Self { display: format!(":{}", number.trim()), server }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.server.kill());
        drop(self.server.wait());
    }
}
