//! Who is asked: a relay on either database, and the axum that sends bytes back. Each on the first core.

use std::{
    fs,
    path::Path,
    process::Command,
    thread::available_parallelism,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use super::{EXAMPLE, RELAY};
use crate::{
    bench::series::Series,
    checkout::Checkout,
    install::run_quietly,
    process::{Process, find_free_port},
};

const PATIENCE: Duration = Duration::from_secs(20);
const SHOP: &str = "shoes.localhost:4001";

pub fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// A program on one core.
pub fn pinned(checkout: &Checkout, core: usize, program: &Path) -> Command {
    let mut command = checkout.program("taskset");
    command.args(["--cpu-list", &core.to_string()]).arg(program);
    command
}

pub enum Store {
    Sqlite,
    /// With the address of an empty database.
    Postgres(String),
}

impl Store {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}

/// A relay that knows the shop of the bench, and counts nobody's calls.
pub struct Relay {
    name: &'static str,
    process: Process,
    base: String,
    starts: Series,
}

impl Relay {
    /// Makes one in a folder, and starts it several times.
    pub fn start(checkout: &Checkout, folder: &Path, store: &Store, starts: u32) -> Result<Self> {
        fs::create_dir(folder).context("tried to make a folder for the relay")?;
        let port = find_free_port()?;
        let base = format!("http://127.0.0.1:{port}");
        let text = format!(
            "[identity]\nissuer = \"{base}\"\ndevelopment = true\n[http]\nlisten = \"127.0.0.1:{port}\"\n\
             [limits]\nrequests_per_minute = 0\nshop_calls_per_minute = 0\nconnections_per_address = 0\nwaiting_per_shop = 10000\n\
             [shops]\nrequests_a_day = 100000000\n[log]\nlevel = \"warn\"\n"
        );
        fs::write(folder.join("relay.toml"), text).context("tried to write the relay's configuration")?;
        let address = match store {
            Store::Sqlite => None,
            Store::Postgres(address) => Some(address.clone()),
        };
        let program = checkout.released(RELAY);
        let relay = |mut command: Command| {
            command.current_dir(folder);
            if let Some(address) = &address {
                command.env("PASSERBY_RELAY_POSTGRES", address);
            }
            command
        };
        run_quietly(relay(checkout.program(&program)).args(["init", "--development"]))?;
        run_quietly(relay(checkout.program(&program)).args([
            "shop",
            "add",
            SHOP,
            "--root-jkt",
            &root_jkt(checkout)?,
        ]))?;

        let mut times = Series::default();
        let mut running = None;
        for _ in 0..starts {
            drop(running.take());
            let mut command = relay(pinned(checkout, 0, &program));
            command.arg("serve");
            let begun = Instant::now();
            let mut process = Process::start(RELAY, &mut command, &folder.join("log"))?;
            let socket = ([127, 0, 0, 1], port).into();
            process.wait_until_healthy(socket, "/health", PATIENCE)?;
            times.push(begun.elapsed().as_secs_f64());
            running = Some(process);
        }
        let process = running.context("a relay is started at least once")?;
        Ok(Self { name: store.name(), process, base, starts: times })
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn pid(&self) -> u32 {
        self.process.id().unwrap_or_default()
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    /// From the start of the program to the first answer, in seconds.
    pub fn starts(&self) -> &Series {
        &self.starts
    }

    pub fn end(self) -> Result<()> {
        self.process.end().map(drop)
    }
}

/// The thumbprint of the root key that the shop of the load has.
fn root_jkt(checkout: &Checkout) -> Result<String> {
    let example = checkout.released(&format!("examples/{EXAMPLE}"));
    let output = checkout.program(&example).arg("root-jkt").output().context("tried to start the load")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// An axum that sends each body back.
pub struct Echo {
    process: Process,
    base: String,
}

impl Echo {
    pub fn start(checkout: &Checkout, folder: &Path) -> Result<Self> {
        let program = checkout.released(&format!("examples/{EXAMPLE}"));
        let log = folder.join("echo");
        let mut process = Process::start("the echo", pinned(checkout, 0, &program).arg("echo"), &log)?;
        let mut base = String::new();
        process.wait_until(PATIENCE, || {
            base = fs::read_to_string(&log).unwrap_or_default();
            base.ends_with('\n')
        })?;
        Ok(Self { process, base: base.trim_end().to_owned() })
    }

    pub fn pid(&self) -> u32 {
        self.process.id().unwrap_or_default()
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn end(self) -> Result<()> {
        self.process.end().map(drop)
    }
}
