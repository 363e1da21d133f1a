//! The system's keyring as a way in: a real Secret Service, and everything that can become of one.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

// The testkit's own files, without the rest of it: nothing here needs a shop or a relay.
#[path = "../../../testkit/src/bus.rs"]
mod bus;
#[path = "../../../testkit/src/running.rs"]
mod running;
#[path = "../../../testkit/src/session.rs"]
mod session;

use std::path::Path;
use std::sync::Arc;

use passerby_vault::{
    Damaged, Keyring, KeyringError, NewSlots, Opens, RecoverySecret, Stretching, SystemKeyring, Vault,
    VaultError,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use secrecy::{ExposeSecret as _, SecretString};
use session::{Session, with_bus};

const NOW: i64 = 1_795_000_000;
const PASSWORD: &str = "the password of the login";

fn system() -> Arc<dyn Keyring> {
    Arc::new(SystemKeyring)
}

fn words() -> RecoverySecret {
    RecoverySecret::new(&[5; 32])
}

/// A locked vault that opens with a passphrase, words and the system's keyring.
async fn make_vault(path: &Path) -> Result<(), VaultError> {
    let (passphrase, words, keyring) = (SecretString::from("four words nobody guesses"), words(), system());
    let mut slots = NewSlots::new(&passphrase, Stretching::FLOOR);
    (slots.words, slots.keyring) = (Some(&words), Some(&keyring));
    let vault = Vault::create(path, &slots, NOW, &mut ChaCha20Rng::seed_from_u64(1)).await?;
    vault.lock().await
}

async fn assert_opens(path: &Path) {
    Vault::open(path, &system()).await.unwrap().lock().await.unwrap();
}

/// The keyring does not open, for this reason; the words do.
async fn assert_refused(path: &Path, expected: &KeyringError) {
    let refused = Vault::open(path, &system()).await;
    assert!(matches!(&refused, Err(VaultError::Keyring(found)) if found == expected), "{refused:?}");
    Vault::open(path, &words()).await.unwrap().lock().await.unwrap();
}

#[test]
fn it_opens_the_vault_also_after_the_keyring_was_started_anew() {
    with_bus("it_opens_the_vault_also_after_the_keyring_was_started_anew", true, async |session| {
        let path = session.vault();
        let keyring = session.start_keyring(PASSWORD);
        make_vault(&path).await.unwrap();
        assert_opens(&path).await;
        drop(keyring);
        let _keyring = session.start_keyring(PASSWORD);
        assert_opens(&path).await;

        let vault = Vault::open(&path, &system()).await.unwrap();
        let slots = vault.slots().await.unwrap();
        assert!(slots.iter().any(|slot| slot.opens == Opens::Keyring("secret-service".to_owned())));
        vault.lock().await.unwrap();
    });
}

#[test]
fn a_new_vault_key_takes_a_new_secret_and_the_old_one_goes() {
    with_bus("a_new_vault_key_takes_a_new_secret_and_the_old_one_goes", true, async |session| {
        let path = session.vault();
        let _keyring = session.start_keyring(PASSWORD);
        make_vault(&path).await.unwrap();
        let (passphrase, words, keyring) = (SecretString::from("another passphrase"), words(), system());
        let mut slots = NewSlots::new(&passphrase, Stretching::FLOOR);
        (slots.words, slots.keyring) = (Some(&words), Some(&keyring));
        let vault = Vault::open(&path, &keyring).await.unwrap();
        let rng = &mut ChaCha20Rng::seed_from_u64(2);
        let (vault, rotated) = vault.rotate(&keyring, &slots, Damaged::Refuse, NOW, rng).await.unwrap();
        assert!(rotated.keyring_forgot);
        vault.lock().await.unwrap();
        assert_opens(&path).await;

        let vault = Vault::open(&path, &keyring).await.unwrap();
        for slot in vault.slots().await.unwrap() {
            if matches!(slot.opens, Opens::Keyring(_)) {
                assert!(vault.remove_keyring(slot.id, Some(&keyring)).await.unwrap());
            }
        }
        vault.add_keyring(&words, &keyring, NOW, rng).await.unwrap();
        vault.lock().await.unwrap();
        assert_opens(&path).await;
    });
}

#[test]
fn a_locked_one_and_a_wrong_password_are_locked_and_the_right_one_opens() {
    with_bus("a_locked_one_and_a_wrong_password_are_locked_and_the_right_one_opens", true, async |session| {
        let path = session.vault();
        let keyring = session.start_keyring(PASSWORD);
        make_vault(&path).await.unwrap();
        // Nobody is there to be asked for the password.
        Session::lock_keyring();
        assert_refused(&path, &KeyringError::Locked).await;
        drop(keyring);

        let keyring = session.start_keyring("a wrong password");
        assert_refused(&path, &KeyringError::Locked).await;
        drop(keyring);

        let _keyring = session.start_keyring(PASSWORD);
        assert_opens(&path).await;
    });
}

#[test]
fn one_that_forgot_everything_is_told_from_one_that_is_locked() {
    with_bus("one_that_forgot_everything_is_told_from_one_that_is_locked", true, async |session| {
        let path = session.vault();
        let keyring = session.start_keyring(PASSWORD);
        make_vault(&path).await.unwrap();
        drop(keyring);
        session.forget_keyrings();
        let _keyring = session.start_keyring(PASSWORD);
        assert_refused(&path, &KeyringError::Forgotten).await;
    });
}

#[test]
fn secrets_come_back_as_they_were_under_their_own_names() {
    with_bus("secrets_come_back_as_they_were_under_their_own_names", true, async |session| {
        let _keyring = session.start_keyring(PASSWORD);
        tokio::task::spawn_blocking(|| {
            let keyring = SystemKeyring;
            assert!(keyring.find("a name").unwrap().is_none());
            // The second takes the first one's place.
            for secret in [&[0, 255, 10, 13][..], &[7; 32], &[9; 2000]] {
                keyring.put("a name", secret).unwrap();
                assert_eq!(keyring.find("a name").unwrap().unwrap().expose_secret(), secret);
            }
            assert!(keyring.find("another name").unwrap().is_none());
            keyring.remove("a name").unwrap();
            keyring.remove("a name").unwrap();
            assert!(keyring.find("a name").unwrap().is_none());
        })
        .await
        .unwrap();
    });
}

#[test]
fn a_bus_without_a_keyring_and_no_bus_at_all_are_absent() {
    let test = "a_bus_without_a_keyring_and_no_bus_at_all_are_absent";
    for bus in [true, false] {
        with_bus(test, bus, async |session| {
            let refused = make_vault(&session.vault()).await;
            assert!(matches!(refused, Err(VaultError::Keyring(KeyringError::Absent))), "{refused:?}");
            assert!(!session.vault().exists());
        });
    }
}

#[test]
fn one_that_dies_while_it_is_asked_is_an_error_and_the_next_one_opens() {
    with_bus("one_that_dies_while_it_is_asked_is_an_error_and_the_next_one_opens", true, async |session| {
        let path = session.vault();
        let keyring = session.start_keyring(PASSWORD);
        make_vault(&path).await.unwrap();

        let called = Session::watch_calls();
        keyring.stop();
        let opening = tokio::spawn({
            let path = path.clone();
            async move { Vault::open(&path, &system()).await.map(drop) }
        });
        tokio::task::spawn_blocking(called).await.unwrap();
        drop(keyring);
        let refused = opening.await.unwrap();
        let died = matches!(&refused, Err(VaultError::Keyring(KeyringError::Failed | KeyringError::Absent)));
        assert!(died, "{refused:?}");

        let _keyring = session.start_keyring(PASSWORD);
        assert_opens(&path).await;
    });
}
