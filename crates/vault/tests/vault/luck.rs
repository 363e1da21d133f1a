//! Bad luck: killed, out of disk, file gone, clock wrong. What was confirmed is there; what cannot be done is said.

use std::fs;
use std::path::Path;
use std::process::Command;

use passerby_vault::{RecordError, StorageError, Vault, VaultError, Wholeness};
use rand_core::Rng as _;

use crate::parts::{Attribute, Home, NOW, passphrase};
use crate::worker::{Worker, assert_holds, read};

/// In the everyday tests; `PASSERBY_KILL_RUNS` asks for more.
const EVERYDAY_RUNS: u64 = 25;

/// An empty vault's file, to begin each run with.
async fn empty() -> (Home, Vec<u8>) {
    let mut home = Home::new();
    home.create().await.lock().await.unwrap();
    let empty = fs::read(&home.path).unwrap();
    (home, empty)
}

#[tokio::test]
async fn killed_at_any_write_what_was_confirmed_is_there() {
    let runs = std::env::var("PASSERBY_KILL_RUNS").ok().and_then(|runs| runs.parse().ok());
    let (home, empty) = empty().await;
    let mut rng = Home::seeded(25).rng;
    let mut written_unconfirmed = 0;
    for seed in 0..runs.unwrap_or(EVERYDAY_RUNS) {
        clear(&home.path);
        fs::write(&home.path, &empty).unwrap();
        let mut worker = Worker::start(&home.path, seed, None);
        for _ in 0..=rng.next_u32() % 30 {
            assert!(worker.next(), "the worker ended by itself: seed {seed}");
        }
        // The next write is under way. How far it comes is left to the machine and to this number.
        for _ in 0..rng.next_u32() % 2_000_000 {
            std::hint::spin_loop();
        }
        let confirmed = worker.kill();
        written_unconfirmed += assert_holds(&home.path, seed, confirmed).await - confirmed;
    }
    println!("written and not yet confirmed: {written_unconfirmed}");
}

/// Removes the vault and what lies beside it.
fn clear(path: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let file = path.with_file_name(format!("vault.db{ending}"));
        if file.exists() {
            fs::remove_file(file).unwrap();
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn out_of_disk_at_any_write_what_was_confirmed_is_there() {
    let (home, empty) = empty().await;
    let own = u32::try_from(empty.len() / 512).unwrap();
    let mut some = 0;
    // The log, the index of the log and the file all hit the limit, each at another moment.
    for (seed, blocks) in
        [1, own / 2, own, own + 9, own + 40, own + 150, own + 400, own + 900].into_iter().enumerate()
    {
        clear(&home.path);
        fs::write(&home.path, &empty).unwrap();
        let seed = seed as u64;
        let (confirmed, success) = Worker::start(&home.path, seed, Some(blocks)).finish();
        assert!(!success, "{blocks} blocks were enough");
        assert_eq!(assert_holds(&home.path, seed, confirmed).await, confirmed, "a refused write is not done");
        some += confirmed;
    }
    assert!(some > 0, "no limit let anything be written");
}

#[cfg(unix)]
#[tokio::test]
async fn a_vault_that_vanished_while_open_confirms_nothing() {
    let mut home = Home::new();
    let vault = home.create().await;
    vault.insert(&Attribute::new("one", ""), NOW, &mut home.rng).await.unwrap();
    let aside = home.path.with_file_name("aside.db");
    fs::rename(&home.path, &aside).unwrap();
    let refused = vault.insert(&Attribute::new("two", ""), NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(RecordError::Storage(StorageError::Gone))), "{refused:?}");

    // Another file in its place is not the vault either.
    fs::write(&home.path, "another file").unwrap();
    let refused = vault.insert(&Attribute::new("two", ""), NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(RecordError::Storage(StorageError::Gone))), "{refused:?}");

    fs::rename(&aside, &home.path).unwrap();
    vault.insert(&Attribute::new("three", ""), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
    let claims: Vec<_> = read(&home.open().await).await.into_keys().collect();
    assert_eq!(claims, ["one", "three"]);
}

const READ_ONLY: &str = "PASSERBY_TEST_READ_ONLY_VAULT";

/// What somebody finds who may read a vault but not write to it. It does nothing unless the next test starts it.
#[tokio::test]
async fn look() {
    let Some(place) = std::env::var_os(READ_ONLY) else { return };
    match Vault::open(Path::new(&place), &passphrase()).await {
        Err(VaultError::Storage(StorageError::ReadOnly)) => println!("found nothing may be written"),
        Err(error) => println!("found {error:?}"),
        Ok(vault) => {
            let kept = read(&vault).await;
            let refused = vault.insert(&Attribute::new("two", ""), NOW, &mut Home::new().rng).await;
            println!("found {kept:?} {refused:?}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_vault_that_may_only_be_read_says_so() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;

    let mut home = Home::new();
    let vault = home.create().await;
    vault.insert(&Attribute::new("one", ""), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
    let folder = home.path.parent().unwrap();
    fs::remove_file(home.path.with_file_name("vault.db.lock")).unwrap();
    // No mode holds root back, so root lets somebody else look, who has to be able to start this program.
    let program = folder.join("look");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let mut look = Command::new(&program);
    look.args(["luck::look", "--exact", "--nocapture"]).env(READ_ONLY, &home.path);
    if fs::metadata(&program).unwrap().uid() == 0 {
        look.uid(65_534).gid(65_534);
    }
    set(home.folder.path(), 0o755);
    set(&program, 0o755);
    set(&home.path, 0o444);

    for (mode, expected) in
        [(0o555, "found nothing may be written"), (0o777, "found {\"one\": \"\"} Err(Storage(ReadOnly))")]
    {
        set(folder, mode);
        let output = String::from_utf8(look.output().unwrap().stdout).unwrap();
        assert!(output.contains(expected), "{mode:o}: {output}");
    }
    set(folder, 0o700);
    set(&home.path, 0o600);
    // Left by somebody else, with a mode that root ignores and its owner would have to remove.
    for ending in [".lock", "-shm", "-wal"] {
        drop(fs::remove_file(home.path.with_file_name(format!("vault.db{ending}"))));
    }
    assert_eq!(read(&home.open().await).await.len(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_log_that_vanished_while_open_is_noticed() {
    let mut home = Home::new();
    let vault = home.create().await;
    vault.insert(&Attribute::new("one", ""), NOW, &mut home.rng).await.unwrap();
    fs::remove_file(home.path.with_file_name("vault.db-wal")).unwrap();
    let refused = vault.insert(&Attribute::new("two", ""), NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(RecordError::Storage(StorageError::Gone))), "{refused:?}");
}

#[tokio::test]
async fn a_clock_set_back_ten_years_loses_nothing() {
    let mut home = Home::new();
    let vault = home.create().await;
    vault.insert(&Attribute::new("one", ""), NOW, &mut home.rng).await.unwrap();
    let earlier = NOW - 10 * 365 * 86_400;
    for claim in ["two", "three"] {
        vault.insert(&Attribute::new(claim, ""), earlier, &mut home.rng).await.unwrap();
    }
    vault.lock().await.unwrap();
    let vault = home.open().await;
    vault.insert(&Attribute::new("four", ""), -1, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
    let vault = home.open().await;
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored);
    let claims: Vec<_> = read(&vault).await.into_keys().collect();
    assert_eq!(claims, ["four", "one", "three", "two"]);
}
