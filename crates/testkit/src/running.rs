//! A program that a test started.

use std::process::{Child, Command};

/// A running program. Ends with the test.
#[derive(Debug)]
pub struct Running(pub Child);

impl Running {
    /// Starts it.
    ///
    /// # Panics
    /// When it is not there.
    #[expect(clippy::panic, reason = "a test fails where its world does")]
    pub fn start(command: &mut Command) -> Self {
        let started = command.spawn();
        Self(started.unwrap_or_else(|error| {
            let program = command.get_program().display();
            panic!("{program} could not be started ({error}); `cargo xtask test` installs what tests need")
        }))
    }

    /// Keeps it from answering, until it is ended.
    ///
    /// # Panics
    /// When it has ended.
    pub fn stop(&self) {
        let stopped = Command::new("kill").args(["-STOP", &self.0.id().to_string()]).status();
        assert!(stopped.is_ok_and(|status| status.success()), "it could not be stopped");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
