//! Vaults of other programs: older ones are brought up with a copy beside them, newer ones are left alone.
//!
//! `tests/fixtures/schema-N.db` is a vault as the program of that schema left it, closed by the passphrase of these
//! tests. A fixture is never made anew: what somebody closed with that program must open for ever.

use std::fs;
use std::path::{Path, PathBuf};

use passerby_vault::{Vault, VaultError, Wholeness};
use rand_core::Rng;
use secrecy::SecretString;

use crate::parts::{Attribute, Home, NOW, Parcel, passphrase};
use crate::worker::{Worker, read};

/// A home with the vault of an older program in it.
fn older(schema: u32) -> Home {
    let home = Home::new();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/schema-{schema}.db"));
    fs::create_dir_all(home.path.parent().unwrap()).unwrap();
    fs::write(&home.path, fs::read(fixture).unwrap()).unwrap();
    home
}

fn copy_of(home: &Home, schema: u32) -> PathBuf {
    home.path.with_file_name(format!("vault.db.schema-{schema}"))
}

async fn assert_holds_what_was_kept(vault: &Vault) {
    let attributes: Vec<_> =
        vault.list::<Attribute>().await.unwrap().into_iter().map(|(_, attribute)| attribute).collect();
    let expected = [Attribute::new("email", "ada@example.org"), Attribute::new("note", "Quaggamarker-8842")];
    assert_eq!(attributes, expected);
    let parcels = vault.list::<Parcel>().await.unwrap();
    assert_eq!(
        parcels.into_iter().map(|(_, parcel)| parcel.0).collect::<Vec<_>>(),
        [(0..=255).collect::<Vec<u8>>()]
    );
    assert!(vault.damaged().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_vault_of_schema_1_opens_and_gets_its_manifest() {
    let mut home = older(1);
    let vault = home.open().await;
    assert_holds_what_was_kept(&vault).await;
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored);
    vault.lock().await.unwrap();
    assert_eq!(home.alter("UPDATE manifest SET counter = 1 WHERE counter = 1").await, 1, "its first mark");
    assert_eq!(home.alter("UPDATE header SET schema = 2 WHERE schema = 2").await, 1);

    // From now on it is a vault like any other.
    let vault = home.open().await;
    assert_holds_what_was_kept(&vault).await;
    vault.insert(&Attribute::new("phone", "1"), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
    home.alter("DELETE FROM record WHERE id = (SELECT min(id) FROM record)").await;
    assert_eq!(home.open().await.wholeness().await.unwrap(), Wholeness::Altered);
}

#[tokio::test]
async fn the_copy_beside_it_is_the_vault_as_it_was() {
    let home = older(1);
    // What an interrupted attempt left there.
    fs::write(home.path.with_file_name("vault.db.copy"), "half").unwrap();
    home.open().await.lock().await.unwrap();

    let copy = copy_of(&home, 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let mut names: Vec<_> =
        fs::read_dir(home.path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["vault.db", "vault.db.lock", "vault.db.schema-1"]);

    // Put in the vault's place, it opens as the vault did, and is brought up again.
    let again = Home::new();
    fs::create_dir_all(again.path.parent().unwrap()).unwrap();
    fs::copy(&copy, &again.path).unwrap();
    assert_eq!(
        again.alter("UPDATE header SET schema = 1 WHERE schema = 1").await,
        1,
        "not brought up itself"
    );
    let vault = again.open().await;
    assert_holds_what_was_kept(&vault).await;
    vault.lock().await.unwrap();
    assert!(copy_of(&again, 1).exists());
}

#[tokio::test]
async fn nothing_is_brought_up_before_the_passphrase_fits() {
    let home = older(1);
    let before = fs::read(&home.path).unwrap();
    let refused = Vault::open(&home.path, &SecretString::from("a wrong passphrase")).await;
    assert!(matches!(refused, Err(VaultError::WrongPassphrase)), "{refused:?}");
    assert_eq!(fs::read(&home.path).unwrap(), before);
    assert!(!copy_of(&home, 1).exists());
}

#[tokio::test]
async fn without_a_copy_nothing_is_brought_up() {
    let home = older(1);
    let before = fs::read(&home.path).unwrap();
    // A folder stands where the copy would be made.
    fs::create_dir(home.path.with_file_name("vault.db.copy")).unwrap();
    let refused = Vault::open(&home.path, &passphrase()).await;
    assert!(matches!(refused, Err(VaultError::Copy(_))), "{refused:?}");
    assert_eq!(fs::read(&home.path).unwrap(), before);

    fs::remove_dir(home.path.with_file_name("vault.db.copy")).unwrap();
    assert_holds_what_was_kept(&home.open().await).await;
}

/// Opens what an interrupted migration left and asserts that nothing is lost and that it is whole.
async fn assert_nothing_is_lost(home: &Home, when: &str) {
    let vault = home.open().await;
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored, "{when}");
    let kept = read(&vault).await;
    assert_eq!(kept.get("email").map(String::as_str), Some("ada@example.org"), "{when}");
    assert!(kept.contains_key("note") && vault.damaged().await.unwrap().is_empty(), "{when}");
    assert_eq!(vault.list::<Parcel>().await.unwrap().len(), 1, "{when}");
    vault.lock().await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn out_of_disk_in_the_middle_nothing_is_lost() {
    // The fixture has 48 blocks: too little for the copy, for the log, for its index, and enough for the first steps.
    for blocks in [1, 20, 47, 48, 60, 70, 90] {
        let home = older(1);
        let (_, success) = Worker::start(&home.path, 1, Some(blocks)).finish();
        assert!(!success, "{blocks} blocks were enough");
        if blocks < 48 {
            assert!(!copy_of(&home, 1).exists() && !home.path.with_file_name("vault.db.copy").exists());
        }
        assert_nothing_is_lost(&home, &format!("{blocks} blocks")).await;
    }
}

#[tokio::test]
async fn killed_in_the_middle_nothing_is_lost() {
    let mut rng = Home::seeded(42).rng;
    for run in 0..8 {
        let home = older(1);
        let worker = Worker::start(&home.path, run, None);
        // From the moment that the copy is begun, everything happens within a few milliseconds.
        while !home.path.with_file_name("vault.db.copy").exists() && !copy_of(&home, 1).exists() {
            std::thread::yield_now();
        }
        for _ in 0..rng.next_u32() % 8_000_000 {
            std::hint::spin_loop();
        }
        worker.kill();
        assert_nothing_is_lost(&home, &format!("run {run}")).await;
    }
}

#[tokio::test]
async fn a_record_that_was_damaged_before_stays_damaged_and_the_others_are_kept() {
    let home = older(1);
    let damaged = "UPDATE record SET blob = zeroblob(300) WHERE id = (SELECT min(id) FROM record)";
    assert_eq!(home.alter(damaged).await, 1);
    let vault = home.open().await;
    assert_eq!(vault.damaged().await.unwrap().len(), 1);
    assert_eq!(vault.list::<Attribute>().await.unwrap().len(), 1);
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored);
}

#[tokio::test]
async fn a_vault_of_a_newer_program_is_named_as_such_and_left_alone() {
    let mut home = Home::new();
    let vault = home.create().await;
    vault.insert(&Attribute::new("one", ""), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
    for (change, back, newer) in [
        ("UPDATE header SET schema = 99", "UPDATE header SET schema = 2", 99),
        (
            "INSERT INTO _sqlx_migrations SELECT 3, 'later', installed_on, success, checksum, 0 FROM _sqlx_migrations LIMIT 1",
            "DELETE FROM _sqlx_migrations WHERE version = 3",
            3,
        ),
    ] {
        home.alter(change).await;
        let before = fs::read(&home.path).unwrap();
        let refused = Vault::open(&home.path, &passphrase()).await;
        assert!(
            matches!(refused, Err(VaultError::Newer { found, known: 2 }) if found == newer),
            "{refused:?}"
        );
        assert!(fs::read(&home.path).unwrap() == before, "not a byte of it was changed");
        assert_eq!(fs::read_dir(home.path.parent().unwrap()).unwrap().count(), 2, "the vault and its lock");
        home.alter(back).await;
    }
    home.open().await.lock().await.unwrap();
}

#[tokio::test]
async fn an_older_vault_with_a_broken_file_is_an_error_or_named_rows_and_never_a_panic() {
    let home = older(1);
    let whole = fs::read(&home.path).unwrap();
    let mut rng = Home::seeded(41).rng;
    for _ in 0..20 {
        let mut broken = whole.clone();
        for _ in 0..8 {
            let at = rng.next_u32() as usize % broken.len();
            broken[at] ^= 1 << (rng.next_u32() % 8);
        }
        fs::write(&home.path, &broken).unwrap();
        let Ok(vault) = Vault::open(&home.path, &passphrase()).await else { continue };
        for (_, attribute) in vault.list::<Attribute>().await.unwrap_or_default() {
            assert!(["email", "note"].contains(&attribute.claim.as_str()));
        }
    }
}
