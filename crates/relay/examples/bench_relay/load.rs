//! Many calls at a pace, each with its time.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use reqwest::{Client, Request};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::usage::processor_seconds;

/// How calls follow each other.
#[derive(Clone, Copy)]
pub enum Pace {
    /// Each connection sends the next call when it has the answer to the last one.
    Closed { connections: usize },
    /// Calls begin by the clock, whether others have been answered or not; waiting counts from when a call should have begun.
    Open { a_second: f64 },
}

/// What came of one step, in the order of the calls.
pub struct Step {
    pub replies: Vec<Vec<u8>>,
    /// Of each call, in seconds.
    times: Vec<f64>,
    seconds: f64,
    processor: f64,
}

impl Step {
    pub fn a_second(&self) -> f64 {
        self.count() / self.seconds
    }

    #[allow(clippy::cast_precision_loss, reason = "no step has 2^53 calls")]
    fn count(&self) -> f64 {
        self.times.len() as f64
    }

    pub fn to_json(&self) -> Value {
        let mut times = self.times.clone();
        times.sort_by(f64::total_cmp);
        let part = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
        json!({
            "a_second": self.a_second(),
            "processor": self.processor / self.count(),
            "median": part(50),
            "p99": part(99),
        })
    }
}

/// Sends all of them; every answer must have this status.
pub async fn run(calls: Vec<Request>, pace: Pace, server: u32, status: u16) -> Result<Step> {
    ensure!(!calls.is_empty(), "there is nothing to send");
    let client = Client::builder().no_proxy().http1_only().build().context("tried to make a client")?;
    let count = calls.len();
    let calls = Arc::new(Mutex::new(calls.into_iter().enumerate()));
    let processor = processor_seconds(server)?;
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    let tasks_wanted = match pace {
        Pace::Closed { connections } => connections,
        Pace::Open { .. } => count,
    };
    for _ in 0..tasks_wanted {
        let (calls, client) = (Arc::clone(&calls), client.clone());
        tasks.spawn(async move {
            let mut answered = Vec::new();
            loop {
                let next = calls.lock().expect("nobody panicked").next();
                let Some((number, call)) = next else { return Ok(answered) };
                let due = match pace {
                    Pace::Closed { .. } => Instant::now(),
                    Pace::Open { a_second } => begun + wait(number, a_second),
                };
                tokio::time::sleep_until(due.into()).await;
                let reply = client.execute(call).await.context("tried to call the server")?;
                let given = reply.status().as_u16();
                let body = reply.bytes().await.context("tried to read an answer")?;
                ensure!(given == status, "{given} instead of {status}: {}", String::from_utf8_lossy(&body));
                answered.push((number, due.elapsed().as_secs_f64(), body.to_vec()));
                if matches!(pace, Pace::Open { .. }) {
                    return Ok(answered);
                }
            }
        });
    }
    let mut answered = Vec::with_capacity(count);
    while let Some(joined) = tasks.join_next().await {
        answered.extend(joined.context("a task ended early")??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let processor = processor_seconds(server)? - processor;
    answered.sort_by_key(|(number, ..)| *number);
    let (times, replies) = answered.into_iter().map(|(_, time, reply)| (time, reply)).unzip();
    Ok(Step { replies, times, seconds, processor })
}

#[allow(clippy::cast_precision_loss, reason = "no step has 2^53 calls")]
fn wait(number: usize, a_second: f64) -> Duration {
    Duration::from_secs_f64(number as f64 / a_second)
}
