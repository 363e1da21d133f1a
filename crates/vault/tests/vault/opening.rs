//! Getting in, and not getting in.

use std::fs;

use passerby_vault::{NewSlots, Opens, Stretching, Vault, VaultError};
use secrecy::SecretString;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::parts::{Attribute, Home, NOW, passphrase};

#[tokio::test]
async fn what_was_kept_is_there_after_locking_and_opening() {
    let mut home = Home::new();
    let vault = home.create().await;
    let email = Attribute::new("email", "ada@example.org");
    let id = vault.insert(&email, NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();

    let vault = home.open().await;
    assert_eq!(vault.load(id).await.unwrap(), Some(email));
    assert!(vault.damaged().await.unwrap().is_empty());
    vault.lock().await.unwrap();
}

#[tokio::test]
async fn a_closed_vault_says_with_what_it_opens_and_is_not_touched_by_the_question() {
    let mut home = Home::new();
    home.create().await.lock().await.unwrap();
    let before = fs::read(&home.path).unwrap();
    let ways = Vault::look(&home.path).await.unwrap();
    assert!(matches!(ways.as_slice(), [Opens::Passphrase(_)]), "{ways:?}");
    assert_eq!(fs::read(&home.path).unwrap(), before);

    let open = home.open().await;
    assert!(matches!(Vault::look(&home.path).await, Err(VaultError::InUse)));
    open.lock().await.unwrap();
    fs::write(&home.path, "a letter").unwrap();
    assert!(matches!(Vault::look(&home.path).await, Err(VaultError::NotAVault)));
}

#[tokio::test]
async fn a_forgotten_vault_leaves_nothing_but_what_was_set_aside() {
    let mut home = Home::new();
    let vault = home.create().await;
    vault.insert(&Attribute::new("email", "ada@example.org"), NOW, &mut home.rng).await.unwrap();
    assert!(matches!(Vault::forget(&home.path), Err(VaultError::InUse)), "not while it is open");
    vault.lock().await.unwrap();
    let folder = home.path.parent().unwrap().to_owned();
    let aside = folder.join("set-aside.db");
    fs::copy(&home.path, &aside).unwrap();
    fs::write(folder.join("vault.db.schema-1"), "a copy of an older layout").unwrap();

    Vault::forget(&home.path).unwrap();
    let mut left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    let lock = format!("{}.lock", home.path.file_name().unwrap().to_str().unwrap());
    assert_eq!(left, [aside.file_name().unwrap().to_owned(), lock.into()]);
    assert!(matches!(Vault::forget(&home.path), Err(VaultError::Absent)));
}

#[tokio::test]
async fn a_wrong_passphrase_opens_nothing_and_harms_nothing() {
    let mut home = Home::new();
    home.create().await.lock().await.unwrap();
    let before = fs::read(&home.path).unwrap();

    for wrong in ["", "Correct horse battery staple", "correct horse battery staple "] {
        let refused = Vault::open(&home.path, &SecretString::from(wrong)).await;
        assert!(matches!(refused, Err(VaultError::WrongPassphrase)), "{wrong:?}: {refused:?}");
    }
    assert_eq!(fs::read(&home.path).unwrap(), before);
    home.open().await.lock().await.unwrap();
}

#[tokio::test]
async fn an_open_vault_tells_its_passphrase_from_others() {
    let mut home = Home::new();
    let vault = home.create().await;
    vault.check(&passphrase()).await.unwrap();
    let refused = vault.check(&SecretString::from("correct horse")).await;
    assert!(matches!(refused, Err(VaultError::WrongPassphrase)), "{refused:?}");
    vault.insert(&Attribute::new("email", "ada@example.org"), NOW, &mut home.rng).await.unwrap();
}

#[tokio::test]
async fn creating_refuses_an_empty_passphrase_and_an_occupied_place() {
    let mut home = Home::new();
    let empty = SecretString::from("");
    let slots = NewSlots::new(&empty, Stretching::FLOOR);
    let refused = Vault::create(&home.path, &slots, NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(VaultError::EmptyPassphrase)));
    assert!(!home.path.exists());

    fs::create_dir_all(home.path.parent().unwrap()).unwrap();
    fs::write(&home.path, "a letter").unwrap();
    let passphrase = passphrase();
    let slots = NewSlots::new(&passphrase, Stretching::FLOOR);
    let refused = Vault::create(&home.path, &slots, NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(VaultError::Exists)));
    assert_eq!(fs::read(&home.path).unwrap(), b"a letter");
    assert_eq!(fs::read_dir(home.path.parent().unwrap()).unwrap().count(), 1, "nothing is laid beside it");
}

