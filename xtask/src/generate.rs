//! `cargo xtask generate`: writes the generated files anew, and the stage that checks that nobody forgot to.
//!
//! - `.sqlx` of the crates that own SQL: what the database says about each query. An empty database is laid out from
//!   the crate's migrations, and the compiler asks it while it checks the crate.
//! - `docs/openapi.json`: what the relay says about itself.
//! - `ui/src/platform/bindings.ts`: what the window may ask its program for, and the shapes of the answers.
//! - `icons`: all sizes, from the one drawing in there.

use std::{
    fs,
    hash::{BuildHasher, Hasher, RandomState},
    path::{Path, PathBuf},
    process::{ExitCode, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    checkout::Checkout,
    icons,
    install::{self, run_quietly},
    needs::{self, Needs},
    postgres::Server,
    rust,
    snapshot::Snapshot,
    stage::Outcome,
    stream,
    tally::{Tally, parse_nextest},
};

/// Write the generated files anew.
#[derive(clap::Args)]
pub struct Arguments {}

/// A crate with queries that are checked against its migrations.
struct Store {
    package: &'static str,
    folder: &'static str,
    kind: Kind,
}

/// Which database it speaks to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

const STORES: &[Store] = &[
    Store { package: "passerby-vault", folder: "crates/vault", kind: Kind::Sqlite },
    Store { package: "passerby-relay-store-sqlite", folder: "crates/relay-store-sqlite", kind: Kind::Sqlite },
    Store {
        package: "passerby-relay-store-postgres",
        folder: "crates/relay-store-postgres",
        kind: Kind::Postgres,
    },
];

/// What it needs of the system.
pub const NEEDS: &[Needs] = &[needs::COMPILER, needs::SCRIPTS, needs::WINDOW, needs::DATABASE, needs::SERVER];

const OPENAPI: &str = "docs/openapi.json";
const BINDINGS: &str = "ui/src/platform/bindings.ts";

/// Everything this verb writes.
const GENERATED: &[&str] = &[
    "crates/vault/.sqlx",
    "crates/relay-store-sqlite/.sqlx",
    "crates/relay-store-postgres/.sqlx",
    OPENAPI,
    BINDINGS,
    icons::FOLDER,
];

/// Writes all of them.
pub fn run(checkout: &Checkout, _: &Arguments) -> Result<ExitCode> {
    let changed = generate(checkout)?;
    if changed.is_empty() {
        eprintln!("nothing changed");
    }
    for file in changed {
        eprintln!("changed: {file}");
    }
    Ok(ExitCode::SUCCESS)
}

/// The stage: what is generated now must be what was there. Afterwards the right files are in place.
pub fn check(checkout: &Checkout) -> Result<Outcome> {
    let changed = generate(checkout)?;
    for file in &changed {
        eprintln!("{file} was out of date; it has been written anew: commit it");
    }
    Ok(Outcome::Ran(Tally::one(changed.is_empty())))
}

fn generate(checkout: &Checkout) -> Result<Vec<String>> {
    install::system_parts(checkout, &NEEDS.concat())?;
    let before = Snapshot::of(checkout.root(), GENERATED)?;
    for store in STORES {
        queries(checkout, store)
            .with_context(|| format!("tried to check the queries of {}", store.package))?;
    }
    openapi(checkout).context("tried to write the API description")?;
    bindings(checkout).context("tried to write what the window may ask for")?;
    icons::draw(checkout)?;
    Ok(before.differences(&Snapshot::of(checkout.root(), GENERATED)?))
}

fn queries(checkout: &Checkout, store: &Store) -> Result<()> {
    let folder = checkout.root().join(store.folder);
    let fresh = checkout.target().join("generate").join(store.package);
    if fresh.exists() {
        fs::remove_dir_all(&fresh).with_context(|| format!("tried to empty {}", fresh.display()))?;
    }
    let written = fresh.join("sqlx");
    fs::create_dir_all(&written).with_context(|| format!("tried to create {}", written.display()))?;
    let migrations = find_migrations(&folder.join("migrations"))?;
    let (url, server) = match store.kind {
        Kind::Sqlite => (lay_out_file(checkout, &fresh.join("empty.db"), &migrations)?, None),
        Kind::Postgres => {
            let server = Server::start(checkout)?;
            (server.make_database(checkout, "empty", &migrations)?, Some(server))
        }
    };

    let mut cargo =
        checkout.cargo(&["rustc", "--package", store.package, "--lib", "--profile", "check", "--"]);
    // Cargo does not see that a query must be asked again; a flag that is never the same makes it look.
    let number = RandomState::new().build_hasher().finish();
    cargo.args(["--cfg", &format!("asked=\"{number}\"")]);
    cargo.env("SQLX_OFFLINE", "false");
    cargo.env("SQLX_OFFLINE_DIR", &written);
    cargo.env(find_url_variable(&folder)?, url);
    run_quietly(&mut cargo)?;
    server.map_or(Ok(()), Server::end)?;
    ensure!(
        fs::read_dir(&written).is_ok_and(|mut files| files.next().is_some()),
        "the compiler asked the database nothing"
    );
    replace_folder(&written, &folder.join(".sqlx"))
}

/// The variable that the crate's `sqlx.toml` names for its database.
fn find_url_variable(folder: &Path) -> Result<String> {
    let file = folder.join("sqlx.toml");
    let text = fs::read_to_string(&file).with_context(|| format!("tried to read {}", file.display()))?;
    text.lines()
        .find_map(|line| line.strip_prefix("database-url-var")?.split('"').nth(1).map(str::to_owned))
        .with_context(|| format!("{} names no database-url-var", file.display()))
}

/// The migrations in the order of their numbers.
fn find_migrations(folder: &Path) -> Result<Vec<PathBuf>> {
    let wrong = || format!("tried to list {}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(wrong)? {
        let path = entry.with_context(wrong)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".sql") && !name.ends_with(".down.sql") {
            files.push(path);
        }
    }
    files.sort_unstable();
    ensure!(!files.is_empty(), "{} has no migration", folder.display());
    Ok(files)
}

