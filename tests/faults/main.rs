//! Relay, database, disk, clock and network fail while fifty wallets and five shops are at work. What was acknowledged must hold.
//!
//! ```text
//! wallets, shops ──▶ gate (the issuer's address) ──▶ one relay on SQLite | three relays on PostgreSQL
//!      │                                                  ▲ faults, each between two steps that the seed chose
//!      └── each acknowledgement ──▶ ledger ──▶ held against the world when all is well again
//! ```
//!
//! Everything is real and of its own: the program `passerby-relay`, a PostgreSQL server, wallets on vaults, network and mounts in name
//! spaces that end with the test. The seed decides what the harness decides; how fast programs are stays theirs.
//!
//! `PASSERBY_FAULT_RUNS` says how many runs (25), `PASSERBY_FAULT_SEED` plays one of them again, `PASSERBY_FAULT_LONG` has the database
//! away for a minute now and then, `PASSERBY_FAULT_FIRST` begins at another seed than 1, `PASSERBY_FAULT_LANES` says how many go on beside
//! each other. `cargo xtask test --only faults` brings what is needed along.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

mod audit;
mod clock;
mod database;
mod disk;
mod gate;
mod lanes;
mod ledger;
mod machines;
mod person;
mod plan;
mod private;
mod relay;
mod runs;
mod shop;
mod store;
mod story;
mod sum;
mod town;
mod wire;
mod world;

use audit::audit;
use plan::{Keeps, Plan};
use runs::Runs;
use sum::Sum;
use town::Town;

#[test]
fn what_was_acknowledged_holds_whatever_fails_on_sqlite() {
    play_all("what_was_acknowledged_holds_whatever_fails_on_sqlite", Keeps::Sqlite);
}

#[test]
fn what_was_acknowledged_holds_whatever_fails_on_postgresql() {
    play_all("what_was_acknowledged_holds_whatever_fails_on_postgresql", Keeps::Postgres);
}

/// Half of the seeds mean the one store and half the other, so that two cores have something to do.
fn play_all(test: &str, keeps: Keeps) {
    lanes::play_all(test, Runs::from_environment().plans(keeps), async |plans| {
        let mut town = Town::build(50, 5).await;
        let mut sum = Sum::default();
        for (number, plan) in (1_usize..).zip(plans) {
            if number.is_multiple_of(runs::RENEW) {
                town.renew_persons().await;
            }
            sum.add(&plan, runs::play(&mut town, &plan).await);
        }
        sum
    });
}

/// A relay that forgets what it acknowledged, as one on a disk that lies would: the ledger must see it.
#[test]
fn a_relay_that_loses_what_it_acknowledged_is_seen() {
    private::within("a_relay_that_loses_what_it_acknowledged_is_seen", async || {
        let town = Town::build(2, 1).await;
        let plan = Plan::quiet();
        let mut night = runs::begin(&town, &plan).await;
        let before = night.folder.path().join("before.db");
        night.machines.stop_relays();
        std::fs::copy(night.machines.file().unwrap(), &before).unwrap();
        night.machines.heal().await;
        let ledger = night.work(&town).await;
        let verdict = audit(&town, &night.world, &ledger, None).await;
        assert_eq!((verdict.acknowledged, verdict.lost), (2, 0), "{:?}", verdict.notes);

        // The first of the two answers was kept, and the file is as it was before.
        night.machines.stop_relays();
        night.machines.put_file_back(&before);
        night.machines.heal().await;
        let verdict = audit(&town, &night.world, &ledger, None).await;
        assert_eq!((verdict.acknowledged, verdict.lost), (2, 2), "{:?}", verdict.notes);
        night.end().await;
    });
}

#[test]
fn all_kinds_occur_among_the_ordinary_runs_and_a_seed_means_one_plan() {
    let plans: Vec<_> = (1..=runs::ORDINARY).map(|seed| Plan::of(seed, false)).collect();
    for kind in plan::KINDS {
        let runs = plans.iter().filter(|plan| plan.has(kind)).count();
        assert!(runs >= 3, "{kind} in {runs} runs only");
    }
    assert_eq!(plans[6], Plan::of(7, false));
    assert!(plans.windows(2).all(|two| two[0] != two[1]));
}