#[tokio::test]
async fn an_interrupted_creation_is_no_vault_and_does_not_hinder_the_next() {
    let mut home = Home::new();
    let folder = home.path.parent().unwrap();
    fs::create_dir_all(folder).unwrap();
    for left_behind in ["vault.db.new", "vault.db.new-wal", "vault.db-wal", "vault.db.lock"] {
        fs::write(folder.join(left_behind), "half").unwrap();
    }
    let absent = Vault::open(&home.path, &passphrase()).await;
    assert!(matches!(absent, Err(VaultError::Absent)), "{absent:?}");

    home.create().await.lock().await.unwrap();
    home.open().await.lock().await.unwrap();
    let mut names: Vec<_> =
        fs::read_dir(home.path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["vault.db", "vault.db.lock"], "a locked vault is one file, its log is gone");
}

#[tokio::test]
async fn one_vault_belongs_to_one_process() {
    let mut home = Home::new();
    let vault = home.create().await;
    // The lock belongs to the open file, not to the process: a second opening here meets what another process meets.
    let second = Vault::open(&home.path, &passphrase()).await;
    assert!(matches!(second, Err(VaultError::InUse)), "{second:?}");
    let passphrase = passphrase();
    let slots = NewSlots::new(&passphrase, Stretching::FLOOR);
    let over = Vault::create(&home.path, &slots, NOW, &mut home.rng).await;
    assert!(matches!(over, Err(VaultError::Exists)), "{over:?}");

    vault.lock().await.unwrap();
    drop(home.open().await);
    home.open().await.lock().await.unwrap();
}

#[tokio::test]
async fn a_foreign_file_is_named_as_such_and_left_alone() {
    let home = Home::new();
    fs::create_dir_all(home.path.parent().unwrap()).unwrap();
    fs::write(&home.path, "").unwrap();
    assert_foreign(&home).await;
    fs::write(&home.path, "x".repeat(8192)).unwrap();
    assert_foreign(&home).await;

    // Somebody else's SQLite file.
    fs::remove_file(&home.path).unwrap();
    let options = SqliteConnectOptions::new().filename(&home.path).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql("CREATE TABLE header (one, vault_id, schema, epoch)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    assert_foreign(&home).await;

    fs::remove_file(&home.path).unwrap();
    fs::create_dir(&home.path).unwrap();
    let folder = Vault::open(&home.path, &passphrase()).await;
    assert!(matches!(folder, Err(VaultError::NotAVault)), "{folder:?}");
}

async fn assert_foreign(home: &Home) {
    let before = fs::read(&home.path).unwrap();
    let refused = Vault::open(&home.path, &passphrase()).await;
    assert!(matches!(refused, Err(VaultError::NotAVault)), "{refused:?}");
    assert_eq!(fs::read(&home.path).unwrap(), before);
    let beside = fs::read_dir(home.path.parent().unwrap()).unwrap().count();
    assert_eq!(beside, 1, "nothing is laid beside a stranger's file");
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_what_is_made() {
    use std::os::unix::fs::PermissionsExt;

    let mut home = Home::new();
    let vault = home.create().await;
    vault.insert(&Attribute::new("email", "ada@example.org"), NOW, &mut home.rng).await.unwrap();

    let folder = home.path.parent().unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder), 0o700);
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 3, "the log must be looked at too: {files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn debug_shows_no_key_id_or_path() {
    let mut home = Home::new();
    let vault = home.create().await;
    insta::assert_snapshot!(format!("{vault:?}"), @"Vault { keys: Keys { record: RecordSeal(redacted), manifest: ManifestKey(redacted), backup: BackupSeal(redacted) }, .. }");
    let mut batch = vault.batch();
    batch.insert(&Attribute::new("email", "ada@example.org"), NOW, &mut home.rng).unwrap();
    insta::assert_snapshot!(format!("{batch:?}"), @"Batch { changes: 1, .. }");
}

#[test]
fn everything_can_be_done_from_any_thread() {
    fn assert_sync<T: Sync>() {}
    assert_sync::<Vault>();
    // Compiling it is the test.
    let _ = from_any_thread;
}

fn from_any_thread(vault: &Vault, home: &mut Home) {
    fn assert_send<T: Send>(_: T) {}
    let attribute = Attribute::new("email", "ada@example.org");
    assert_send(Vault::open(&home.path, &passphrase()));
    let passphrase = passphrase();
    let slots = NewSlots::new(&passphrase, Stretching::FLOOR);
    assert_send(Vault::create(&home.path, &slots, NOW, &mut home.rng));
    assert_send(vault.insert(&attribute, NOW, &mut home.rng));
    assert_send(vault.write(vault.batch()));
    assert_send(vault.list::<Attribute>());
}