fn lay_out_file(checkout: &Checkout, database: &Path, migrations: &[PathBuf]) -> Result<String> {
    for migration in migrations {
        migrate(checkout, database, migration)?;
    }
    Ok(format!("sqlite://{}", database.display()))
}

fn migrate(checkout: &Checkout, database: &Path, migration: &Path) -> Result<()> {
    let sql = fs::File::open(migration).with_context(|| format!("tried to open {}", migration.display()))?;
    let mut sqlite = checkout.program("sqlite3");
    sqlite.args(["-batch", "-bail"]).arg(database).stdin(Stdio::from(sql)).stdout(std::io::stderr());
    let status = sqlite.status().context("tried to start sqlite3")?;
    ensure!(status.success(), "{} does not run on an empty database", migration.display());
    Ok(())
}

/// Makes `to` hold exactly the files of `from`.
fn replace_folder(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to).with_context(|| format!("tried to empty {}", to.display()))?;
    }
    let wrong = || format!("tried to copy {} to {}", from.display(), to.display());
    fs::create_dir_all(to).with_context(wrong)?;
    for entry in fs::read_dir(from).with_context(wrong)? {
        let entry = entry.with_context(wrong)?;
        fs::copy(entry.path(), to.join(entry.file_name())).with_context(wrong)?;
    }
    Ok(())
}

fn openapi(checkout: &Checkout) -> Result<()> {
    rust::build(checkout, &["passerby-relay"])?;
    let mut relay = checkout.program(checkout.built("passerby-relay"));
    relay.arg("openapi").stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = relay.output().context("tried to start the relay")?;
    if !output.status.success() {
        bail!("`passerby-relay openapi` failed ({})", output.status);
    }
    let description: serde_json::Value =
        serde_json::from_slice(&output.stdout).context("`passerby-relay openapi` did not print JSON")?;
    ensure!(description["openapi"].is_string(), "`passerby-relay openapi` printed no OpenAPI description");
    let file = checkout.root().join(OPENAPI);
    let mut text = serde_json::to_string_pretty(&description).context("tried to write JSON")?;
    text.push('\n');
    fs::write(&file, text).with_context(|| format!("tried to write {}", file.display()))
}

/// The test that compares the file with the program writes it when it is told to.
fn bindings(checkout: &Checkout) -> Result<()> {
    let mut command = rust::nextest(checkout, &["--test", "bindings"])?;
    let ended = stream::run(command.env("PASSERBY_WRITE_BINDINGS", "1"))?;
    let tally = Tally::of_runner(ended.success, parse_nextest(&ended.text));
    ensure!(tally.failed == 0, "the test that writes it failed");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_run_in_order_and_never_backwards() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["0002_b.sql", "0001_a.sql", "0001_a.down.sql", "README.md"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let names: Vec<_> = find_migrations(folder.path())
            .unwrap()
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["0001_a.sql", "0002_b.sql"]);
        let empty = tempfile::tempdir().unwrap();
        assert!(find_migrations(empty.path()).is_err());
    }

    #[test]
    fn the_variable_is_the_one_the_crate_names() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("sqlx.toml"), "# why\n[common]\ndatabase-url-var = \"A_URL\"\n")
            .unwrap();
        assert_eq!(find_url_variable(folder.path()).unwrap(), "A_URL");
        fs::write(folder.path().join("sqlx.toml"), "[common]\n").unwrap();
        assert!(find_url_variable(folder.path()).is_err());
    }

    #[test]
    fn old_queries_do_not_survive() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(&from).unwrap();
        fs::create_dir_all(&to).unwrap();
        fs::write(to.join("query-old.json"), "old").unwrap();
        fs::write(from.join("query-new.json"), "new").unwrap();
        replace_folder(&from, &to).unwrap();
        assert!(!to.join("query-old.json").exists());
        assert_eq!(fs::read_to_string(to.join("query-new.json")).unwrap(), "new");
    }
}
