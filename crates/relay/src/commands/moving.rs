//! `passerby-relay move`: what a SQLite file holds goes into PostgreSQL, verified row by row, all or nothing.
//!
//! The file is only read, but for migrations that it lacks. Nothing counts in the database before every row was read again and found
//! to be the same.

use std::path::Path;

use anyhow::{Context as _, anyhow, ensure};
use passerby_relay_store::StoreError;
use passerby_relay_store::SweepStore as _;
use passerby_relay_store::contents::Table;
use passerby_relay_store_postgres::{Intake, PostgresAddress, PostgresStore, Shelf};
use passerby_relay_store_sqlite::SqliteContents;

use super::Failure;
use crate::cli::MoveArgs;
use crate::config::{Config, read_address};

/// Carries everything over, or nothing.
pub async fn run(args: &MoveArgs) -> Result<(), Failure> {
    let config = Config::read(&args.config.config).map_err(Failure::config)?;
    let to = match (&args.to, &args.to_file) {
        (Some(text), _) => PostgresAddress::parse(text).map_err(Failure::config)?,
        (None, Some(path)) => read_address(path).map_err(Failure::config)?,
        (None, None) => {
            return Err(Failure::config(anyhow!("where to? name a database with --to or --to-file")));
        }
    };
    let file = &config.store.file;
    let mut from = open_file(file).await?;
    let opened = PostgresStore::open(&to).await.with_context(|| format!("opening the {to}"));
    let store = opened.map_err(Failure::Config)?;
    let moved = carry(&mut from, &store, &to).await;
    store.close().await;
    for (table, rows) in moved? {
        println!("{rows:>10}  {table}");
    }
    println!();
    println!("Everything in {} is now in the {to}, and was read again there.", file.display());
    println!("Next: name the database in [store] of {}, and serve.", args.config.config.display());
    println!(
        "Keep {} until then, and delete it afterwards: what the relay deletes is not deleted there.",
        file.display()
    );
    Ok(())
}

async fn open_file(file: &Path) -> Result<SqliteContents, Failure> {
    if !file.is_file() {
        return Err(Failure::config(anyhow!("there is no database {} to move", file.display())));
    }
    match SqliteContents::open(file).await {
        Err(StoreError::Unavailable(cause)) => Err(Failure::Failed(anyhow!(
            "the database {} is in use ({cause}); stop the relay first",
            file.display()
        ))),
        opened => opened
            .with_context(|| format!("opening the database {}", file.display()))
            .map_err(Failure::Config),
    }
}

/// Gives the tables with the number of their rows.
async fn carry(
    from: &mut SqliteContents,
    store: &PostgresStore,
    to: &PostgresAddress,
) -> anyhow::Result<Vec<(String, u64)>> {
    let tables = from.find_tables().await.context("looking through the file")?;
    let begun = Intake::begin(store, &tables).await.with_context(|| format!("beginning at the {to}"))?;
    let mut intake = begun.ok_or_else(|| anyhow!("the {to} is not empty: nothing was changed"))?;
    let mut moved = Vec::new();
    for table in &tables {
        let name = &table.name;
        let shelf = intake.find_shelf(table).await.with_context(|| format!("comparing the table {name}"))?;
        let rows = add(from, &mut intake, &shelf, table)
            .await
            .with_context(|| format!("moving the table {name}"))?;
        let same = verify(from, &mut intake, &shelf, table).await;
        let same = same.with_context(|| format!("reading the table {name} again"))?;
        ensure!(same, "the table {name} was not the same when it was read again: nothing was changed");
        moved.push((name.clone(), rows));
    }
    intake.finish().await.context("ending the move")?;
    Ok(moved)
}

async fn add(
    from: &mut SqliteContents,
    intake: &mut Intake,
    shelf: &Shelf,
    table: &Table,
) -> Result<u64, StoreError> {
    let (mut sum, mut last) = (0, None);
    loop {
        let page = from.read(table, last.as_ref()).await?;
        let Some(end) = page.last() else { return Ok(sum) };
        last = Some(table.key_of(end));
        for row in &page {
            intake.add(shelf, row).await?;
            sum += 1;
        }
    }
}

/// Whether both hold the same rows, cell for cell.
async fn verify(
    from: &mut SqliteContents,
    intake: &mut Intake,
    shelf: &Shelf,
    table: &Table,
) -> Result<bool, StoreError> {
    let mut last = None;
    loop {
        let (was, is) = (from.read(table, last.as_ref()).await?, intake.read(shelf, last.as_ref()).await?);
        if was != is {
            return Ok(false);
        }
        let Some(end) = was.last() else { return Ok(true) };
        last = Some(table.key_of(end));
    }
}
