//! A wallet with something of every kind in it comes back from its backup, and goes on where it was; and backups that are
//! written by themselves.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

mod world;

use std::fs;
use std::path::Path;

use passerby_testkit::clock::NOON;
use passerby_wallet::backup::FILE_NAME;
use passerby_wallet::{
    AutomaticBackupError, BackupError, BackupTrouble, DamagedRecords, GrantState, Occupied, Refusal,
    RequestState, Restored, Wallet,
};
use serde_json::Value;
use world::{Ask, Lie, World, passphrase, yes};

async fn restore(world: &mut World, backup: &Path, to: &str) -> (Wallet, Restored) {
    let path = world.folder.path().join(to).join("vault.db");
    let clock = world.clock.clone();
    Wallet::restore(backup, &path, &passphrase(), Occupied::Refuse, clock, &mut world.rng).await.unwrap()
}

async fn everything(wallet: &Wallet) -> String {
    let (shops, details) = (wallet.shops().await.unwrap(), wallet.attributes().await.unwrap());
    let details: Vec<_> =
        details.iter().map(|detail| (&detail.claim, detail.value.expose(), detail.changed)).collect();
    let (requests, log) = (wallet.requests().await.unwrap(), wallet.activity().await.unwrap());
    format!("{shops:?} {details:?} {requests:?} {log:?}")
}

#[tokio::test]
async fn something_of_every_kind_comes_back_and_goes_on() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    // Delivered, waiting, refused, and on its way.
    let view = world.open(&wallet, &Ask::default()).await;
    wallet.approve(&view, &yes(&["email"]), &mut world.rng).await.unwrap();
    world.open(&wallet, &Ask::default()).await;
    let view = world.open(&wallet, &Ask::default()).await;
    wallet.decline(Some(view.number), Refusal::ThisTime, &mut world.rng).await.unwrap();
    let view = world.open(&wallet, &Ask::default()).await;
    world.relay.lies(Lie::BreaksAfterKeeping);
    wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap_err();
    world.relay.lies(Lie::None);

    let before = everything(&wallet).await;
    let backup = world.folder.path().join("backup.json");
    let made = wallet.back_up(&backup, DamagedRecords::Refuse, &mut world.rng).await.unwrap();
    wallet.lock().await.unwrap();

    let (wallet, restored) = restore(&mut world, &backup, "new").await;
    assert_eq!((restored.made, restored.records), (NOON.seconds(), made.records));
    assert_eq!(everything(&wallet).await, before);

    // The same person: what is on its way arrives, byte for byte, under the same name.
    let sent = world.relay.arrived().len();
    let retried = wallet.retry(&mut world.rng).await.unwrap();
    assert_eq!(retried.len(), 1);
    assert!(retried[0].result.is_ok());
    let arrived = world.relay.arrived();
    assert_eq!(arrived[sent..], arrived[sent - 1..sent]);
    let grants = wallet.shops().await.unwrap().remove(0).grants;
    assert!(grants.iter().all(|grant| grant.state == GrantState::Sent));
    assert!(wallet.requests().await.unwrap().iter().any(|line| line.state == RequestState::Waiting));
    wallet.lock().await.unwrap();
}

fn made(file: &Path) -> i64 {
    let json: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    json["made"].as_i64().unwrap()
}

