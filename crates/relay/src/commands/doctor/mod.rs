//! `passerby-relay doctor`: whether this relay is well, and how to mend what is not. Changes nothing.

mod clock;
mod database;
mod files;
mod finding;
mod keys;
mod name;
mod shops;
mod tls;

use anyhow::{Context as _, anyhow};
use passerby_protocol::time::Clock as _;
use passerby_relay_api::Connection;

use super::Failure;
use crate::cli::DoctorArgs;
use crate::clock::SystemClock;
use crate::config::Config;
use finding::{Finding, Verdict};

/// Looks at everything, and ends with 1 when something is to be mended.
pub async fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let config = Config::read(&args.config.config).map_err(Failure::config)?;
    let now = SystemClock.now();
    let mut findings = vec![files::look_at_key(&config, now), files::look_at_room(&config)];
    findings.extend(tls::look(&config, now).await);
    let (database, shops) = database::look(&config).await;
    let can_be_used = database.last().is_some_and(|finding| finding.verdict == Verdict::Ok);
    findings.extend(database);
    if can_be_used {
        findings.extend(keys::look(&config).await);
    }
    if !args.local {
        let connection = Connection::open().context("tried to look at the network")?;
        let name = name::look(&config, &connection, now).await;
        findings.extend(name.findings);
        let shops = shops::look(&shops, &connection, now).await;
        // A clock elsewhere says more than one's own.
        findings.push(clock::compare(shops.clock.or(name.clock)));
        findings.extend(shops.findings);
    }

    if args.json {
        let rows: Vec<_> = findings.iter().map(Finding::to_json).collect();
        println!("{}", serde_json::Value::from(rows));
    } else {
        findings.iter().for_each(Finding::print);
    }
    match findings.iter().filter(|finding| finding.verdict == Verdict::Mend).count() {
        0 => Ok(()),
        1 => Err(anyhow!("one thing is to be mended").into()),
        many => Err(anyhow!("{many} things are to be mended").into()),
    }
}
