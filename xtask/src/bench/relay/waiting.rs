//! Those who wait: what each takes of a relay's memory, over what each takes of Node's http.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::servers::{Relay, Store, pinned};
use crate::{
    bench::{report::Report, series::Series},
    checkout::Checkout,
    process::Process,
};

pub const EXAMPLE: &str = "bench_waiting";
const PEER: &str = "xtask/peers/waiting.mjs";
const COUNT: u32 = 10_000;
const PATIENCE: Duration = Duration::from_secs(20);

/// Ten thousand wait at a relay of their own, and then at the peer.
pub fn measure(checkout: &Checkout, folder: &Path, report: &mut Report) -> Result<()> {
    let relay = Relay::start(checkout, &folder.join("waiting"), &Store::Sqlite, 1)?;
    let log = folder.join("peer");
    let mut peer = Process::start("the peer", pinned(checkout, 0, Path::new("node")).arg(PEER), &log)?;
    let mut base = String::new();
    peer.wait_until(PATIENCE, || {
        base = fs::read_to_string(&log).unwrap_or_default();
        base.ends_with('\n')
    })?;
    let mut load = pinned(checkout, 1, &checkout.released(&format!("examples/{EXAMPLE}")));
    load.args(["load", "--relay", relay.base(), "--pid", &relay.pid().to_string()]);
    load.args(["--peer", base.trim_end(), "--peer-pid", &peer.id().unwrap_or_default().to_string()]);
    let output = load.args(["--count", &COUNT.to_string()]).output().context("tried to start the crowd")?;
    let complained = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{COUNT} who wait: {}", complained.trim());
    let said: Value =
        serde_json::from_slice(&output.stdout).context("tried to read what the crowd printed")?;
    let number = |side: &str, what: &str| {
        let found = said[side][what].as_f64().with_context(|| format!("the crowd says no {what} of {side}"));
        found.map(Series::of)
    };
    let each = |side: &str| -> Result<Series> {
        let grown = number(side, "waiting_kib")?.minus(&number(side, "idle_kib")?);
        Ok(grown.times(1.0 / f64::from(COUNT)))
    };
    let (ours, theirs) = (each("relay")?, each("peer")?);
    report.compare("waiting_memory", Some(0.6), &ours, &theirs);
    report.measure("memory of one who waits, relay", "KiB", None, ours);
    report.measure("memory of one who waits, Node", "KiB", None, theirs);
    let all = number("relay", "waiting_kib")?.times(1.0 / 1024.0);
    report.measure("memory with 10,000 who wait", "MiB", Some(200.0), all);
    report.measure("woken, median", "ms", Some(50.0), number("relay", "median")?.times(1e3));
    relay.end()?;
    peer.end().map(drop)
}
