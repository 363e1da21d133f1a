//! What can fail in a run: relays, their store, their clock, their wire. Fails as the plan says, and is well again afterwards.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::clock::TurnedClock;
use crate::database::Database;
use crate::disk::{Brake, SmallDisk};
use crate::gate::Gate;
use crate::plan::{Fault, Keeps, Kind, Plan};
use crate::relay::{Relay, Start};
use crate::wire::{HERE, NAME, THERE, Wire};

/// The line of a fresh configuration that names no proxies.
const NO_PROXIES: &str = "\n#trusted_proxies = []\n";

/// What happened, by kind; and what could not be done here, and why.
#[derive(Debug, Default, Clone)]
pub struct Happened {
    pub faults: BTreeMap<Kind, u32>,
    pub left_out: BTreeMap<Kind, u32>,
    pub packets_lost: u64,
}

pub struct Machines {
    gate: Arc<Gate>,
    start: Start,
    /// `None` while one is not running.
    relays: Vec<Option<Relay>>,
    database: Option<Database>,
    database_name: String,
    small_disk: Option<SmallDisk>,
    brake: Option<Brake>,
    clock: Option<TurnedClock>,
    wire: Option<Wire>,
    pub happened: Happened,
}

impl Machines {
    /// Everything that a plan needs, laid out and not yet running. `folder` holds the relays' configuration afterwards.
    pub async fn lay_out(
        plan: &Plan,
        gate: Arc<Gate>,
        database: Option<Database>,
        template: &Path,
        folder: &Path,
    ) -> Self {
        let house = folder.join("relay");
        std::fs::create_dir(&house).unwrap();
        let small_disk = plan.has(Kind::FullDisk).then(|| SmallDisk::mount(&house)).flatten();
        let brake = plan.has(Kind::SlowDisk).then(|| Brake::find(&house)).flatten();
        let clock = plan.has(Kind::ClockJump).then(|| TurnedClock::find(folder)).flatten();
        let wire = plan.has(Kind::PacketsLost).then(|| Wire::lay().ok()).flatten();
        for file in ["relay.toml", "relay.key"] {
            std::fs::copy(template.join(file), house.join(file)).unwrap();
        }
        if wire.is_some() {
            // Nobody but this computer and its proxies may speak plain HTTP to a relay: the gate is one of those.
            let config = house.join("relay.toml");
            let text = std::fs::read_to_string(&config).unwrap();
            let gate = format!("\ntrusted_proxies = [\"{HERE}/32\"]\n");
            assert!(text.contains(NO_PROXIES), "the configuration names its proxies otherwise");
            std::fs::write(&config, text.replace(NO_PROXIES, &gate)).unwrap();
        }
        let database_name = format!("night_{}", plan.seed);
        if let (Keeps::Postgres, Some(database)) = (plan.keeps, &database) {
            database.ask("postgres", &format!("CREATE DATABASE {database_name}")).await.unwrap();
        }
        let host = if wire.is_some() { HERE } else { "127.0.0.1" };
        let start = Start {
            folder: house,
            log: folder.join("relay.log"),
            database: database.as_ref().map(|database| database.address(host, &database_name)),
            clock: clock.as_ref().map(|clock| (clock.library.clone(), clock.file.clone())),
            namespace: wire.is_some().then_some(NAME),
        };
        let count = if plan.keeps == Keeps::Sqlite { 1 } else { 3 };
        let relays = (0..count).map(|_| None).collect();
        let happened = Happened::default();
        Self { gate, start, relays, database, database_name, small_disk, brake, clock, wire, happened }
    }

    /// The relay's file, if it keeps one.
    pub fn file(&self) -> Option<PathBuf> {
        self.start.database.is_none().then(|| self.start.folder.join("relay.db"))
    }

    /// The address of the database from here.
    pub fn database_address(&self) -> Option<String> {
        self.database.as_ref().map(|database| database.address("127.0.0.1", &self.database_name))
    }

    pub fn log(&self) -> &Path {
        &self.start.log
    }

