//! Runs, one after the other, and their sum.

use std::sync::Arc;
use std::time::{Duration, Instant};

use passerby_protocol::time::Clock as _;
use passerby_relay_api::{Connection, RelayClient};
use passerby_relay_store::RelayStore;
use passerby_relay_store_postgres::{PostgresAddress, PostgresStore};
use passerby_relay_store_sqlite::SqliteStore;
use passerby_testkit::rng;
use passerby_wallet::SystemClock;
use rand_chacha::ChaCha20Rng;
use rand_core::Rng as _;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::audit::audit;
use crate::database::Database;
use crate::ledger::Ledger;
use crate::machines::Machines;
use crate::plan::{Fault, Keeps, Plan, below};
use crate::relay;
use crate::shop::Said;
use crate::story::{Part, Scene};
use crate::sum::Played;
use crate::town::Town;
use crate::world::World;

/// How many runs there are every day.
pub const ORDINARY: u64 = 25;
/// How long a task may take beside the faults themselves, also on a computer that has much else to do. One that is not done by then hangs for
/// good.
const BOUND: Duration = Duration::from_mins(10);
/// After so many runs other persons come.
pub const RENEW: usize = 25;

/// Which runs are wanted.
pub struct Runs {
    seeds: Vec<u64>,
    long: bool,
}

impl Runs {
    pub fn from_environment() -> Self {
        let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
        let count = number("PASSERBY_FAULT_RUNS").unwrap_or(ORDINARY);
        let first = number("PASSERBY_FAULT_FIRST").unwrap_or(1);
        let seeds = match number("PASSERBY_FAULT_SEED") {
            Some(seed) => vec![seed],
            None => (first..first + count).collect(),
        };
        Self { seeds, long: std::env::var_os("PASSERBY_FAULT_LONG").is_some() }
    }

    /// Those whose relays keep what they carry in this way.
    pub fn plans(&self, keeps: Keeps) -> Vec<Plan> {
        let all = self.seeds.iter().map(|seed| Plan::of(*seed, self.long));
        all.filter(|plan| plan.keeps == keeps).collect()
    }
}

/// A run that has begun: relays are up and know the shops.
pub struct Night {
    pub world: Arc<World>,
    pub machines: Machines,
    pub folder: TempDir,
    due: tokio::sync::mpsc::UnboundedReceiver<Fault>,
}

/// Lays everything out, starts it, and has the shops introduce themselves.
pub async fn begin(town: &Town, plan: &Plan) -> Night {
    begin_with(town, plan, None).await
}

async fn begin_with(town: &Town, plan: &Plan, database: Option<Database>) -> Night {
    let folder = tempfile::tempdir().unwrap();
    let mut machines =
        Machines::lay_out(plan, town.gate.clone(), database, town.template.path(), folder.path()).await;
    let store: Box<dyn RelayStore> = match (machines.file(), machines.database_address()) {
        (Some(file), _) => Box::new(SqliteStore::open(&file).await.unwrap()),
        (None, Some(address)) => {
            Box::new(PostgresStore::open(&PostgresAddress::parse(&address).unwrap()).await.unwrap())
        }
        (None, None) => panic!("there is no database"),
    };
    for shop in &town.shops {
        let root = shop.root.public().jkt();
        let now = SystemClock.now().seconds();
        store.add_shop(shop.sector.as_str(), root.as_str(), now).await.unwrap();
    }
    store.close().await;
    machines.heal().await;
    let issuer = town.shops[0].issuer().clone();
    let client = RelayClient::new(issuer, Connection::open().unwrap());
    let keys = client.fetch_keys().await;
    let keys =
        keys.unwrap_or_else(|error| panic!("{error}; {plan:?}; {}", relay::last_lines(machines.log())));
    *town.relay_keys.lock().await = Some(keys);
    let mut rng = rng::seeded(plan.seed);
    for shop in &town.shops {
        let said = shop.attest(&mut rng).await;
        assert!(matches!(said, Said::Yes(_)), "{said:?}");
    }
    let (world, due) = World::new(plan);
    Night { world: Arc::new(world), machines, folder, due }
}

