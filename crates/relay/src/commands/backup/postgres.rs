//! PostgreSQL's own programs, which know its databases best: `pg_dump` and `pg_restore`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use passerby_relay_store_postgres::{PostgresAddress, find_last_migration};

use crate::private_file;

/// Dumps a database of one moment, while others write. Gives the number of its last migration.
pub(super) async fn dump(address: &PostgresAddress, to: &Path) -> anyhow::Result<i64> {
    let schema = find_last_migration(address).await.with_context(|| format!("looking into the {address}"))?;
    // For its owner only, before anything is in it.
    private_file::write(to, b"").with_context(|| format!("writing {}", to.display()))?;
    let mut program = command("pg_dump", address);
    program.args(["--format", "custom", "--no-owner", "--no-privileges", "--file"]).arg(to);
    run(program, "pg_dump").await?;
    Ok(schema)
}

/// Puts a dump into a database whose tables are empty or not there: everything or nothing.
pub(super) async fn restore(address: &PostgresAddress, from: &Path) -> anyhow::Result<()> {
    let mut program = command("pg_restore", address);
    program.args(["--single-transaction", "--exit-on-error", "--clean", "--if-exists"]);
    program.args(["--no-owner", "--no-privileges"]).arg(from);
    run(program, "pg_restore").await
}

/// The password goes by the environment: everybody can read arguments.
fn command(name: &str, address: &PostgresAddress) -> Command {
    let (address, password) = address.split_password();
    let mut program = Command::new(name);
    program.args(["--no-password", "--dbname"]).arg(address);
    if let Some(password) = password {
        program.env("PGPASSWORD", password.as_str());
    }
    program
}

async fn run(mut program: Command, name: &str) -> anyhow::Result<()> {
    let ended = tokio::task::spawn_blocking(move || program.output()).await;
    let output = ended.context("waiting for another program")?.with_context(|| {
        format!("starting {name}: it comes with PostgreSQL's client (Debian: postgresql-client), of the server's version or newer")
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{name} failed: {}", said.lines().next().unwrap_or("it said nothing"));
    }
    Ok(())
}
