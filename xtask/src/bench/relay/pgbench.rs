//! pgbench, with transactions of the shape of a delivery: the same statements on the same tables, without a relay in between.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};

use super::{COMPARED, servers::pinned};
use crate::{checkout::Checkout, install::find_server_program, postgres::Server};

const FOLDER: &str = "xtask/src/bench/relay";
const MIGRATIONS: &str = "crates/relay-store-postgres/migrations";
/// How many answers each of its clients delivers.
const EACH: usize = 100;

pub struct Pgbench<'a> {
    server: &'a Server,
}

impl<'a> Pgbench<'a> {
    /// A database with as many parked requests as will be answered.
    pub fn prepare(checkout: &Checkout, server: &'a Server, repetitions: u32) -> Result<Self> {
        let listed =
            fs::read_dir(checkout.root().join(MIGRATIONS)).context("tried to list the migrations")?;
        let mut files: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
        files.sort();
        let parked = usize::try_from(repetitions)? * COMPARED * EACH;
        let fill = fs::read_to_string(checkout.root().join(FOLDER).join("fill.sql"))?;
        let filled = tempfile::Builder::new().suffix(".sql").tempfile()?;
        fs::write(filled.path(), fill.replace(":parked", &parked.to_string()))?;
        files.push(filled.path().to_path_buf());
        server.make_database(checkout, "pgbench", &files)?;
        Ok(Self { server })
    }

    /// Delivers the next ones; says how many a second.
    pub fn deliver(&self, checkout: &Checkout, number: u32) -> Result<f64> {
        let mut command = pinned(checkout, 1, &find_server_program("pgbench")?);
        self.server.connect(&mut command, "pgbench");
        let first = usize::try_from(number)? * COMPARED * EACH;
        command.args(["--no-vacuum", "--protocol=prepared", "--jobs=1", "-D", "i=0"]);
        command.args([format!("--client={COMPARED}"), format!("--transactions={EACH}")]);
        command.args(["-D", &format!("each={EACH}"), "-D", &format!("first={first}")]);
        command.arg("--file").arg(checkout.root().join(FOLDER).join("deliver.sql"));
        let output = command.output().context("tried to start pgbench")?;
        let (said, complained) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let wanted = format!("number of transactions actually processed: {0}/{0}", COMPARED * EACH);
        ensure!(output.status.success() && said.contains(&wanted), "pgbench failed:\n{said}{complained}");
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        rate.context("pgbench says no rate")
    }
}
