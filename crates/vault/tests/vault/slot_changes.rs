//! Changing the ways in: the new one opens, the old one does not, the others are as they were.

use std::fs;
use std::sync::Arc;

use passerby_vault::{
    Keyring, KeyringError, Opens, RecoverySecret, SlotKind, Stretching, Vault, VaultError, WayIn, Wholeness,
};
use secrecy::SecretString;

use crate::parts::{Attribute, Home, NOW, TestKeyring, passphrase, words};

/// A locked vault with a passphrase and words, and one record.
async fn with_words() -> Home {
    let mut home = Home::new();
    let vault = home.create().await;
    vault.insert(&Attribute::new("email", "ada@example.org"), NOW, &mut home.rng).await.unwrap();
    vault.set_words(&passphrase(), &words(), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
    home
}

async fn open(home: &Home, way: WayIn<'_>) -> Vault {
    let vault = Vault::open(&home.path, way).await.unwrap();
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored);
    assert_eq!(vault.list::<Attribute>().await.unwrap().len(), 1);
    vault
}

#[tokio::test]
async fn a_forgotten_passphrase_is_replaced_by_means_of_the_words() {
    let mut home = with_words().await;
    let vault = open(&home, WayIn::Words(&words())).await;
    let new = SecretString::from("a new and better passphrase");
    vault.change_passphrase(&words(), &new, Stretching::FLOOR, NOW + 1, &mut home.rng).await.unwrap();
    // The vault is open as before, and its next write fits.
    vault.insert(&Attribute::new("name", "Ada"), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();

    let old = Vault::open(&home.path, &passphrase()).await;
    assert!(matches!(old, Err(VaultError::WrongPassphrase)), "{old:?}");
    for way in [WayIn::Passphrase(&new), WayIn::Words(&words())] {
        let vault = Vault::open(&home.path, way).await.unwrap();
        assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored);
        assert_eq!(vault.list::<Attribute>().await.unwrap().len(), 2);
        assert_eq!(vault.slots().await.unwrap().len(), 2);
        vault.lock().await.unwrap();
    }
}

#[tokio::test]
async fn the_old_passphrase_s_slot_is_in_no_file_any_more() {
    let mut home = with_words().await;
    let old = home.commitment("passphrase").await;
    assert!(home.holds(&old), "the control: it is found while it is there");
    let vault = open(&home, WayIn::Words(&words())).await;
    let new = SecretString::from("a new and better passphrase");
    vault.change_passphrase(&words(), &new, Stretching::FLOOR, NOW, &mut home.rng).await.unwrap();
    assert!(!home.holds(&old), "while the vault is open");
    vault.lock().await.unwrap();
    assert!(!home.holds(&old), "when it is locked");
    assert!(home.holds(&home.commitment("passphrase").await));
}

#[tokio::test]
async fn a_change_needs_a_way_in_and_a_passphrase() {
    let mut home = with_words().await;
    let vault = open(&home, WayIn::Words(&words())).await;
    let before = home.commitment("passphrase").await;
    let (wrong, new) = (RecoverySecret::new(&[6; 32]), SecretString::from("new"));
    let refused = vault.change_passphrase(&wrong, &new, Stretching::FLOOR, NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(VaultError::WrongWords)), "{refused:?}");
    let empty = SecretString::from("");
    let refused = vault.change_passphrase(&words(), &empty, Stretching::FLOOR, NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(VaultError::EmptyPassphrase)), "{refused:?}");
    let refused = vault.set_words(&wrong, &wrong, NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(VaultError::WrongWords)), "{refused:?}");
    vault.lock().await.unwrap();
    assert_eq!(home.commitment("passphrase").await, before);
    open(&home, WayIn::Words(&words())).await;
}

#[tokio::test]
async fn nothing_is_signed_that_was_merely_found() {
    let mut home = with_words().await;
    let new = SecretString::from("a new and better passphrase");
    // Altered while it was locked: nothing is written until a person accepts it, which then heals the slot.
    home.alter("UPDATE slot SET wrapped = zeroblob(72) WHERE kind = 'passphrase'").await;
    let vault = Vault::open(&home.path, &words()).await.unwrap();
    let refused = vault.change_passphrase(&words(), &new, Stretching::FLOOR, NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(VaultError::NotWhole { found: Wholeness::Altered })), "{refused:?}");
    vault.accept().await.unwrap();
    vault.change_passphrase(&words(), &new, Stretching::FLOOR, NOW, &mut home.rng).await.unwrap();
    vault.check(&new).await.unwrap();

    // Altered while it is open: a slot that somebody laid in does not become one of the vault's.
    home.alter(
        "INSERT INTO slot SELECT zeroblob(16), 'fido2', x'00', salt, commitment, wrapped FROM slot LIMIT 1",
    )
    .await;
    let refused = vault.set_words(&words(), &words(), NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(VaultError::Storage(_))), "{refused:?}");
}

