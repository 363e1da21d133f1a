//! The whole file put back to an older state: only what is remembered outside of it can tell.

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, Mutex, mpsc};

use passerby_vault::{
    Anchor, AnchorError, AnchorRefusal, Keyring, KeyringAnchor, KeyringError, Mark, RecordError, Vault,
    Wholeness,
};

use crate::parts::{Attribute, Home, NOW, TestKeyring};

/// An anchor in memory, which can be told to refuse.
#[derive(Default)]
struct Memory {
    marks: Mutex<HashMap<String, Mark>>,
    refuses: Mutex<bool>,
}

impl Memory {
    fn refuse(&self, refuses: bool) {
        *self.refuses.lock().unwrap() = refuses;
    }

    fn answer(&self) -> Result<(), AnchorRefusal> {
        if *self.refuses.lock().unwrap() { Err("the drawer is locked".into()) } else { Ok(()) }
    }

    fn counter(&self) -> Option<u64> {
        let marks = self.marks.lock().unwrap();
        assert!(marks.len() <= 1 && marks.keys().all(|name| name.len() == 32));
        marks.values().next().map(|mark| mark.counter)
    }
}

impl Anchor for Memory {
    fn find(&self, vault: &str) -> Result<Option<Mark>, AnchorRefusal> {
        self.answer()?;
        Ok(self.marks.lock().unwrap().get(vault).copied())
    }

    fn put(&self, vault: &str, mark: Mark) -> Result<(), AnchorRefusal> {
        self.answer()?;
        self.marks.lock().unwrap().insert(vault.to_owned(), mark);
        Ok(())
    }
}

async fn open(home: &Home, memory: &Arc<Memory>) -> (Vault, Wholeness) {
    let vault = home.open().await;
    let anchor: Arc<dyn Anchor> = Arc::<Memory>::clone(memory);
    let found = vault.hold_to(anchor).await.unwrap();
    assert_eq!(vault.wholeness().await.unwrap(), found);
    (vault, found)
}

/// Opens the vault, keeps one more attribute in it, and locks it.
async fn keep(home: &mut Home, memory: &Arc<Memory>, claim: &str) {
    let (vault, found) = open(home, memory).await;
    assert!(found.is_fine(), "{found:?}");
    vault.insert(&Attribute::new(claim, ""), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
}

/// A locked vault whose anchor remembers it. New, it has seen one write.
async fn anchored() -> (Home, Arc<Memory>) {
    let mut home = Home::new();
    let memory = Arc::new(Memory::default());
    home.create().await.lock().await.unwrap();
    keep(&mut home, &memory, "one").await;
    assert_eq!(memory.counter(), Some(2));
    (home, memory)
}

async fn assert_refused(vault: &Vault, home: &mut Home, expected: Wholeness) {
    let refused = vault.insert(&Attribute::new("late", ""), NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(RecordError::NotWhole { found }) if found == expected), "{refused:?}");
}

#[tokio::test]
async fn an_anchor_follows_every_write() {
    let (mut home, memory) = anchored().await;
    let (vault, found) = open(&home, &memory).await;
    assert_eq!(found, Wholeness::Whole);
    for n in 0..5 {
        vault.insert(&Attribute::new(&n.to_string(), ""), NOW, &mut home.rng).await.unwrap();
    }
    vault.lock().await.unwrap();
    assert_eq!(memory.counter(), Some(7));
    assert_eq!(open(&home, &memory).await.1, Wholeness::Whole);
}

#[tokio::test]
async fn a_vault_that_was_put_back_is_named_and_written_to_only_when_accepted() {
    let (mut home, memory) = anchored().await;
    let older = fs::read(&home.path).unwrap();
    keep(&mut home, &memory, "two").await;
    fs::write(&home.path, &older).unwrap();

    // Without the anchor it looks like any other.
    let vault = home.open().await;
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored);
    vault.lock().await.unwrap();

    let rolled_back = Wholeness::RolledBack { file: 2, anchor: 3 };
    let (vault, found) = open(&home, &memory).await;
    assert_eq!(found, rolled_back);
    assert_eq!(vault.list::<Attribute>().await.unwrap().len(), 1, "it can be read");
    assert_refused(&vault, &mut home, rolled_back).await;
    vault.lock().await.unwrap();
    assert_eq!(memory.counter(), Some(3), "looking at it makes nobody forget");

    let (vault, found) = open(&home, &memory).await;
    assert_eq!(found, rolled_back);
    vault.accept().await.unwrap();
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Whole);
    vault.insert(&Attribute::new("other", ""), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
    assert_eq!(memory.counter(), Some(5), "ahead of all that was remembered");
    assert_eq!(open(&home, &memory).await.1, Wholeness::Whole);
}