impl Night {
    /// Everybody works, with nothing failing.
    pub async fn work(&self, town: &Town) -> Arc<Ledger> {
        let ledger = Arc::new(Ledger::default());
        let mut tasks = spawn_all(town, &self.world, &ledger, |_| Part::Buy).await;
        while let Some(done) = tasks.join_next().await {
            assert!(done.unwrap(), "nothing fails, and a task does not end");
        }
        ledger
    }

    pub async fn end(self) {
        drop(self.machines.end().await);
    }
}

/// Gives each person, and some in pairs, something to do.
async fn spawn_all(
    town: &Town,
    world: &Arc<World>,
    ledger: &Arc<Ledger>,
    part_of: impl Fn(&mut ChaCha20Rng) -> Part,
) -> JoinSet<bool> {
    let relay_keys = town.relay_keys().await;
    let mut tasks = JoinSet::new();
    let mut chance = rng::seeded(world.seed);
    chance.set_stream(1);
    let mut persons = town.persons.iter().cloned();
    while let Some(person) = persons.next() {
        let shop = town.shops[below(&mut chance, town.shops.len())].clone();
        let (world, ledger, relay_keys) = (world.clone(), ledger.clone(), relay_keys.clone());
        let scene = Scene { world, ledger, shop, relay_keys };
        let stream = |side: u64| {
            let mut own = rng::seeded(scene.world.seed);
            own.set_stream(10 + 2 * person.number as u64 + side);
            own
        };
        let (mut own, second) = (stream(0), stream(1));
        let bound = BOUND + scene.world.away;
        let rival =
            (scene.world.seed > 0 && chance.next_u32().is_multiple_of(10)).then(|| persons.next()).flatten();
        let part = part_of(&mut chance);
        tasks.spawn(async move {
            let story = async {
                match rival {
                    Some(rival) => Box::pin(scene.race(&person, &rival, [own, second])).await,
                    None => Box::pin(scene.play(&person, part, &mut own)).await,
                }
            };
            timeout(bound, Box::pin(story)).await.is_ok()
        });
    }
    tasks
}

fn draw_part(chance: &mut ChaCha20Rng) -> Part {
    match chance.next_u32() % 10 {
        0 => Part::Decline,
        1 => Part::Burn,
        2 => Part::Twice,
        _ => Part::Buy,
    }
}

/// Plays one run from the first step to the audit.
pub async fn play(town: &mut Town, plan: &Plan) -> Played {
    let begun = Instant::now();
    let database = match plan.keeps {
        Keeps::Sqlite => None,
        Keeps::Postgres => Some(match town.database.take() {
            Some(database) => database,
            None => Database::open().await,
        }),
    };
    let Night { world, machines, folder, due } = begin_with(town, plan, database).await;
    let ledger = Arc::new(Ledger::default());
    let failing = tokio::spawn(machines.suffer(due));
    let mut tasks = spawn_all(town, &world, &ledger, draw_part).await;
    let mut hung = 0;
    while let Some(done) = tasks.join_next().await {
        hung += usize::from(!done.unwrap());
    }
    let not_reached = world.calm_down();
    let mut machines = failing.await.unwrap();

    machines.stop_relays();
    // What a task that hangs was never told may be in the store all the same: then the two are not compared.
    let grants = machines.count_grants().await;
    machines.forget().await;
    let mut verdict = audit(town, &world, &ledger, (hung == 0).then_some(grants)).await;
    verdict.hung = hung;
    for line in std::fs::read_to_string(machines.log()).unwrap().lines() {
        if line.contains("panicked") {
            verdict.mistakes += 1;
            verdict.notes.push(line.to_owned());
        }
    }
    let happened = machines.happened.clone();
    if !verdict.is_clean() {
        let kept = folder.keep();
        println!("the relays' log is kept in {}", kept.display());
    }
    town.database = machines.end().await;
    Played { verdict, happened, steps: world.steps(), not_reached, took: begun.elapsed() }
}
