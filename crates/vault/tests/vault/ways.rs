//! Each way in opens, and each that does not says why, and leaves the others as they were.

use std::sync::Arc;

use passerby_vault::{
    Keyring, KeyringError, NewSlots, Opens, RecoverySecret, SlotKind, Stretching, Vault, VaultError, WayIn,
};
use secrecy::SecretString;

use crate::parts::{Attribute, Home, NOW, TestKeyring, passphrase, words};

/// A locked vault with all three ways in and one record.
async fn closed() -> (Home, Arc<TestKeyring>, Arc<dyn Keyring>) {
    let mut home = Home::new();
    let held = TestKeyring::new("test-store");
    let keyring: Arc<dyn Keyring> = held.clone();
    let vault = home.create_with(&keyring).await;
    vault.insert(&Attribute::new("email", "ada@example.org"), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
    (home, held, keyring)
}

async fn assert_opens(home: &Home, way: WayIn<'_>) {
    let vault = Vault::open(&home.path, way).await.unwrap();
    assert_eq!(vault.list::<Attribute>().await.unwrap().len(), 1);
    vault.lock().await.unwrap();
}

#[tokio::test]
async fn passphrase_words_and_keyring_open_the_same_vault() {
    let (home, held, keyring) = closed().await;
    assert_opens(&home, WayIn::Passphrase(&passphrase())).await;
    assert_opens(&home, WayIn::Words(&words())).await;
    assert_opens(&home, WayIn::Keyring(&keyring)).await;
    assert_eq!(held.names().len(), 1);

    let vault = home.open().await;
    let opens: Vec<_> =
        vault.slots().await.unwrap().into_iter().map(|slot| (slot.made, slot.opens)).collect();
    for expected in
        [Opens::Passphrase(Stretching::FLOOR), Opens::Words, Opens::Keyring("test-store".to_owned())]
    {
        assert!(opens.contains(&(NOW, expected.clone())), "{expected:?}");
    }
    assert_eq!(opens.len(), 3);
}

#[tokio::test]
async fn other_words_are_told_from_a_vault_without_words_and_from_a_damaged_slot() {
    let (home, ..) = closed().await;
    let other = RecoverySecret::new(&[6; 32]);
    let refused = Vault::open(&home.path, &other).await;
    assert!(matches!(refused, Err(VaultError::WrongWords)), "{refused:?}");

    home.alter("UPDATE slot SET wrapped = zeroblob(72) WHERE kind = 'words'").await;
    let refused = Vault::open(&home.path, &words()).await;
    assert!(matches!(refused, Err(VaultError::SlotDamaged)), "{refused:?}");

    home.alter("DELETE FROM slot WHERE kind = 'words'").await;
    let refused = Vault::open(&home.path, &words()).await;
    assert!(matches!(refused, Err(VaultError::NoSlot { kind: SlotKind::Words })), "{refused:?}");
    assert_opens(&home, WayIn::Passphrase(&passphrase())).await;
}

#[tokio::test]
async fn whatever_becomes_of_the_keyring_is_named_and_locks_nobody_out() {
    let (home, held, keyring) = closed().await;
    let name = held.names().remove(0);
    let kept = held.held.lock().unwrap().clone();

    for trouble in [KeyringError::Absent, KeyringError::Locked, KeyringError::Failed] {
        *held.trouble.lock().unwrap() = Some(trouble.clone());
        assert_keyring(&home, &keyring, trouble).await;
    }
    assert_opens(&home, WayIn::Passphrase(&passphrase())).await;
    *held.trouble.lock().unwrap() = None;

    held.held.lock().unwrap().clear();
    assert_keyring(&home, &keyring, KeyringError::Forgotten).await;
    for other in [vec![], vec![9; 31], vec![9; 32], vec![9; 33]] {
        held.held.lock().unwrap().insert(name.clone(), other);
        assert_keyring(&home, &keyring, KeyringError::Replaced).await;
    }

    let elsewhere = TestKeyring::new("other-store");
    *elsewhere.held.lock().unwrap() = kept.clone();
    let elsewhere: Arc<dyn Keyring> = elsewhere;
    let (recorded, found) = ("test-store".to_owned(), "other-store".to_owned());
    assert_keyring(&home, &elsewhere, KeyringError::OtherStore { recorded, found }).await;

    assert_opens(&home, WayIn::Words(&words())).await;
    *held.held.lock().unwrap() = kept;
    assert_opens(&home, WayIn::Keyring(&keyring)).await;
}

/// The keyring does not open, for this reason.
async fn assert_keyring(home: &Home, keyring: &Arc<dyn Keyring>, expected: KeyringError) {
    let refused = Vault::open(&home.path, keyring).await;
    assert!(matches!(&refused, Err(VaultError::Keyring(found)) if *found == expected), "{refused:?}");
}

#[tokio::test]
async fn a_slot_s_store_is_a_plain_word_or_damage() {
    let (home, held, keyring) = closed().await;
    home.alter("CREATE TABLE kept AS SELECT parameters FROM slot WHERE kind = 'keyring'").await;
    // CBOR: no map, no text, an empty text, a line break, a further field, a byte behind it.
    for parameters in [
        "x''",
        "x'a16573746f726501'",
        "x'a16573746f726560'",
        "x'a16573746f7265620a61'",
        "x'a26573746f7265616161626162'",
        "x'a16573746f7265616100'",
    ] {
        home.alter(format!("UPDATE slot SET parameters = {parameters} WHERE kind = 'keyring'")).await;
        let refused = Vault::open(&home.path, &keyring).await;
        assert!(matches!(refused, Err(VaultError::SlotDamaged)), "{parameters}: {refused:?}");
        let vault = Vault::open(&home.path, &words()).await.unwrap();
        let slots = vault.slots().await.unwrap();
        assert!(slots.iter().any(|slot| slot.opens == Opens::Nothing(SlotKind::Keyring)), "{parameters}");
        vault.lock().await.unwrap();
    }
    // A slot of the same computer that fits is found behind a damaged one.
    home.alter("UPDATE slot SET parameters = (SELECT parameters FROM kept) WHERE kind = 'keyring'").await;
    home.alter("INSERT INTO slot SELECT zeroblob(16), kind, x'00', salt, commitment, wrapped FROM slot WHERE kind = 'keyring'").await;
    assert_opens(&home, WayIn::Keyring(&keyring)).await;
    assert_eq!(held.names().len(), 1);
}

#[tokio::test]
async fn a_kind_this_program_does_not_know_is_left_alone() {
    let (home, _, keyring) = closed().await;
    home.alter(
        "INSERT INTO slot SELECT zeroblob(16), 'fido2', x'00', salt, commitment, wrapped FROM slot LIMIT 1",
    )
    .await;
    for way in [WayIn::Passphrase(&passphrase()), WayIn::Words(&words()), WayIn::Keyring(&keyring)] {
        assert_opens(&home, way).await;
    }
    let vault = home.open().await;
    assert!(vault.slots().await.unwrap().iter().any(|slot| slot.opens == Opens::Unknown("fido2".to_owned())));
}

#[tokio::test]
async fn a_way_can_be_asked_for_again_while_the_vault_is_open() {
    let (home, held, keyring) = closed().await;
    let vault = Vault::open(&home.path, &keyring).await.unwrap();
    for way in [WayIn::Passphrase(&passphrase()), WayIn::Words(&words()), WayIn::Keyring(&keyring)] {
        vault.check(way).await.unwrap();
    }
    let refused = vault.check(&SecretString::from("guessed")).await;
    assert!(matches!(refused, Err(VaultError::WrongPassphrase)), "{refused:?}");
    held.held.lock().unwrap().clear();
    let refused = vault.check(&keyring).await;
    assert!(matches!(refused, Err(VaultError::Keyring(KeyringError::Forgotten))), "{refused:?}");
    assert_eq!(vault.list::<Attribute>().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_creation_that_fails_leaves_nothing_in_the_keyring() {
    let mut home = Home::new();
    let held = TestKeyring::new("test-store");
    let keyring: Arc<dyn Keyring> = held.clone();
    let passphrase = passphrase();
    let mut slots = NewSlots::new(&passphrase, Stretching::FLOOR);
    slots.keyring = Some(&keyring);

    *held.trouble.lock().unwrap() = Some(KeyringError::Locked);
    let refused = Vault::create(&home.path, &slots, NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(VaultError::Keyring(KeyringError::Locked))), "{refused:?}");
    assert!(!home.path.exists());
    *held.trouble.lock().unwrap() = None;

    // A folder stands where the vault would be built.
    let mut draft = home.path.clone().into_os_string();
    draft.push(".new");
    std::fs::create_dir_all(draft).unwrap();
    let refused = Vault::create(&home.path, &slots, NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(VaultError::Storage(_))), "{refused:?}");
    assert_eq!(held.names(), Vec::<String>::new());
}

#[test]
fn debug_and_errors_show_no_secret() {
    let (passphrase, words) = (passphrase(), words());
    let mut slots = NewSlots::new(&passphrase, Stretching::FLOOR);
    slots.words = Some(&words);
    let said = format!("{:?} {:?} {slots:?} {words:?}", WayIn::from(&passphrase), WayIn::from(&words));
    insta::assert_snapshot!(said, @"Passphrase(redacted) Words(redacted) NewSlots { stretching: Stretching { memory_kib: 65536, passes: 3, lanes: 4 }, words: true, keyring: false, .. } RecoverySecret(redacted)");
}
