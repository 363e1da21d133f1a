//! A file that broke: never a panic, never a wrong value, nothing missing in silence, and what can be read is read.

use std::collections::BTreeMap;
use std::fs;

use passerby_vault::{StorageError, Vault, VaultError, Wholeness};
use rand_core::Rng as _;

use crate::parts::{Attribute, Home, NOW, passphrase};
use crate::worker::read;

/// SQLite's page size, and the least that it reads at a time.
const PAGE: usize = 4096;

/// A locked vault of many pages, its file, and what is in it.
async fn filled() -> (Home, Vec<u8>, BTreeMap<String, String>) {
    let mut home = Home::new();
    let vault = home.create().await;
    let mut batch = vault.batch();
    for n in 0..60 {
        let attribute = Attribute::new(&format!("claim {n}"), &"v".repeat(n * 20));
        batch.insert(&attribute, NOW, &mut home.rng).unwrap();
    }
    vault.write(batch).await.unwrap();
    let kept = read(&vault).await;
    assert_eq!(kept.len(), 60);
    vault.lock().await.unwrap();
    let whole = fs::read(&home.path).unwrap();
    (home, whole, kept)
}

/// What became of a broken file.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// An error that says so.
    Refused,
    /// It opened, and said what is missing.
    Named,
    /// As if nothing had happened: the damage hit nothing that is used.
    Everything,
}

/// Opens a broken file and asserts what must hold of every one.
async fn open_broken(home: &Home, broken: &[u8], kept: &BTreeMap<String, String>) -> Found {
    for ending in ["-wal", "-shm"] {
        drop(fs::remove_file(home.path.with_file_name(format!("vault.db{ending}"))));
    }
    fs::write(&home.path, broken).unwrap();
    let vault = match Vault::open(&home.path, &passphrase()).await {
        Ok(vault) => vault,
        Err(VaultError::InUse | VaultError::Absent) => unreachable!("it is there and free"),
        Err(_) => return Found::Refused,
    };
    let Ok(listed) = vault.list::<Attribute>().await else { return Found::Refused };
    for (_, Attribute { claim, value }) in &listed {
        assert_eq!(kept.get(claim), Some(value), "a value that was never kept");
    }
    let Ok(damaged) = vault.damaged().await else { return Found::Refused };
    let Ok(wholeness) = vault.wholeness().await else { return Found::Refused };
    if wholeness.is_fine() {
        assert_eq!(listed.len() + damaged.len(), kept.len(), "something is missing in silence");
    }
    if wholeness.is_fine() && damaged.is_empty() { Found::Everything } else { Found::Named }
}

#[tokio::test]
async fn a_truncated_file_hides_nothing() {
    let (home, whole, kept) = filled().await;
    let mut rng = Home::seeded(11).rng;
    let pages = whole.len() / PAGE;
    // Where a page ends, and anywhere.
    let at_pages = (0..12).map(|n| n * pages / 12 * PAGE);
    let anywhere = (0..12).map(|_| rng.next_u32() as usize % whole.len());
    for length in at_pages.chain(anywhere).collect::<Vec<_>>() {
        let found = open_broken(&home, &whole[..length], &kept).await;
        assert_ne!(found, Found::Everything, "{length} of {} bytes", whole.len());
    }
    assert_eq!(open_broken(&home, &whole, &kept).await, Found::Everything);
}

#[tokio::test]
async fn a_flipped_bit_anywhere_hides_nothing() {
    let (home, whole, kept) = filled().await;
    let mut rng = Home::seeded(12).rng;
    let (mut refused, mut named) = (0, 0);
    for _ in 0..40 {
        let mut broken = whole.clone();
        let at = rng.next_u32() as usize % whole.len();
        broken[at] ^= 1 << (rng.next_u32() % 8);
        match open_broken(&home, &broken, &kept).await {
            Found::Refused => refused += 1,
            Found::Named => named += 1,
            Found::Everything => {}
        }
    }
    assert!(named > refused, "most of a file is records: {named} were named, {refused} were refused");
}

#[tokio::test]
async fn records_before_and_behind_a_broken_page_are_read() {
    let (home, whole, kept) = filled().await;
    // Every page that is a leaf with records in it: its kind is the first byte of a page (SQLite file format, 1.6).
    let mut most = 0;
    for page in 2..whole.len() / PAGE {
        if whole[page * PAGE] != 10 {
            continue;
        }
        let mut broken = whole.clone();
        broken[page * PAGE..][..8].fill(0);
        if open_broken(&home, &broken, &kept).await == Found::Named {
            let vault = home.open().await;
            assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Altered);
            most = most.max(read(&vault).await.len());
        }
    }
    assert!(most > 45, "at best {most} of {} were read", kept.len());
}

#[tokio::test]
async fn a_way_in_of_another_vault_opens_nothing() {
    let (home, ..) = filled().await;
    let mut other = Home::seeded(13);
    other.create().await.lock().await.unwrap();
    home.alter("DELETE FROM slot").await;
    home.alter_beside(&other.path, "INSERT INTO slot SELECT * FROM other.slot").await;
    // The passphrase is the same, so it opens the slot; the key inside belongs to another vault.
    let refused = Vault::open(&home.path, &passphrase()).await;
    assert!(matches!(refused, Err(VaultError::SlotDamaged)), "{refused:?}");
}

#[tokio::test]
async fn a_file_whose_first_page_is_gone_is_refused_with_advice() {
    let (home, whole, _) = filled().await;
    let mut broken = whole.clone();
    // Behind the header, so that it is still known for a vault.
    broken[100..PAGE].fill(0);
    fs::write(&home.path, &broken).unwrap();
    let refused = Vault::open(&home.path, &passphrase()).await;
    assert!(matches!(refused, Err(VaultError::Storage(StorageError::Damaged))), "{refused:?}");
    assert_eq!(fs::read(&home.path).unwrap(), broken, "it was left for somebody who can do more");
}

#[tokio::test]
async fn an_old_log_beside_a_newer_file_hides_nothing() {
    let mut home = Home::new();
    let vault = home.create().await;
    vault.insert(&Attribute::new("one", ""), NOW, &mut home.rng).await.unwrap();
    let log = home.path.with_file_name("vault.db-wal");
    let old_log = fs::read(&log).unwrap();
    assert!(!old_log.is_empty());
    for n in 0..30 {
        vault.insert(&Attribute::new(&n.to_string(), &"v".repeat(n * 90)), NOW, &mut home.rng).await.unwrap();
    }
    let kept = read(&vault).await;
    vault.lock().await.unwrap();
    let newer = fs::read(&home.path).unwrap();

    for length in [old_log.len(), old_log.len() / 2, 40, 3] {
        fs::write(&home.path, &newer).unwrap();
        fs::write(&log, &old_log[..length]).unwrap();
        let Ok(vault) = Vault::open(&home.path, &passphrase()).await else { continue };
        let found = read(&vault).await;
        assert!(found.iter().all(|(claim, value)| kept.get(claim) == Some(value)));
        // An old state that is whole in itself is what only an anchor tells; anything between must be noticed.
        let whole_old = found.len() == 1 && found.contains_key("one");
        let fine = vault.wholeness().await.unwrap().is_fine() && vault.damaged().await.unwrap().is_empty();
        assert!(!fine || found == kept || whole_old, "{length}: {} of {}", found.len(), kept.len());
        vault.lock().await.unwrap();
    }
}
