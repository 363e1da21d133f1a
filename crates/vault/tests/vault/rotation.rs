//! A new vault key: everything that was kept opens with it, and what was there before opens nothing.

use std::sync::Arc;

use fail::FailScenario;
use passerby_vault::{
    Damaged, Keyring, KeyringError, NewSlots, RecordId, RecoverySecret, RotateError, Rotated, SlotKind,
    Stretching, Vault, VaultError, WayIn, Wholeness,
};

use crate::parts::{Attribute, Home, NOW, TestKeyring, passphrase, words};

const RECORDS: usize = 20;

/// A locked vault with all three ways in and some records.
struct Filled {
    home: Home,
    held: Arc<TestKeyring>,
    keyring: Arc<dyn Keyring>,
    ids: Vec<RecordId>,
}

impl Filled {
    async fn new() -> Self {
        let mut home = Home::new();
        let held = TestKeyring::new("test-store");
        let keyring: Arc<dyn Keyring> = held.clone();
        let vault = home.create_with(&keyring).await;
        let mut batch = vault.batch();
        let ids = (0..RECORDS)
            .map(|n| batch.insert(&Attribute::new("n", &n.to_string()), NOW, &mut home.rng).unwrap())
            .collect();
        vault.write(batch).await.unwrap();
        vault.lock().await.unwrap();
        Self { home, held, keyring, ids }
    }

    async fn rotate(&mut self, damaged: Damaged) -> Result<(Vault, Rotated), RotateError> {
        let (passphrase, words) = (passphrase(), words());
        let mut slots = NewSlots::new(&passphrase, Stretching::FLOOR);
        (slots.words, slots.keyring) = (Some(&words), Some(&self.keyring));
        let vault = Vault::open(&self.home.path, &words).await.unwrap();
        vault.rotate(&words, &slots, damaged, NOW, &mut self.home.rng).await
    }

    /// Everything is there and opens, by each way.
    async fn assert_whole(&self) {
        let passphrase = passphrase();
        let words = words();
        for way in [WayIn::Passphrase(&passphrase), WayIn::Words(&words), WayIn::Keyring(&self.keyring)] {
            self.assert_opens(way).await;
        }
    }

    async fn assert_opens(&self, way: WayIn<'_>) {
        let vault = Vault::open(&self.home.path, way).await.unwrap();
        assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored);
        let found: Vec<_> =
            vault.list::<Attribute>().await.unwrap().into_iter().map(|(id, one)| (id, one.value)).collect();
        let expected: Vec<_> = self.ids.iter().copied().zip((0..).map(|n: i32| n.to_string())).collect();
        assert_eq!(found, expected);
        vault.lock().await.unwrap();
    }
}

#[tokio::test]
async fn everything_opens_with_the_new_key_and_nothing_of_the_old_is_left() {
    let mut filled = Filled::new().await;
    let before = (filled.home.epoch().await, filled.held.names());
    let blobs = filled.home.blobs("SELECT blob FROM record").await;
    let slots = filled.home.blobs("SELECT wrapped FROM slot").await;
    assert_eq!((blobs.len(), slots.len()), (RECORDS, 3));

    let (vault, rotated) = filled.rotate(Damaged::Refuse).await.unwrap();
    let expected = Rotated { records: RECORDS, left_behind: 0, compacted: true, keyring_forgot: true };
    assert_eq!(rotated, expected);
    // It is open, whole, and can be written to and read.
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored);
    let id = filled.ids[3];
    vault.update(id, &Attribute::new("n", "3"), &mut filled.home.rng).await.unwrap();
    assert_eq!(vault.load::<Attribute>(id).await.unwrap().unwrap().value, "3");
    for old in blobs.iter().chain(&slots) {
        assert!(!filled.home.holds(old), "while it is open");
    }
    vault.lock().await.unwrap();

    filled.assert_whole().await;
    for old in blobs.iter().chain(&slots) {
        assert!(!filled.home.holds(old));
    }
    assert_eq!(filled.home.epoch().await, before.0 + 1);
    assert_eq!(filled.held.names().len(), 1);
    assert_ne!(filled.held.names(), before.1);
    // Again, from the new key to the next.
    filled.rotate(Damaged::Refuse).await.unwrap().0.lock().await.unwrap();
    filled.assert_opens(WayIn::Keyring(&filled.keyring)).await;
}

/// New slots that leave something out, and what is said about it.
type Case<'a> = (NewSlots<'a>, fn(&RotateError) -> bool);