#[tokio::test]
async fn a_keyring_comes_and_goes() {
    let mut home = with_words().await;
    let held = TestKeyring::new("test-store");
    let keyring: Arc<dyn Keyring> = held.clone();
    let vault = open(&home, WayIn::Words(&words())).await;

    *held.trouble.lock().unwrap() = Some(KeyringError::Locked);
    let refused = vault.add_keyring(&words(), &keyring, NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(VaultError::Keyring(KeyringError::Locked))), "{refused:?}");
    *held.trouble.lock().unwrap() = None;

    vault.add_keyring(&words(), &keyring, NOW, &mut home.rng).await.unwrap();
    let first = held.names();
    // Again, and by itself: the former secret is not left lying in the keyring.
    vault.add_keyring(&keyring, &keyring, NOW, &mut home.rng).await.unwrap();
    assert_eq!(held.names().len(), 1);
    assert_ne!(held.names(), first);
    vault.lock().await.unwrap();

    let vault = open(&home, WayIn::Keyring(&keyring)).await;
    let slots = vault.slots().await.unwrap();
    let [slot] = slots.iter().filter(|slot| matches!(slot.opens, Opens::Keyring(_))).collect::<Vec<_>>()[..]
    else {
        panic!("{slots:?}");
    };
    assert!(vault.remove_keyring(slot.id, Some(&keyring)).await.unwrap());
    assert_eq!(held.names(), Vec::<String>::new());
    let again = vault.remove_keyring(slot.id, Some(&keyring)).await;
    assert!(matches!(again, Err(VaultError::NoSlot { kind: SlotKind::Keyring })), "{again:?}");
    // Only keyrings come out this way.
    for slot in vault.slots().await.unwrap() {
        let refused = vault.remove_keyring(slot.id, Some(&keyring)).await;
        assert!(matches!(refused, Err(VaultError::NoSlot { .. })), "{refused:?}");
    }
    vault.lock().await.unwrap();
    let refused = Vault::open(&home.path, &keyring).await;
    assert!(matches!(refused, Err(VaultError::NoSlot { kind: SlotKind::Keyring })), "{refused:?}");
    open(&home, WayIn::Words(&words())).await;
}

#[tokio::test]
async fn a_slot_comes_out_without_its_keyring_and_the_answer_says_so() {
    let mut home = with_words().await;
    let held = TestKeyring::new("test-store");
    let keyring: Arc<dyn Keyring> = held.clone();
    let vault = open(&home, WayIn::Words(&words())).await;
    for unreachable in [None, Some(KeyringError::Absent)] {
        vault.add_keyring(&words(), &keyring, NOW, &mut home.rng).await.unwrap();
        let slots = vault.slots().await.unwrap();
        let slot = slots.iter().find(|slot| matches!(slot.opens, Opens::Keyring(_))).unwrap();
        held.trouble.lock().unwrap().clone_from(&unreachable);
        let asked = unreachable.is_some().then_some(&keyring);
        assert!(!vault.remove_keyring(slot.id, asked).await.unwrap());
        *held.trouble.lock().unwrap() = None;
        assert_eq!(vault.slots().await.unwrap().len(), 2);
    }
    // What stayed behind opens nothing.
    assert_eq!(held.names().len(), 2);
    vault.lock().await.unwrap();
    assert!(Vault::open(&home.path, &keyring).await.is_err());
}

#[tokio::test]
async fn keyrings_of_other_computers_stay_up_to_a_limit() {
    let mut home = with_words().await;
    let vault = open(&home, WayIn::Words(&words())).await;
    let keyrings: Vec<Arc<dyn Keyring>> = (0..9).map(|_| TestKeyring::new("test-store") as _).collect();
    for keyring in &keyrings[..8] {
        vault.add_keyring(&words(), keyring, NOW, &mut home.rng).await.unwrap();
    }
    let refused = vault.add_keyring(&words(), &keyrings[8], NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(VaultError::TooManyKeyrings { limit: 8 })), "{refused:?}");
    vault.lock().await.unwrap();
    for keyring in &keyrings[..8] {
        open(&home, WayIn::Keyring(keyring)).await.lock().await.unwrap();
    }
    assert_eq!(fs::read_dir(home.path.parent().unwrap()).unwrap().count(), 2);
}
