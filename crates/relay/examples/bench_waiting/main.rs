//! How much memory a relay takes for each who waits, beside Node's http, and how soon they are woken. Real connections on loopback, over plain HTTP.
//!
//! ```text
//! bench_waiting root-jkt                              the thumbprint of the shop's root key, by which the relay is to know it
//! bench_waiting load --relay URL --pid N --peer URL --peer-pid N --count 10000
//! ```
//!
//! `load` prints one JSON object. Memory is the proportional set size in KiB: before the first call (`idle_kib`), when the relay has
//! taken all requests and nobody waits yet (`parked_kib`), and with everybody waiting (`waiting_kib`). Times are seconds from
//! when whoever wakes begins to call until the word is read where somebody waits: with the relay that is a wallet's fetch, written to its disk first.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a measuring tool")]

mod crowd;
mod shop;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use passerby_testkit::scene::Scene;
use serde_json::{Value, json};

use crowd::Crowd;
use shop::Shop;

/// So many of those who wait are woken, one after the other.
const WOKEN: usize = 500;
/// Longer than the time between two signs of life.
const SETTLE: std::time::Duration = std::time::Duration::from_secs(20);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("root-jkt") => {
            println!("{}", Scene::new().root.public().jkt());
            Ok(())
        }
        Some("load") => load(&arguments).await,
        _ => bail!("bench_waiting root-jkt | load .."),
    }
}

async fn load(arguments: &[String]) -> Result<()> {
    let find = |name: &str| {
        let found = arguments.windows(2).find(|pair| pair[0] == name).map(|pair| pair[1].clone());
        found.ok_or_else(|| anyhow!("{name} is missing"))
    };
    let count: usize = find("--count")?.parse()?;
    let (relay, relay_pid) = (find("--relay")?, find("--pid")?.parse()?);
    let (peer, peer_pid) = (find("--peer")?, find("--peer-pid")?.parse()?);

    let idle = measure(relay_pid)?;
    let shop = Shop::enter(&relay).await?;
    let purchases = shop.park(count).await?;
    let parked = measure(relay_pid)?;
    let mut crowd = Crowd::gather(&relay, count, |number| shop.wait_for(&purchases[number])).await?;
    let ours =
        told(idle, relay_pid, count, &mut crowd, async |number| shop.fetch(&purchases[number]).await).await?;
    drop(crowd);

    let idle = measure(peer_pid)?;
    let mut crowd =
        Crowd::gather(&peer, count, |number| Ok(format!("GET /{number} HTTP/1.1\r\nhost: peer\r\n\r\n")))
            .await?;
    let http = reqwest::Client::builder().no_proxy().build()?;
    let theirs = told(idle, peer_pid, count, &mut crowd, async |number| {
        let reply = http.post(format!("{peer}/{number}")).send().await?;
        ensure!(reply.status().is_success(), "the peer does not wake");
        Ok(())
    })
    .await?;
    println!("{}", json!({ "count": count, "relay": ours, "parked_kib": parked, "peer": theirs }));
    Ok(())
}

/// Measures with everybody waiting, and wakes some.
async fn told(
    idle: u64,
    pid: u32,
    count: usize,
    crowd: &mut Crowd,
    wake: impl AsyncFn(usize) -> Result<()>,
) -> Result<Value> {
    let at_once = measure(pid)?;
    tokio::time::sleep(SETTLE).await;
    let waiting = measure(pid)?.max(at_once);
    let mut times = Vec::new();
    for number in (0..count).step_by((count / WOKEN).max(1)) {
        times.push(crowd.time(number, wake(number)).await?);
    }
    times.sort_by(f64::total_cmp);
    let part = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    Ok(json!({ "idle_kib": idle, "waiting_kib": waiting, "median": part(50), "p99": part(99) }))
}

/// The proportional set size of a process, in KiB.
fn measure(pid: u32) -> Result<u64> {
    let text =
        std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).context("tried to measure a server")?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).context("a server has ended")?;
    Ok(line.split_whitespace().next().context("the memory of a server")?.parse()?)
}
