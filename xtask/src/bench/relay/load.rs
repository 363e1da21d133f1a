//! What a relay managed, step by step, with each number of connections.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{
    COMPARED,
    servers::{Echo, Relay, pinned},
};
use crate::{
    bench::{report::Report, series::Series},
    checkout::Checkout,
};

pub const EXAMPLE: &str = "bench_relay";
/// In the order in which a purchase goes.
const STEPS: [&str; 7] = ["park", "fetch", "passport", "deliver", "deliver_open_loop", "collect", "open"];
const ECHO: &str = "echo";

/// By number of connections, step and what was measured of it.
pub struct Loaded {
    name: &'static str,
    measured: BTreeMap<(usize, String, &'static str), Series>,
    /// How long a form and the sealed release in it were, in bytes.
    lengths: Option<(f64, f64)>,
}

impl Loaded {
    pub fn of(name: &'static str) -> Self {
        Self { name, measured: BTreeMap::new(), lengths: None }
    }

    /// Sends `count` purchases through the relay, and their answers through the echo.
    pub fn keep(
        &mut self,
        checkout: &Checkout,
        relay: &Relay,
        echo: &Echo,
        connections: usize,
        count: usize,
    ) -> Result<()> {
        let example = checkout.released(&format!("examples/{EXAMPLE}"));
        let mut command = pinned(checkout, 1, &example);
        command.args(["load", "--relay", relay.base(), "--pid", &relay.pid().to_string()]);
        command.args(["--echo", echo.base(), "--echo-pid", &echo.pid().to_string()]);
        command.args(["--connections", &connections.to_string(), "--count", &count.to_string()]);
        let output = command.output().context("tried to start the load")?;
        let complained = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}, {connections} connections: {}", self.name, complained.trim());
        let said: Value =
            serde_json::from_slice(&output.stdout).context("tried to read what the load printed")?;
        for step in STEPS.iter().chain([&ECHO]) {
            for what in ["a_second", "processor", "median", "p99"] {
                let value = said["steps"][step][what].as_f64();
                let value = value.with_context(|| format!("the load says no {what} of {step}"))?;
                self.measured.entry((connections, (*step).to_owned(), what)).or_default().push(value);
            }
        }
        self.lengths = said["form_bytes"].as_f64().zip(said["release_bytes"].as_f64());
        Ok(())
    }

    fn find(&self, connections: usize, step: &str, what: &'static str) -> Series {
        self.measured.get(&(connections, step.to_owned(), what)).cloned().unwrap_or_default()
    }

    /// How many answers were delivered in a second, at the number of connections that is compared.
    pub fn deliveries(&self) -> Series {
        self.find(COMPARED, "deliver", "a_second")
    }

    /// The processor's time for delivering, over that for sending the same bytes back.
    pub fn compare_with_echo(&self, report: &mut Report, name: &'static str) {
        let [ours, floor] = ["deliver", ECHO].map(|step| self.find(COMPARED, step, "processor"));
        report.compare(name, Some(2.0), &ours, &floor);
        report.keep(format!("processor for a delivery, {}", self.name), ours);
        report.keep(format!("processor for an echo, beside {}", self.name), floor);
    }

    /// One line for each number of connections.
    pub fn tell(&self, report: &mut Report) {
        if let Some((form, release)) = self.lengths {
            report.note(format!(
                "{}: an answer of {form} bytes, with a sealed release of {release}",
                self.name
            ));
        }
        let mut crowds: Vec<_> = self.measured.keys().map(|(connections, ..)| *connections).collect();
        crowds.dedup();
        for connections in crowds {
            let told = STEPS.map(|step| {
                let median = |what| self.find(connections, step, what).median();
                format!(
                    "\n  {step:<17} {:>6.0} a second, median {:>6.1} ms, p99 {:>6.1} ms, processor {:>5.2} ms",
                    median("a_second"),
                    median("median") * 1e3,
                    median("p99") * 1e3,
                    median("processor") * 1e3
                )
            });
            report.note(format!("{}, connections: {connections}{}", self.name, told.concat()));
        }
    }
}