#[tokio::test]
async fn an_anchor_follows_a_vault_that_was_put_back_on_purpose() {
    let (mut home, memory) = anchored().await;
    let older = fs::read(&home.path).unwrap();
    keep(&mut home, &memory, "two").await;
    for known in [true, false] {
        fs::write(&home.path, &older).unwrap();
        if !known {
            memory.marks.lock().unwrap().clear();
        }
        let vault = home.open().await;
        let anchor: Arc<dyn Anchor> = Arc::<Memory>::clone(&memory);
        assert_eq!(vault.accept_restored(anchor).await.unwrap(), known);
        assert!(vault.wholeness().await.unwrap().is_fine());
        vault.insert(&Attribute::new("goes on", ""), NOW, &mut home.rng).await.unwrap();
        vault.lock().await.unwrap();
        // Ahead of what was remembered; and nothing is begun where nothing was.
        assert_eq!(memory.counter(), known.then_some(5));
    }
}

#[tokio::test]
async fn a_vault_that_was_written_to_in_two_places_is_named() {
    let (mut home, memory) = anchored().await;
    let before = fs::read(&home.path).unwrap();
    let elsewhere = Arc::new(Memory::default());
    keep(&mut home, &elsewhere, "two").await;
    let there = fs::read(&home.path).unwrap();
    fs::write(&home.path, before).unwrap();
    keep(&mut home, &memory, "three").await;
    fs::write(&home.path, there).unwrap();

    let (vault, found) = open(&home, &memory).await;
    assert_eq!(found, Wholeness::Replaced);
    assert_refused(&vault, &mut home, Wholeness::Replaced).await;
    vault.accept().await.unwrap();
    vault.lock().await.unwrap();
    assert_eq!(open(&home, &memory).await.1, Wholeness::Whole);
}