    /// Suffers each fault when it is due, one after the other, and is well again at the end.
    pub async fn suffer(mut self, mut due: UnboundedReceiver<Fault>) -> Self {
        while let Some(fault) = due.recv().await {
            let happened = self.suffer_one(&fault).await;
            let counts = if happened { &mut self.happened.faults } else { &mut self.happened.left_out };
            *counts.entry(fault.kind).or_default() += 1;
        }
        self.heal().await;
        self
    }

    /// Whether it could be done here.
    async fn suffer_one(&mut self, fault: &Fault) -> bool {
        match fault.kind {
            Kind::KillRelay | Kind::KillOneOfThree => {
                let place = usize::try_from(fault.choice).unwrap() % self.relays.len();
                self.relays[place] = None;
                hold(fault).await;
                self.heal().await;
            }
            Kind::KillDatabase => {
                let database = self.database.as_mut().unwrap();
                database.kill();
                hold(fault).await;
                database.start().await;
            }
            Kind::DatabaseAway => {
                let database = self.database.as_mut().unwrap();
                if fault.choice.is_multiple_of(2) {
                    database.halt(true);
                    hold(fault).await;
                    database.halt(false);
                } else {
                    database.stop();
                    hold(fault).await;
                    database.start().await;
                }
            }
            Kind::FullDisk => {
                let Some(disk) = &self.small_disk else { return false };
                disk.fill();
                hold(fault).await;
                disk.clear();
            }
            Kind::SlowDisk => {
                let Some(brake) = &self.brake else { return false };
                for relay in self.relays.iter().flatten() {
                    brake.slow(relay.id());
                }
                hold(fault).await;
                brake.release();
            }
            Kind::ClockJump => {
                let Some(clock) = &self.clock else { return false };
                clock.jump(fault.choice);
                hold(fault).await;
                clock.turn(0);
            }
            Kind::PacketsLost => {
                let Some(wire) = &self.wire else { return false };
                wire.lose(5 + fault.choice % 15);
                hold(fault).await;
                self.happened.packets_lost += wire.mend();
            }
        }
        true
    }

    /// Starts each relay that does not run, as whoever looks after it would: again, until it stays.
    pub async fn heal(&mut self) {
        for place in 0..self.relays.len() {
            for tries in 0.. {
                if self.relays[place].is_some() {
                    break;
                }
                match self.start.run().await {
                    Ok(relay) => self.relays[place] = Some(relay),
                    Err(said) => assert!(tries < 20, "a relay does not come up: {said}"),
                }
            }
        }
        let addresses = self.relays.iter().flatten().map(|relay| relay.address);
        let through_wire = |address: std::net::SocketAddr| match &self.wire {
            Some(_) => (THERE, address.port()).into(),
            None => address,
        };
        self.gate.lead_to(addresses.map(through_wire).collect());
    }

    /// Kills all relays and starts them again: what they had in memory alone is gone.
    pub async fn forget(&mut self) {
        self.relays.iter_mut().for_each(|relay| *relay = None);
        self.heal().await;
    }

    /// Ends all relays, as they are meant to be ended.
    pub fn stop_relays(&mut self) {
        for mut relay in self.relays.iter_mut().filter_map(Option::take) {
            let number = Pid::from_raw(i32::try_from(relay.id()).unwrap()).unwrap();
            kill_process(number, Signal::TERM).unwrap();
            relay.wait();
        }
    }

    /// The file is what it was once.
    pub fn put_file_back(&self, former: &Path) {
        std::fs::copy(former, self.file().unwrap()).unwrap();
    }

    /// How many grants the store itself holds. The relays have ended.
    pub async fn count_grants(&self) -> usize {
        match &self.database {
            Some(database) => crate::store::count_grants(database, &self.database_name).await,
            None => crate::store::count_grants_in_file(&self.file().unwrap()).await,
        }
    }

    /// Gives the database server back, without this run's database.
    pub async fn end(mut self) -> Option<Database> {
        self.relays.clear();
        let database = self.database.take()?;
        let drop_it = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.database_name);
        database.ask("postgres", &drop_it).await.unwrap();
        Some(database)
    }
}

/// Waiting is the point: the fault lasts for as long as the plan says.
async fn hold(fault: &Fault) {
    tokio::time::sleep(fault.length.max(Duration::from_millis(1))).await;
}