#[tokio::test]
async fn a_backup_follows_each_change_and_nothing_else() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    assert_eq!(wallet.keep_backup(&mut world.rng).await, None, "nobody asked for one");
    assert_eq!(wallet.automatic_backup().await.unwrap(), None);

    let folder = world.folder.path().join("stick");
    let refused = wallet.start_backups(Path::new("stick"), &mut world.rng).await;
    assert!(matches!(refused, Err(AutomaticBackupError::Path)), "{refused:?}");
    let refused = wallet.start_backups(&folder, &mut world.rng).await;
    assert!(matches!(refused, Err(AutomaticBackupError::Backup(BackupError::NoFolder))), "{refused:?}");
    assert_eq!(wallet.automatic_backup().await.unwrap(), None, "a place that fails at once is not taken");

    fs::create_dir(&folder).unwrap();
    wallet.start_backups(&folder, &mut world.rng).await.unwrap();
    let file = folder.join(FILE_NAME);
    assert_eq!(wallet.keep_backup(&mut world.rng).await, None);
    let first = fs::read(&file).unwrap();
    assert_eq!(wallet.keep_backup(&mut world.rng).await, None);
    assert_eq!(fs::read(&file).unwrap(), first, "nothing changed, nothing is written");

    // The program ends between a change and its backup: the next run makes up for it.
    world.open(&wallet, &Ask::default()).await;
    wallet.lock().await.unwrap();
    let wallet = world.reopen_wallet().await;
    assert_eq!(wallet.keep_backup(&mut world.rng).await, None);
    assert_ne!(fs::read(&file).unwrap(), first);

    // The disk is unplugged. The change is saved all the same, and since when it fails is remembered.
    let unplugged = world.folder.path().join("unplugged");
    fs::rename(&folder, &unplugged).unwrap();
    world.clock.turn(60);
    let since = world.now();
    world.open(&wallet, &Ask::default()).await;
    for _ in 0..2 {
        let failing = wallet.keep_backup(&mut world.rng).await.unwrap();
        assert_eq!(failing.failing, Some((since, BackupTrouble::NoFolder)));
        world.clock.turn(60);
    }
    let requests = wallet.requests().await.unwrap().len();
    wallet.lock().await.unwrap();
    let wallet = world.reopen_wallet().await;
    let remembered = wallet.automatic_backup().await.unwrap().unwrap();
    assert_eq!((remembered.file, remembered.failing), (file.clone(), Some((since, BackupTrouble::NoFolder))));

    // Plugged in again, it is brought up to date, and nothing is left to say.
    fs::rename(&unplugged, &folder).unwrap();
    assert_eq!(wallet.keep_backup(&mut world.rng).await, None);
    assert_eq!(wallet.automatic_backup().await.unwrap().unwrap().failing, None);
    assert_eq!(made(&file), world.now().seconds());
    let current = fs::read(&file).unwrap();
    assert_eq!(wallet.keep_backup(&mut world.rng).await, None);
    assert_eq!(fs::read(&file).unwrap(), current);

    // A letter in its place is not overwritten.
    fs::write(&file, "Dear Ada").unwrap();
    let failing = wallet.keep_backup(&mut world.rng).await.unwrap();
    assert_eq!(failing.failing, Some((world.now(), BackupTrouble::Foreign)));
    assert_eq!(fs::read(&file).unwrap(), b"Dear Ada");
    fs::write(&file, &current).unwrap();
    assert_eq!(wallet.keep_backup(&mut world.rng).await, None);

    // An older state of the wallet does not take the place of the newer backup.
    let old = world.folder.path().join("old.json");
    fs::write(&old, &first).unwrap();
    let (older, _) = restore(&mut world, &old, "older").await;
    let newest = fs::read(&file).unwrap();
    let failing = older.keep_backup(&mut world.rng).await.unwrap();
    assert_eq!(failing.failing, Some((world.now(), BackupTrouble::Newer)));
    assert_eq!(fs::read(&file).unwrap(), newest);
    older.lock().await.unwrap();

    assert!(wallet.stop_backups().await.unwrap());
    assert!(!wallet.stop_backups().await.unwrap());
    assert_eq!(wallet.keep_backup(&mut world.rng).await, None);
    assert_eq!(fs::read(&file).unwrap(), newest, "what is there stays");
    wallet.lock().await.unwrap();
    let (wallet, _) = restore(&mut world, &file, "again").await;
    assert_eq!(wallet.requests().await.unwrap().len(), requests);
    wallet.lock().await.unwrap();
}
