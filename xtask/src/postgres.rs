//! A PostgreSQL server of our own: private, in a folder that goes away, on a free port, for as long as somebody holds it.
//!
//! ```text
//! initdb ─▶ postgres, on 127.0.0.1 and a socket in the folder ─▶ its address, with a password made for it ─▶ ended by its number
//! ```
//!
//! Never one that was there before: neither the system's nor a person's. PostgreSQL refuses to run as root; then it runs as the
//! user `nobody`.

use std::{
    env, fs,
    hash::{BuildHasher, Hasher, RandomState},
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::{
    checkout::Checkout,
    install::{self, find_server_program, is_root, run_quietly},
    needs,
    process::{Process, find_free_port},
};

/// Names the server to the tests that need one.
const ADDRESS: &str = "PASSERBY_TEST_POSTGRES";
/// Who may do everything on it.
const OWNER: &str = "passerby";
/// Whom it runs as when this is root.
const UNPRIVILEGED: &str = "nobody";
/// How long it may take to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a server is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// As quick as it can be: nothing outlives the power of this computer.
    Testing,
    /// As it would be used: a commit waits for the disk. On the first core only.
    Measuring,
}

/// Run a command beside a private PostgreSQL server, whose address stands in `PASSERBY_TEST_POSTGRES`.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  cargo xtask postgres -- cargo nextest run -p passerby-relay-store-postgres"
)]
pub struct Arguments {
    /// The command and its arguments, after `--`.
    #[arg(required = true, trailing_var_arg = true)]
    command: Vec<String>,
}

