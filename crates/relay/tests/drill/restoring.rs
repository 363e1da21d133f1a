//! Backing up under load, and restoring elsewhere.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use passerby_relay_store_postgres::fresh;
use serde_json::Value;
use tempfile::TempDir;

use crate::hosts::{Program, ShopHost};
use crate::till::{Given, Serving, Till, make_release, relay, say};

/// What is known of the grants of a run.
#[derive(Default)]
struct Ledger {
    /// Collected, so that they can be opened.
    living: Vec<Given>,
    /// Burned, and the relay has said so.
    taken: Vec<Given>,
}

/// Where a relay lives, and with what environment.
struct Place {
    program: Program,
    environment: Vec<(&'static str, String)>,
}

impl Place {
    /// At a free port, with a shop.
    async fn init(host: &ShopHost, on_postgres: bool) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let program = Program::init_at(port, None);
        let place = Self { program, environment: environment(on_postgres).await };
        let added = ["shop", "add", host.sector(), "--root-jkt", &host.root_jkt()];
        say(&place.run(&added), 0);
        place
    }

    fn path(&self) -> &Path {
        self.program.path()
    }

    fn environment(&self) -> Vec<(&str, &str)> {
        self.environment.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    fn run(&self, args: &[&str]) -> std::process::Output {
        relay(self.path(), &self.environment(), args)
    }

    fn serve(&self) -> Serving {
        Serving::start(self.path(), &self.environment())
    }

    /// Another folder with the same configuration and key, with these keys of periods, and an empty database.
    async fn make_empty_twin(&self, keys: &Path) -> Self {
        let folder = TempDir::new().unwrap();
        for name in ["relay.toml", "relay.key"] {
            fs::copy(self.path().join(name), folder.path().join(name)).unwrap();
        }
        copy_folder(keys, &folder.path().join("keys"));
        Self { program: Program { folder }, environment: environment(!self.environment.is_empty()).await }
    }
}

async fn environment(on_postgres: bool) -> Vec<(&'static str, String)> {
    if !on_postgres {
        return Vec::new();
    }
    let address = fresh::make_database().await.unwrap_or_else(|error| panic!("{error}"));
    vec![("PASSERBY_RELAY_POSTGRES", address)]
}

/// With the modes of the files; the folder for its owner only.
fn copy_folder(from: &Path, to: &Path) {
    fs::DirBuilder::new().mode(0o700).create(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
    assert_eq!(fs::metadata(to).unwrap().permissions().mode() & 0o777, 0o700);
}

/// Whether bytes stand in a file.
fn holds(path: &Path, what: &[u8]) -> bool {
    fs::read(path).unwrap().windows(what.len()).any(|part| part == what)
}

/// Gives, collects, opens and burns until told to stop. `going` counts what was done.
async fn trade(till: Arc<Till>, number: usize, stop: Arc<AtomicBool>, going: Arc<AtomicUsize>) -> Ledger {
    let mut ledger = Ledger::default();
    let mut turn = 0;
    while !stop.load(Ordering::SeqCst) {
        let Some(given) = till.give(&make_release(number * 10_000 + turn)).await else { break };
        if turn % 3 == 2 {
            if till.burn(&given).await {
                ledger.taken.push(given);
            }
        } else if till.collect(&given, &given.code).await == 200 {
            let opened = till.open_release(&given).await;
            // The relay may be taken away between the two; what was collected stands all the same.
            assert!(
                matches!(&opened, Ok(release) if *release == given.release) || opened == Err(0),
                "{opened:?}"
            );
            ledger.living.push(given);
        }
        turn += 1;
        going.fetch_add(1, Ordering::SeqCst);
    }
    ledger
}

async fn drill(on_postgres: bool) {
    let host = ShopHost::open().await;
    let place = Place::init(&host, on_postgres).await;
    let serving = place.serve();
    let till = Arc::new(Till::open(&host, &serving.address).await);

    // What was acknowledged before the backup began has to be in it.
    let mut before = Vec::new();
    for number in 0..20 {
        let given = till.give(&make_release(number)).await.unwrap();
        assert_eq!(till.collect(&given, &given.code).await, 200);
        before.push(given);
    }
    let mut uncollected = Vec::new();
    for number in 20..25 {
        uncollected.push(till.give(&make_release(number)).await.unwrap());
    }
    let (stop, going) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let traders: Vec<_> = (1..=3)
        .map(|number| tokio::spawn(trade(till.clone(), number, stop.clone(), going.clone())))
        .collect();
    while going.load(Ordering::SeqCst) < 6 {
        tokio::task::yield_now().await;
    }
    let backup = place.path().join("relay.backup");
    let name = backup.to_str().unwrap().to_owned();
    let (folder, environment) = (place.path().to_owned(), place.environment.clone());
    let args = name.clone();
    let backing_up = tokio::task::spawn_blocking(move || {
        let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        relay(&folder, &environment, &["backup", "--to", &args])
    });
    let said = say(&backing_up.await.unwrap(), 0);
    assert!(said.contains("Keys are in neither"), "{said}");
    // The relay goes on for a while, and takes away some of what is in the backup.
    for given in &uncollected {
        assert!(till.burn(given).await);
    }
    let so_far = going.load(Ordering::SeqCst);
    while going.load(Ordering::SeqCst) < so_far + 6 {
        tokio::task::yield_now().await;
    }
    serving.kill();
    stop.store(true, Ordering::SeqCst);
    let mut ledger = Ledger { living: Vec::new(), taken: uncollected };
    for trader in traders {
        let part = trader.await.unwrap();
        ledger.living.extend(part.living);
        ledger.taken.extend(part.taken);
    }
    assert!(ledger.living.len() > 3 && ledger.taken.len() > 5, "nothing happened");

    let twin = place.make_empty_twin(&place.path().join("keys")).await;
    for key in fs::read_dir(twin.path().join("keys")).unwrap().map(|file| file.unwrap().path()) {
        if let Ok(Value::Object(file)) = serde_json::from_slice(&fs::read(&key).unwrap()) {
            assert!(!holds(&backup, file["key"].as_str().unwrap().as_bytes()), "a key is in the backup");
        }
    }
    assert!(!holds(&backup, b"c2VhbGVk.QUJDRA"), "a release lies in it as it came");
    let said = say(&twin.run(&["restore", &name]), 0);
    assert!(said.contains("are deleted again"), "{said}");
    let said = say(&twin.run(&["restore", &name]), 1);
    assert!(said.contains("is not empty"), "{said}");

    let serving = twin.serve();
    assert_eq!(serving.address, till.base, "it is the same relay to everybody");
    for given in &before {
        assert_eq!(till.open_release(given).await, Ok(given.release.clone()));
    }
    for given in &ledger.taken {
        assert_eq!(till.open_release(given).await, Err(404), "it is readable again");
        assert!(till.collect(given, &given.code).await >= 400);
    }
    // Those of while the backup was made are in it or are not; none is half there.
    for given in &ledger.living {
        let opened = till.open_release(given).await;
        assert!(opened == Err(404) || opened == Ok(given.release.clone()), "{opened:?}");
    }
    let doctor = twin.run(&["doctor", "--json"]);
    let findings: Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let mend: Vec<_> =
        findings.as_array().unwrap().iter().filter(|finding| finding["verdict"] == "mend").collect();
    assert!(mend.is_empty() && doctor.status.success(), "{mend:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_at_work_comes_back_without_what_was_taken_away() {
    drill(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_does_one_on_postgresql() {
    drill(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_before_a_destroyed_key_opens_nothing() {
    let host = ShopHost::open().await;
    let place = Place::init(&host, false).await;
    place.program.edit("#keep_days = 2", "keep_days = 0");
    let serving = place.serve();
    let till = Till::open(&host, &serving.address).await;
    let given = till.give(&make_release(1)).await.unwrap();
    assert_eq!(till.collect(&given, &given.code).await, 200);
    let (old, new) = (place.path().join("old.backup"), place.path().join("new.backup"));
    say(&place.run(&["backup", "--to", old.to_str().unwrap()]), 0);
    let keys: Vec<PathBuf> = find_keys(&place);
    let said = say(&place.run(&["keys", "renew-period"]), 0);
    assert!(said.contains("1 releases were put under it"), "{said}");
    assert!(keys.iter().all(|key| !key.exists()) && find_keys(&place).len() == 1);
    assert_eq!(
        till.open_release(&given).await,
        Ok(given.release.clone()),
        "the living one opens, while it serves"
    );
    say(&place.run(&["backup", "--to", new.to_str().unwrap()]), 0);
    serving.kill();

    let twin = place.make_empty_twin(&place.path().join("keys")).await;
    let said = say(&twin.run(&["restore", old.to_str().unwrap()]), 0);
    assert!(said.contains("1  grants stand whose releases do not open any more"), "{said}");
    let serving = twin.serve();
    assert_eq!(serving.address, till.base, "it is the same relay to everybody");
    assert_eq!(till.open_release(&given).await, Err(503));
    let another = till.give(&make_release(2)).await.unwrap();
    assert_eq!(till.collect(&another, &another.code).await, 200);
    assert_eq!(till.open_release(&another).await, Ok(another.release.clone()), "it goes on");
    serving.kill();

    let twin = place.make_empty_twin(&place.path().join("keys")).await;
    say(&twin.run(&["restore", new.to_str().unwrap()]), 0);
    let serving = twin.serve();
    assert_eq!(serving.address, till.base, "it is the same relay to everybody");
    assert_eq!(till.open_release(&given).await, Ok(given.release));
}

fn find_keys(place: &Place) -> Vec<PathBuf> {
    let files = fs::read_dir(place.path().join("keys")).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|ending| ending == "key")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_backup_changes_nothing() {
    let host = ShopHost::open().await;
    let place = Place::init(&host, false).await;
    place.serve().kill();
    let backup = place.path().join("relay.backup");
    let name = backup.to_str().unwrap();
    say(&place.run(&["backup", "--to", name]), 0);
    let said = say(&place.run(&["backup", "--to", name]), 1);
    assert!(said.contains("overwrites nothing"), "{said}");
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);

    let twin = place.make_empty_twin(&place.path().join("keys")).await;
    let keys = twin.path().join("keys");
    fs::rename(&keys, twin.path().join("aside")).unwrap();
    assert!(say(&twin.run(&["restore", name]), 1).contains("--without-keys"));
    fs::rename(twin.path().join("aside"), &keys).unwrap();
    let damaged = twin.path().join("damaged.backup");
    let mut bytes = fs::read(&backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&damaged, bytes).unwrap();
    assert!(say(&twin.run(&["restore", damaged.to_str().unwrap()]), 1).contains(".manifest"));
    fs::copy(place.path().join("relay.backup.manifest"), twin.path().join("damaged.backup.manifest"))
        .unwrap();
    assert!(say(&twin.run(&["restore", damaged.to_str().unwrap()]), 1).contains("damaged"));
    assert!(!twin.path().join("relay.db").exists());
    let serving = place.serve();
    assert!(say(&place.run(&["restore", name]), 1).contains("in use"));
    serving.kill();
}
