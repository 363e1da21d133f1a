//! The stage that lets software nobody here wrote speak to the programs of this project.
//!
//! `tests/interop/node` gets a relay, a shop and its packing table, as the demo has them, the wallet's program and certificates for
//! verifiers of other makes, all in `PASSERBY_..`. `tests/interop/python` gets the programs of wallet, relay and shop.

use std::path::Path;

use anyhow::{Context, Result};

use crate::{
    checkout::Checkout,
    demo,
    install::run_quietly,
    npm, python, rust,
    stage::Outcome,
    stream,
    tally::{Tally, parse_node},
};

const NODE: &str = "tests/interop/node";
/// Makes certificates for verifiers.
const PKI: &str = "verifier-pki";

/// Raises the programs, runs the scripts beside them, ends the programs.
pub fn run(checkout: &Checkout) -> Result<Outcome> {
    npm::install_in(checkout, NODE)?;
    demo::prepare(checkout)?;
    rust::build(checkout, &[PKI])?;
    let folder = tempfile::tempdir().context("making a folder for the programs")?;
    let pki = folder.path().join("pki");
    std::fs::create_dir(&pki).context("making a folder for certificates")?;
    run_quietly(checkout.program(checkout.built(PKI)).arg(&pki))?;
    let mut tally = run_node(checkout, folder.path(), &pki)?;
    tally += python::test_interop(checkout)?;
    Ok(Outcome::Ran(tally))
}

fn run_node(checkout: &Checkout, folder: &Path, pki: &Path) -> Result<Tally> {
    let cast = demo::Cast::raise(checkout, folder, false)?;
    let mut node = checkout.program("npm");
    node.args(["test", "--silent"]).current_dir(checkout.root().join(NODE));
    node.env("PASSERBY_RELAY", &cast.relay_address);
    node.env("PASSERBY_SHOP", format!("http://{}", cast.sector));
    node.env("PASSERBY_PACKING", format!("http://127.0.0.1:{}", cast.packing_port));
    node.env("PASSERBY_PACKING_KEY", cast.packing_key()?);
    node.env("PASSERBY_WALLET", checkout.built("passerby")).env("PASSERBY_PKI", pki);
    let ended = stream::run(&mut node)?;
    cast.leave(false)?;
    Ok(Tally::of_runner(ended.success, parse_node(&ended.text)))
}
