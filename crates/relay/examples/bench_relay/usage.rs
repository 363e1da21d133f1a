//! What a process has used of the processor.

use std::fs;

use anyhow::{Context as _, Result};

/// The processor time of all living threads of a process, in seconds. Linux counts it in nanoseconds.
pub fn processor_seconds(pid: u32) -> Result<f64> {
    let mut nanoseconds = 0.0;
    let threads = fs::read_dir(format!("/proc/{pid}/task")).context("the server has ended")?;
    for thread in threads.flatten() {
        // A thread that ended in this moment counts nothing.
        let text = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        nanoseconds += text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(0.0);
    }
    Ok(nanoseconds / 1e9)
}