/// Starts the server, runs the command, ends the server.
pub fn run(checkout: &Checkout, arguments: &Arguments) -> Result<ExitCode> {
    install::system_parts(checkout, needs::SERVER)?;
    let server = Server::start(checkout)?;
    let (program, rest) = arguments.command.split_first().context("there is no command to run")?;
    let mut command = checkout.program(program);
    if let Ok(here) = env::current_dir() {
        command.current_dir(here);
    }
    server.introduce(command.args(rest));
    let status = command.status().with_context(|| format!("tried to start {program}"))?;
    server.end()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A running server. Dropping it ends it, and its folder goes.
pub struct Server {
    process: Process,
    port: u16,
    password: String,
    folder: TempDir,
}

impl Server {
    /// Lays out a cluster and starts a server on it. The parts of the system must be there.
    pub fn start(checkout: &Checkout) -> Result<Self> {
        Self::start_for(checkout, Purpose::Testing)
    }

    /// The same for a purpose.
    pub fn start_for(checkout: &Checkout, purpose: Purpose) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("passerby-pg-").tempdir();
        let folder = folder.context("tried to make a folder for PostgreSQL")?;
        let user = RunAs::find()?;
        user.hand_over(folder.path())?;
        let (cluster, log) = (folder.path().join("cluster"), folder.path().join("log"));
        let password = make_password();
        initdb(checkout, &user, &cluster, &password)?;
        let port = find_free_port()?;
        let mut postgres = user.program(checkout, &find_server_program("postgres")?);
        postgres.arg("-D").arg(&cluster).arg("-k").arg(folder.path()).arg("-p").arg(port.to_string());
        for setting in [
            "listen_addresses=127.0.0.1",
            "max_connections=300",
            "autovacuum_naptime=10s",
            "log_min_messages=warning",
        ] {
            postgres.args(["-c", setting]);
        }
        if purpose == Purpose::Testing {
            postgres.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
        }
        let mut process = Process::start("postgres", &mut postgres, &log)?;
        if purpose == Purpose::Measuring {
            // Those that it starts later stay there too.
            let id = process.id().unwrap_or_default().to_string();
            run_quietly(checkout.program("taskset").args(["--cpu-list", "--pid", "0", &id]))?;
        }
        // At once, whoever is still connected.
        process.end_with("INT");
        let server = Self { process, port, password, folder };
        server.until_ready(checkout)
    }

    fn until_ready(mut self, checkout: &Checkout) -> Result<Self> {
        let mut psql = self.psql(checkout, "postgres")?;
        psql.args(["--command", "SELECT 1"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.process.wait_until(PATIENCE, || psql.status().is_ok_and(|status| status.success()))?;
        Ok(self)
    }

    /// The address of one of its databases.
    pub fn address(&self, database: &str) -> String {
        format!("postgres://{OWNER}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    /// Tells a program where this server is.
    pub fn introduce(&self, command: &mut Command) {
        command.env(ADDRESS, self.address("postgres"));
    }

    /// Makes an empty database and lays it out with these files of SQL, in this order.
    pub fn make_database(&self, checkout: &Checkout, name: &str, files: &[PathBuf]) -> Result<String> {
        let make = format!("CREATE DATABASE {name}");
        run_quietly(self.psql(checkout, "postgres")?.args(["--command", &make]))?;
        for file in files {
            let mut psql = self.psql(checkout, name)?;
            run_quietly(psql.arg("--single-transaction").arg("--file").arg(file))
                .with_context(|| format!("{} does not run on an empty database", file.display()))?;
        }
        Ok(self.address(name))
    }

    /// PostgreSQL's own client, connected to a database.
    fn psql(&self, checkout: &Checkout, database: &str) -> Result<Command> {
        let mut psql = checkout.program(find_server_program("psql")?);
        psql.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]);
        self.connect(&mut psql, database);
        Ok(psql)
    }

    /// Tells one of PostgreSQL's programs where to connect. The password is not on its command line, which everybody can read.
    pub fn connect(&self, program: &mut Command, database: &str) {
        program.env("PGHOST", "127.0.0.1").env("PGPORT", self.port.to_string());
        program.env("PGUSER", OWNER).env("PGPASSWORD", &self.password).env("PGDATABASE", database);
    }

    /// Ends it, and its folder goes.
    pub fn end(self) -> Result<()> {
        self.process.end()?;
        self.folder.close().context("tried to remove PostgreSQL's folder")
    }
}

/// Whom the server runs as: whoever this is, but never root.
struct RunAs(Option<(u32, u32)>);

impl RunAs {
    fn find() -> Result<Self> {
        if !is_root() {
            return Ok(Self(None));
        }
        let number = |flag: &str| -> Result<u32> {
            let output =
                Command::new("id").args([flag, UNPRIVILEGED]).output().context("tried to start id")?;
            let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            text.parse().with_context(|| format!("there is no user {UNPRIVILEGED} for PostgreSQL to run as"))
        };
        Ok(Self(Some((number("-u")?, number("-g")?))))
    }

    /// Gives a folder, which is empty and root's, to that user.
    fn hand_over(&self, folder: &Path) -> Result<()> {
        let Some((user, group)) = self.0 else { return Ok(()) };
        chown(folder, Some(user), Some(group))
            .and_then(|()| fs::set_permissions(folder, fs::Permissions::from_mode(0o700)))
            .with_context(|| format!("tried to give {} to {UNPRIVILEGED}", folder.display()))
    }

    /// A program as that user, which is told to end when this one is gone, however that came.
    fn program(&self, checkout: &Checkout, program: &Path) -> Command {
        let mut command = checkout.program("setpriv");
        command.args(["--pdeathsig", "INT"]);
        if let Some((user, group)) = self.0 {
            command.args([
                format!("--reuid={user}"),
                format!("--regid={group}"),
                "--clear-groups".to_owned(),
            ]);
        }
        command.arg("--").arg(program);
        // The checkout may be where that user cannot go.
        command.current_dir("/");
        // What a person has set for servers of their own is not for this one.
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("PG")) {
                command.env_remove(name);
            }
        }
        command
    }
}

fn initdb(checkout: &Checkout, user: &RunAs, cluster: &Path, password: &str) -> Result<()> {
    let secret = cluster.with_extension("password");
    fs::write(&secret, password).with_context(|| format!("tried to write {}", secret.display()))?;
    if let Some((owner, group)) = user.0 {
        chown(&secret, Some(owner), Some(group)).context("tried to give the password's file away")?;
    }
    let mut initdb = user.program(checkout, &find_server_program("initdb")?);
    initdb.arg("--pgdata").arg(cluster).args(["--username", OWNER, "--auth", "scram-sha-256"]);
    initdb.args(["--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions", "--pwfile"]);
    let output = initdb.arg(&secret).stdin(Stdio::null()).output().context("tried to start initdb")?;
    fs::remove_file(&secret).context("tried to remove the password's file")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "initdb failed ({}):\n{said}", output.status);
    Ok(())
}

/// Others on this computer can reach the port: a password keeps them out. The hasher is keyed by the system's randomness.
fn make_password() -> String {
    let number = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", number(), number())
}
