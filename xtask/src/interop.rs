//! The stage that lets software nobody here wrote speak to the programs of this project.
//!
//! `tests/interop/node` gets a relay, a shop and its packing table, as the demo has them, and their addresses in `PASSERBY_..`.
//! `tests/interop/python` reads what our programs leave behind.

use anyhow::{Context, Result};

use crate::{
    checkout::Checkout,
    demo, npm, python,
    stage::Outcome,
    stream,
    tally::{Tally, parse_node},
};

const NODE: &str = "tests/interop/node";

/// Raises the programs, runs the scripts beside them, ends the programs.
pub fn run(checkout: &Checkout) -> Result<Outcome> {
    npm::install_in(checkout, NODE)?;
    demo::prepare(checkout)?;
    let folder = tempfile::tempdir().context("making a folder for the programs")?;
    let cast = demo::Cast::raise(checkout, folder.path(), false)?;
    let mut node = checkout.program("npm");
    node.args(["test", "--silent"]).current_dir(checkout.root().join(NODE));
    node.env("PASSERBY_RELAY", &cast.relay_address);
    node.env("PASSERBY_SHOP", format!("http://{}", cast.sector));
    node.env("PASSERBY_PACKING", format!("http://127.0.0.1:{}", cast.packing_port));
    node.env("PASSERBY_PACKING_KEY", cast.packing_key()?);
    let ended = stream::run(&mut node)?;
    cast.leave(false)?;
    let mut tally = Tally::of_runner(ended.success, parse_node(&ended.text));
    tally += python::test_interop(checkout)?;
    Ok(Outcome::Ran(tally))
}