#[tokio::test]
async fn nobody_loses_a_way_in_by_a_new_key() {
    let mut filled = Filled::new().await;
    let (passphrase, words, other) = (passphrase(), words(), RecoverySecret::new(&[6; 32]));
    let all = NewSlots {
        words: Some(&words),
        keyring: Some(&filled.keyring),
        ..NewSlots::new(&passphrase, Stretching::FLOOR)
    };
    let elsewhere: Arc<dyn Keyring> = TestKeyring::new("test-store");
    let cases: [Case<'_>; 4] = [
        (NewSlots { words: None, ..all }, |error| {
            matches!(error, RotateError::Lost { kind: SlotKind::Words })
        }),
        (NewSlots { keyring: None, ..all }, |error| {
            matches!(error, RotateError::Lost { kind: SlotKind::Keyring })
        }),
        (NewSlots { words: Some(&other), ..all }, |error| {
            matches!(error, RotateError::Vault(VaultError::WrongWords))
        }),
        (NewSlots { keyring: Some(&elsewhere), ..all }, |error| {
            matches!(error, RotateError::KeyringElsewhere(_))
        }),
    ];
    for (slots, expected) in cases {
        let vault = Vault::open(&filled.home.path, &words).await.unwrap();
        let refused = vault.rotate(&words, &slots, Damaged::Refuse, NOW, &mut filled.home.rng).await;
        assert!(expected(&refused.unwrap_err()), "{slots:?}");
    }
    // A wrong way in, a keyring that broke off, and a kind that only a newer program can close with.
    let vault = Vault::open(&filled.home.path, &words).await.unwrap();
    let refused = vault.rotate(&other, &all, Damaged::Refuse, NOW, &mut filled.home.rng).await;
    assert!(matches!(refused, Err(RotateError::Vault(VaultError::WrongWords))), "{refused:?}");
    *filled.held.trouble.lock().unwrap() = Some(KeyringError::Failed);
    let refused = filled.rotate(Damaged::Refuse).await;
    assert!(matches!(refused, Err(RotateError::KeyringElsewhere(_))), "{refused:?}");
    *filled.held.trouble.lock().unwrap() = None;
    assert_eq!(filled.held.names().len(), 1);
    filled.assert_opens(WayIn::Words(&words)).await;

    let unknown =
        "INSERT INTO slot SELECT zeroblob(16), 'fido2', x'00', salt, commitment, wrapped FROM slot LIMIT 1";
    filled.home.alter(unknown).await;
    Vault::open(&filled.home.path, &words).await.unwrap().accept().await.unwrap();
    let refused = filled.rotate(Damaged::Refuse).await;
    assert!(matches!(refused, Err(RotateError::UnknownSlot)), "{refused:?}");
}

#[tokio::test]
async fn damaged_records_stop_it_unless_they_are_to_be_left_behind() {
    let mut filled = Filled::new().await;
    filled.home.alter("UPDATE record SET blob = zeroblob(length(blob)) WHERE ver = 1 AND id IN (SELECT id FROM record LIMIT 2)").await;
    let refused = filled.rotate(Damaged::LeaveBehind).await;
    assert!(matches!(refused, Err(RotateError::NotWhole { found: Wholeness::Altered })), "{refused:?}");
    let vault = Vault::open(&filled.home.path, &words()).await.unwrap();
    vault.accept().await.unwrap();
    vault.lock().await.unwrap();

    let refused = filled.rotate(Damaged::Refuse).await;
    assert!(matches!(refused, Err(RotateError::Damaged { count: 2 })), "{refused:?}");
    let (vault, rotated) = filled.rotate(Damaged::LeaveBehind).await.unwrap();
    assert_eq!((rotated.records, rotated.left_behind), (RECORDS - 2, 2));
    assert!(vault.damaged().await.unwrap().is_empty());
    assert_eq!(vault.list::<Attribute>().await.unwrap().len(), RECORDS - 2);
}

/// Where the program ends, and how many epochs and secrets in the keyring there are then.
const POINTS: [(&str, i64, usize); 7] = [
    ("rotate-keyring", 0, 2),
    ("rotate-resealed", 0, 2),
    ("rotate-signed", 0, 2),
    ("rotate-committed", 1, 2),
    ("rotate-emptied", 1, 2),
    ("rotate-compacted", 1, 2),
    ("rotate-done", 1, 1),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wherever_it_ends_all_is_there_under_one_key() {
    let scenario = FailScenario::setup();
    let mut filled = Filled::new().await;
    for (point, more, secrets) in POINTS {
        let epoch = filled.home.epoch().await;
        let needed = filled.held.names();
        fail::cfg(point, "panic").unwrap();
        let path = filled.home.path.clone();
        let (keyring, mut rng) = (filled.keyring.clone(), filled.home.rng.clone());
        let killed = tokio::spawn(async move {
            let (passphrase, words) = (passphrase(), words());
            let mut slots = NewSlots::new(&passphrase, Stretching::FLOOR);
            (slots.words, slots.keyring) = (Some(&words), Some(&keyring));
            let vault = Vault::open(&path, &words).await.unwrap();
            drop(vault.rotate(&words, &slots, Damaged::Refuse, NOW, &mut rng).await);
        });
        assert!(killed.await.unwrap_err().is_panic(), "{point} ended it");
        fail::remove(point);
        // The ids of the next round's slots must be others.
        rand_core::Rng::next_u64(&mut filled.home.rng);

        filled.assert_opens(WayIn::Words(&words())).await;
        filled.assert_opens(WayIn::Keyring(&filled.keyring)).await;
        assert_eq!(filled.home.epoch().await, epoch + more, "{point}");
        assert_eq!(filled.held.names().len(), needed.len() + secrets - 1, "{point}");
    }
    filled.assert_whole().await;
    scenario.teardown();
}
