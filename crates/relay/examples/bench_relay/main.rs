//! The load of `cargo xtask bench relay`: a shop and its customers, with everything signed and sealed before the clock runs.
//!
//! ```text
//! bench_relay echo                                    an axum that sends each body back; says where on its first line
//! bench_relay root-jkt                                the thumbprint of the shop's root key, by which the relay is to know it
//! bench_relay load --relay URL --pid N --echo URL --echo-pid N --connections 16 --count 1000
//! ```
//!
//! `load` prints one JSON object: for each step how long all calls took, each call's own times, and the processor time that the server
//! needed for them. A call that does not get the status it should ends the program: what is refused quickly is no measurement.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a measuring tool")]

mod echo;
mod load;
mod purchase;
mod shop;
mod usage;

use anyhow::{Result, bail};
use passerby_testkit::scene::Scene;
use serde_json::{Map, Value, json};

use load::{Pace, Step};
use shop::Shop;

/// A sealed release of about this many bytes.
const RELEASE: usize = 4_096;
/// The open loop sends at this part of what the closed loop managed.
const OPEN_LOOP: f64 = 0.7;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("echo") => echo::serve().await,
        Some("root-jkt") => {
            println!("{}", Scene::new().root.public().jkt());
            Ok(())
        }
        Some("load") => load(&Arguments::parse(&arguments[1..])?).await,
        _ => bail!("bench_relay echo | root-jkt | load .."),
    }
}

struct Arguments {
    relay: Server,
    echo: Server,
    connections: usize,
    count: usize,
}

/// A running server: where it is, and the number of its process.
struct Server {
    base: String,
    pid: u32,
}

impl Arguments {
    fn parse(given: &[String]) -> Result<Self> {
        let find = |name: &str| {
            let found = given.windows(2).find(|pair| pair[0] == name).map(|pair| pair[1].clone());
            found.ok_or_else(|| anyhow::anyhow!("{name} is missing"))
        };
        Ok(Self {
            relay: Server { base: find("--relay")?, pid: find("--pid")?.parse()? },
            echo: Server { base: find("--echo")?, pid: find("--echo-pid")?.parse()? },
            connections: find("--connections")?.parse()?,
            count: find("--count")?.parse()?,
        })
    }
}

/// Walks `count` purchases through all steps, each step by all of them before the next.
async fn load(arguments: &Arguments) -> Result<()> {
    let Arguments { relay, echo, connections, count } = arguments;
    let shop = Shop::enter(&relay.base).await?;
    let mut purchases = shop.make_purchases(*count)?;
    let pace = Pace::Closed { connections: *connections };
    let mut steps = Map::new();
    let mut told = |name: &str, step: &Step| {
        steps.insert(name.to_owned(), step.to_json());
    };

    let calls = purchases.iter().map(|purchase| purchase.park(&shop)).collect::<Result<_>>()?;
    told("park", &load::run(calls, pace, relay.pid, 201).await?);

    let calls = purchases.iter().map(|purchase| purchase.fetch(&shop)).collect::<Result<_>>()?;
    told("fetch", &load::run(calls, pace, relay.pid, 200).await?);

    let calls = purchases.iter().map(|purchase| purchase.request_passport(&shop)).collect::<Result<_>>()?;
    let step = load::run(calls, pace, relay.pid, 200).await?;
    for (purchase, reply) in purchases.iter_mut().zip(&step.replies) {
        purchase.seal(&shop, reply, RELEASE)?;
    }
    told("passport", &step);

    let forms: Vec<_> = purchases.iter().map(purchase::Purchase::form).collect();
    let bytes = forms.iter().map(String::len).sum::<usize>() / forms.len().max(1);
    let calls = forms.into_iter().map(|form| shop.call_echo(&echo.base, form)).collect::<Result<_>>()?;
    told("echo", &load::run(calls, pace, echo.pid, 200).await?);

    // One half in the closed loop, the other as a shop's customers come: whenever they like.
    let (closed, open) = purchases.split_at(count - count / 3);
    let calls = closed.iter().map(|purchase| purchase.deliver(&shop)).collect::<Result<_>>()?;
    let step = load::run(calls, pace, relay.pid, 200).await?;
    let a_second = OPEN_LOOP * step.a_second();
    told("deliver", &step);
    let mut replies = step.replies;
    let calls = open.iter().map(|purchase| purchase.deliver(&shop)).collect::<Result<_>>()?;
    let step = load::run(calls, Pace::Open { a_second }, relay.pid, 200).await?;
    told("deliver_open_loop", &step);
    replies.extend(step.replies);
    for (purchase, reply) in purchases.iter_mut().zip(&replies) {
        purchase.keep_reply(reply)?;
    }

    let calls = purchases.iter().map(|purchase| purchase.collect(&shop)).collect::<Result<_>>()?;
    told("collect", &load::run(calls, pace, relay.pid, 200).await?);
    let calls = purchases.iter().map(|purchase| purchase.open(&shop)).collect::<Result<_>>()?;
    let step = load::run(calls, pace, relay.pid, 200).await?;
    for (purchase, reply) in purchases.iter().zip(&step.replies) {
        purchase.check_opened(reply)?;
    }
    told("open", &step);
    println!("{}", json!({ "steps": Value::Object(steps), "form_bytes": bytes, "release_bytes": RELEASE }));
    Ok(())
}
