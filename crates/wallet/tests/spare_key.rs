//! The 24 words: who gets to see them, what is remembered of that, and that they are always the same person's.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

mod world;

use passerby_testkit::clock::NOON;
use passerby_vault::{NewSlots, Vault};
use passerby_wallet::{
    RecordError, RecoverySecret, RecoveryWords, SpareKey, SpareKeyError, Stretching, VaultError, Wallet,
};
use secrecy::SecretString;
use world::{World, passphrase};

/// The word with this number, counted from 1.
fn word(words: &RecoveryWords, number: usize) -> &'static str {
    words.iter().nth(number - 1).unwrap()
}

#[tokio::test]
async fn the_words_are_for_who_knows_the_passphrase() {
    let mut world = World::new().await;
    let wallet = world.new_wallet().await;
    let wrong = wallet.show_words(&SecretString::from("another passphrase"), &mut world.rng).await;
    assert!(matches!(wrong, Err(SpareKeyError::Passphrase(VaultError::WrongPassphrase))));
    assert_eq!(wallet.spare_key().await.unwrap(), SpareKey::None);

    let shown = wallet.show_words(&passphrase(), &mut world.rng).await.unwrap();
    assert!(shown.open_vault);
    assert_eq!(wallet.spare_key().await.unwrap(), SpareKey::Shown);
    let words = shown.words;
    let typed = [(3, word(&words, 3)), (20, "frobnicate")];
    let wrong = wallet.check_words(&typed, &mut world.rng).await.unwrap_err();
    assert!(matches!(wrong, SpareKeyError::Wrong { number: 20 }));
    assert!(!format!("{wrong} {wrong:?}").contains("frob"));
    assert_eq!(wallet.spare_key().await.unwrap(), SpareKey::Shown);
    let typed = [(3, word(&words, 3)), (20, word(&words, 20))];
    wallet.check_words(&typed, &mut world.rng).await.unwrap();
    assert_eq!(wallet.spare_key().await.unwrap(), SpareKey::Checked);
    wallet.lock().await.unwrap();

    let path = world.folder.path().join("vault.db");
    let wallet = Wallet::open(&path, &words.secret(), world.clock.clone()).await.unwrap();
    assert_eq!(wallet.spare_key().await.unwrap(), SpareKey::Checked, "it is remembered");
    wallet.lock().await.unwrap();

    // The same words make the same person, who need not be asked whether they have them.
    let path = world.folder.path().join("restored.db");
    let (clock, passphrase, floor) = (world.clock.clone(), passphrase(), Stretching::FLOOR);
    let restored =
        Wallet::restore_from_words(&path, &words, &passphrase, floor, clock, &mut world.rng).await.unwrap();
    assert!(restored.is_restored().await.unwrap());
    assert_eq!(restored.spare_key().await.unwrap(), SpareKey::Checked);
    assert_eq!(restored.show_words(&passphrase, &mut world.rng).await.unwrap().words, words);
    restored.lock().await.unwrap();
}

#[tokio::test]
async fn a_vault_of_an_older_program_lets_the_words_in_when_they_are_shown() {
    let mut world = World::new().await;
    let path = world.folder.path().join("older.db");
    let passphrase = passphrase();
    let slots = NewSlots::new(&passphrase, Stretching::FLOOR);
    Vault::create(&path, &slots, NOON.seconds(), &mut world.rng).await.unwrap().lock().await.unwrap();

    let wallet = Wallet::open(&path, &passphrase, world.clock.clone()).await.unwrap();
    assert!(!wallet.opens_by_words().await.unwrap());
    let shown = wallet.show_words(&passphrase, &mut world.rng).await.unwrap();
    assert!(shown.open_vault);
    wallet.lock().await.unwrap();
    Wallet::open(&path, &shown.words.secret(), world.clock.clone()).await.unwrap().lock().await.unwrap();
}

#[tokio::test]
async fn a_vault_that_words_open_is_never_given_another_person() {
    let mut world = World::new().await;
    let path = world.folder.path().join("nobody.db");
    let (passphrase, words) = (passphrase(), RecoverySecret::new(&[7; 32]));
    let slots = NewSlots { words: Some(&words), ..NewSlots::new(&passphrase, Stretching::FLOOR) };
    Vault::create(&path, &slots, NOON.seconds(), &mut world.rng).await.unwrap().lock().await.unwrap();

    let wallet = Wallet::open(&path, &words, world.clock.clone()).await.unwrap();
    let refused = wallet.show_words(&passphrase, &mut world.rng).await.unwrap_err();
    assert!(matches!(refused, SpareKeyError::Record(RecordError::Shape { kind: "root" })), "{refused:?}");
    wallet.lock().await.unwrap();
}
