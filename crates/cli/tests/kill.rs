//! The program is killed at some moment of an approval, by the system and without warning: nothing is lost, nothing is
//! sent twice. `PASSERBY_KILL_RUNS` says how many moments are tried.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

#[path = "../../wallet/tests/world/mod.rs"]
mod world;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use passerby_protocol::time::Clock as _;
use passerby_wallet::{GrantState, RequestState, RequestView, SystemClock, Wallet};
use world::{Ask, World, passphrase, yes};

/// A run in the everyday tests takes about a second.
const EVERYDAY_RUNS: u32 = 10;

fn approve(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_passerby"));
    command.arg("--json").arg("--vault").arg(folder.join("vault.db"));
    command.arg("--passphrase-file").arg(folder.join("passphrase")).arg("approve");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_arrives_once() {
    let runs =
        std::env::var("PASSERBY_KILL_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(EVERYDAY_RUNS);
    let mut world = World::at(SystemClock.now()).await;
    let folder = world.folder.path().to_owned();
    std::fs::write(folder.join("passphrase"), "correct horse battery staple").unwrap();
    world.new_wallet().await.lock().await.unwrap();
    // Each run begins with the same vault, so that each takes the same time.
    std::fs::copy(folder.join("vault.db"), folder.join("fresh.db")).unwrap();

    open_request(&mut world).await;
    let begun = Instant::now();
    assert!(approve(&folder).status().unwrap().success());
    let whole = begun.elapsed();

    let (mut before, mut between, mut after) = (0, 0, 0);
    for run in 1..=runs {
        std::fs::copy(folder.join("fresh.db"), folder.join("vault.db")).unwrap();
        let known = world.relay.arrived().len();
        let view = open_request(&mut world).await;

        let mut child = approve(&folder).spawn().unwrap();
        // Waiting is the point of this test: the kill has to come at a moment that nothing in the program chose.
        tokio::time::sleep(whole.mul_f64(1.2 * f64::from(run) / f64::from(runs))).await;
        child.kill().unwrap();
        child.wait().unwrap();

        let wallet = open(&folder).await;
        match find_state(&wallet, view.number).await {
            Some(RequestState::Waiting) => {
                before += 1;
                assert_eq!(world.relay.arrived().len(), known, "what is not written down is not sent");
                wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap();
            }
            Some(_) => {
                between += 1;
                wallet.retry(&mut world.rng).await.unwrap().remove(0).result.unwrap();
            }
            None => after += 1,
        }
        let bodies = world.relay.arrived().split_off(known);
        assert!(
            !bodies.is_empty() && bodies.iter().all(|body| *body == bodies[0]),
            "run {run}: the same bytes"
        );
        let grants = wallet.shops().await.unwrap().remove(0).grants;
        assert_eq!((grants.len(), grants[0].state), (1, GrantState::Sent), "run {run}");
        assert_eq!(wallet.count_damaged().await.unwrap(), 0, "run {run}");
        wallet.lock().await.unwrap();
    }
    println!(
        "killed before it was written down: {before}, between: {between}, after: {after} (of {whole:?})"
    );
}

async fn open(folder: &Path) -> Wallet {
    Wallet::open(&folder.join("vault.db"), &passphrase(), Arc::new(SystemClock)).await.unwrap()
}

/// The shop asks, and the wallet has looked at it.
async fn open_request(world: &mut World) -> RequestView {
    // The relay's clock is turned by hand: it follows the program's.
    world.clock.turn(SystemClock.now() - world.now());
    let wallet = open(world.folder.path()).await;
    let view = world.open(&wallet, &Ask::default()).await;
    wallet.lock().await.unwrap();
    view
}

async fn find_state(wallet: &Wallet, number: u32) -> Option<RequestState> {
    let lines = wallet.requests().await.unwrap();
    lines.into_iter().find(|line| line.number == number).map(|line| line.state)
}
