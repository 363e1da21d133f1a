//! A D-Bus of a test's own, for a session or for a system.
//!
//! What it must never do: lead to a bus of the computer it runs on, or start a service that nobody asked for.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::running::Running;

/// Everybody may say everything, and may listen to others. No file named here starts a service: what answers was started by
/// the test.
const CONFIG: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>ADDRESS</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// A running bus. Ends with the test.
#[derive(Debug)]
pub struct Bus(#[expect(dead_code, reason = "held for its end")] Running);

impl Bus {
    /// Where a bus in this folder is reached, once there is one.
    #[must_use]
    pub fn address_in(folder: &Path) -> String {
        format!("unix:path={}", folder.join("bus").display())
    }

    /// Starts one in this folder. Returns when it can be reached.
    ///
    /// # Panics
    /// When it does not come up.
    #[expect(clippy::expect_used, reason = "a test fails where its world does")]
    #[must_use]
    pub fn start(folder: &Path) -> Self {
        let address = Self::address_in(folder);
        let config = folder.join("bus.conf");
        std::fs::write(&config, CONFIG.replace("ADDRESS", &address)).expect("the bus's file is written");
        let mut command = Command::new("dbus-daemon");
        command.arg("--config-file").arg(config).args(["--nofork", "--nopidfile", "--print-address"]);
        let mut daemon = Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()));
        // It says its address when it can be reached.
        let mut said = String::new();
        let output = daemon.0.stdout.take().expect("its output is read");
        BufReader::new(output).read_line(&mut said).expect("it says something");
        assert!(said.starts_with(&address), "the bus came up elsewhere: {said}");
        Self(daemon)
    }
}