#[tokio::test]
async fn an_anchor_that_was_left_behind_catches_up() {
    let (mut home, memory) = anchored().await;
    let (vault, _) = open(&home, &memory).await;
    memory.refuse(true);
    vault.insert(&Attribute::new("two", ""), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
    memory.refuse(false);
    assert_eq!(memory.counter(), Some(2));

    let (vault, found) = open(&home, &memory).await;
    assert_eq!(found, Wholeness::Whole, "ahead of its anchor is what a crash leaves");
    vault.lock().await.unwrap();
    assert_eq!(memory.counter(), Some(3));
}

#[tokio::test]
async fn an_anchor_that_does_not_answer_changes_nothing_and_is_not_overwritten() {
    let (mut home, memory) = anchored().await;
    memory.refuse(true);
    let vault = home.open().await;
    let refused = vault.hold_to(Arc::<Memory>::clone(&memory)).await;
    assert!(matches!(refused, Err(AnchorError::Refused(_))), "{refused:?}");
    memory.refuse(false);
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored);
    vault.insert(&Attribute::new("two", ""), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
    // What could not be compared must not be forgotten either.
    assert_eq!(memory.counter(), Some(2));
}

#[tokio::test]
async fn an_anchor_that_forgot_is_said_and_begins_anew() {
    let (mut home, memory) = anchored().await;
    memory.marks.lock().unwrap().clear();
    let (vault, found) = open(&home, &memory).await;
    assert_eq!(found, Wholeness::Unanchored);
    vault.insert(&Attribute::new("two", ""), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
    assert_eq!(open(&home, &memory).await.1, Wholeness::Whole);
}

#[tokio::test]
async fn an_altered_vault_stays_altered_whatever_the_anchor_says() {
    let (mut home, memory) = anchored().await;
    keep(&mut home, &memory, "two").await;
    home.alter("DELETE FROM record WHERE id = (SELECT min(id) FROM record)").await;
    let (vault, found) = open(&home, &memory).await;
    assert_eq!(found, Wholeness::Altered);
    assert_refused(&vault, &mut home, Wholeness::Altered).await;
    vault.accept().await.unwrap();
    vault.lock().await.unwrap();
    assert_eq!(memory.counter(), Some(4));
    assert_eq!(open(&home, &memory).await.1, Wholeness::Whole);
}

/// An anchor whose puts wait until the test lets them go on.
struct Slow(Mutex<mpsc::Receiver<()>>);

impl Anchor for Slow {
    fn find(&self, _: &str) -> Result<Option<Mark>, AnchorRefusal> {
        Ok(None)
    }

    fn put(&self, _: &str, _: Mark) -> Result<(), AnchorRefusal> {
        Ok(self.0.lock().unwrap().recv()?)
    }
}

#[tokio::test]
async fn an_anchor_that_hangs_holds_up_no_write_and_no_lock() {
    let mut home = Home::new();
    let vault = home.create().await;
    let (go_on, wait) = mpsc::channel();
    vault.hold_to(Arc::new(Slow(Mutex::new(wait)))).await.unwrap();
    for n in 0..5 {
        vault.insert(&Attribute::new(&n.to_string(), ""), NOW, &mut home.rng).await.unwrap();
    }
    vault.lock().await.unwrap();
    // Only now could the anchor have gone on: that this line is reached is the test.
    drop(go_on);
    assert_eq!(home.open().await.list::<Attribute>().await.unwrap().len(), 5);
}

#[tokio::test]
async fn a_keyring_is_an_anchor() {
    let mut home = Home::new();
    let test_keyring = TestKeyring::new("test-store");
    let keyring: Arc<dyn Keyring> = Arc::<TestKeyring>::clone(&test_keyring);
    let anchor = || Arc::new(KeyringAnchor::new(Arc::clone(&keyring)));
    let vault = home.create_with(&keyring).await;
    assert_eq!(
        vault.hold_to(anchor()).await.unwrap(),
        Wholeness::Unanchored,
        "it is seen for the first time"
    );
    vault.lock().await.unwrap();
    let older = fs::read(&home.path).unwrap();
    let vault = Vault::open(&home.path, &keyring).await.unwrap();
    assert_eq!(vault.hold_to(anchor()).await.unwrap(), Wholeness::Whole);
    vault.insert(&Attribute::new("one", ""), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();

    fs::write(&home.path, older).unwrap();
    let vault = Vault::open(&home.path, &keyring).await.unwrap();
    let found = vault.hold_to(anchor()).await.unwrap();
    assert_eq!(found, Wholeness::RolledBack { file: 1, anchor: 2 });
    vault.lock().await.unwrap();

    // What is no mark is not taken for one, nor overwritten.
    let name = test_keyring.names().into_iter().find(|name| name.ends_with(":mark")).unwrap();
    for bytes in [&b""[..], &[1; 39], &[1; 41]] {
        keyring.put(&name, bytes).unwrap();
        let vault = home.open().await;
        let refused = vault.hold_to(anchor()).await;
        assert!(matches!(refused, Err(AnchorError::Refused(_))), "{refused:?}");
        vault.lock().await.unwrap();
        assert_eq!(test_keyring.held.lock().unwrap()[&name], bytes);
    }
    *test_keyring.trouble.lock().unwrap() = Some(KeyringError::Locked);
    let refused = home.open().await.hold_to(anchor()).await;
    assert!(matches!(refused, Err(AnchorError::Refused(_))), "{refused:?}");
}

#[tokio::test]
async fn an_older_schema_does_not_hide_an_older_state() {
    let (mut home, memory) = anchored().await;
    keep(&mut home, &memory, "two").await;
    // A vault of the first epoch could be made to look as if it never had a manifest; its anchor remembers one.
    home.alter("DROP TABLE manifest").await;
    home.alter("DELETE FROM _sqlx_migrations WHERE version > 1").await;
    home.alter("UPDATE header SET schema = 1").await;
    assert!(!open(&home, &memory).await.1.is_fine());
}
