//! `cargo xtask bench relay`: what the relay's work costs, on SQLite and on PostgreSQL, beside an axum that sends the same bytes back and
//! beside pgbench with transactions of the same shape; and what those who wait take, beside Node's http.
//!
//! The server, with its database, has one core, the load another one; both databases wait for their disk.

mod load;
mod pgbench;
mod servers;
mod waiting;

use anyhow::{Context, Result, bail, ensure};

use super::{build, memory, report::Report, series::Series};
use crate::{
    checkout::Checkout,
    install, needs,
    postgres::{Purpose, Server},
};
use load::{EXAMPLE, Loaded};
use pgbench::Pgbench;
use servers::{Echo, Relay, Store};

const RELAY: &str = "passerby-relay";
/// How many connections, and how many purchases go over them. The ratios are those of the one in the middle.
const CROWDS: [(usize, usize); 3] = [(1, 300), (COMPARED, 1_000), (64, 1_000)];
const COMPARED: usize = 16;
/// Starts of a relay whose store is there.
const STARTS: u32 = 5;

pub fn measure(checkout: &Checkout, repetitions: u32) -> Result<Report> {
    install::system_parts(checkout, &[needs::SERVER, needs::SCRIPTS].concat())?;
    build(checkout, RELAY, &["--bin", RELAY, "--example", EXAMPLE, "--example", waiting::EXAMPLE])?;
    ensure!(servers::cores() > 1, "the server and its load want a core each, and this computer has one");
    let folder = tempfile::Builder::new().prefix("passerby-bench-").tempdir();
    let folder = folder.context("tried to make a folder for the bench")?;
    let mut report = Report::begin(checkout)?;

    let database = Server::start_for(checkout, Purpose::Measuring)?;
    let pgbench = Pgbench::prepare(checkout, &database, repetitions)?;
    let echo = Echo::start(checkout, folder.path())?;
    let mut relays = Vec::new();
    for store in [Store::Sqlite, Store::Postgres(database.make_database(checkout, "relay", &[])?)] {
        relays.push(Relay::start(checkout, &folder.path().join(store.name()), &store, STARTS)?);
    }
    let idle = relays.iter().map(|relay| memory::measure(relay.pid())).collect::<Result<Vec<_>>>()?;

    let mut loaded: Vec<_> = relays.iter().map(|relay| Loaded::of(relay.name())).collect();
    let mut peer = Series::default();
    for number in 0..repetitions {
        for (relay, loaded) in relays.iter().zip(&mut loaded) {
            for (connections, count) in CROWDS {
                loaded.keep(checkout, relay, &echo, connections, count)?;
            }
        }
        peer.push(pgbench.deliver(checkout, number)?);
    }

    for ((relay, loaded), idle) in relays.iter().zip(&loaded).zip(idle) {
        let name = relay.name();
        loaded.tell(&mut report);
        report.measure(format!("cold start, {name}"), "ms", Some(100.0), relay.starts().times(1e3));
        report.measure(format!("memory idle, {name}"), "MiB", Some(12.0), Series::of(idle));
        let memory = memory::measure(relay.pid())?;
        report.measure(format!("memory loaded, {name}"), "MiB", Some(40.0), Series::of(memory));
    }
    let [sqlite, postgres] = loaded.as_slice() else { bail!("there are two stores") };
    sqlite.compare_with_echo(&mut report, "deliver_cpu");
    postgres.compare_with_echo(&mut report, "deliver_cpu_postgres");
    report.compare_at_least("postgres", 0.6, &postgres.deliveries(), &peer);
    report.measure("pgbench, 16 clients", "a second", None, peer);
    for relay in relays {
        relay.end()?;
    }
    waiting::measure(checkout, folder.path(), &mut report)?;
    echo.end()?;
    database.end()?;
    Ok(report)
}
