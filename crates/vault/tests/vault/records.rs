//! Keeping, changing, removing, all at once or not at all.

use std::fs;

use passerby_vault::{MAX_RECORD_LEN, Record, RecordError, RecordId, Vault};
use serde::{Deserialize, Serialize};

use crate::parts::{Attribute, Home, NOW, Parcel, passphrase};

#[tokio::test]
async fn records_are_listed_by_kind_in_the_order_they_came() {
    let mut home = Home::new();
    let vault = home.create().await;
    let mut expected = Vec::new();
    for name in ["one", "two", "three", "four"] {
        let attribute = Attribute::new(name, "");
        let id = vault.insert(&attribute, NOW, &mut home.rng).await.unwrap();
        vault.insert(&Parcel(vec![0; 5000]), NOW, &mut home.rng).await.unwrap();
        expected.push((id, attribute));
    }
    assert_eq!(vault.list::<Attribute>().await.unwrap(), expected);
    assert_eq!(vault.list::<Parcel>().await.unwrap().len(), 4);
    vault.lock().await.unwrap();

    let vault = home.open().await;
    assert_eq!(vault.list::<Attribute>().await.unwrap(), expected);
    let later = vault.insert(&Attribute::new("five", ""), NOW, &mut home.rng).await.unwrap();
    assert!(expected.iter().all(|(id, _)| *id < later), "the order continues after opening");
}

#[tokio::test]
async fn a_record_is_changed_and_removed_under_its_id() {
    let mut home = Home::new();
    let vault = home.create().await;
    let id = vault.insert(&Attribute::new("email", "old@example.org"), NOW, &mut home.rng).await.unwrap();
    let new = Attribute::new("email", "new@example.org");
    vault.update(id, &new, &mut home.rng).await.unwrap();
    vault.update(id, &new, &mut home.rng).await.unwrap();
    assert_eq!(vault.load(id).await.unwrap(), Some(new.clone()));
    assert_eq!(
        vault.load::<Parcel>(id).await.unwrap(),
        None,
        "an id of another kind is no record of this kind"
    );

    let wrong_kind = vault.update(id, &Parcel(vec![]), &mut home.rng).await;
    assert!(matches!(wrong_kind, Err(RecordError::Missing { kind: "parcel", .. })), "{wrong_kind:?}");
    assert_eq!(vault.load(id).await.unwrap(), Some(new.clone()));

    vault.remove(id).await.unwrap();
    vault.remove(id).await.unwrap();
    assert_eq!(vault.load::<Attribute>(id).await.unwrap(), None);
    let gone = vault.update(id, &new, &mut home.rng).await;
    assert!(matches!(gone, Err(RecordError::Missing { .. })), "{gone:?}");
}

#[tokio::test]
async fn a_batch_happens_whole() {
    let mut home = Home::new();
    let vault = home.create().await;
    let kept = vault.insert(&Attribute::new("email", "ada@example.org"), NOW, &mut home.rng).await.unwrap();

    let mut batch = vault.batch();
    let first = batch.insert(&Attribute::new("a", "1"), NOW, &mut home.rng).unwrap();
    batch.update(first, &Attribute::new("a", "2"), &mut home.rng).unwrap();
    let second = batch.insert(&Parcel(first.as_bytes().to_vec()), NOW, &mut home.rng).unwrap();
    batch.remove(kept);
    vault.write(batch).await.unwrap();

    vault.lock().await.unwrap();
    let vault = home.open().await;
    assert_eq!(vault.load(first).await.unwrap(), Some(Attribute::new("a", "2")));
    assert_eq!(vault.load(second).await.unwrap(), Some(Parcel(first.as_bytes().to_vec())));
    assert_eq!(vault.load::<Attribute>(kept).await.unwrap(), None);
    assert!(vault.damaged().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_batch_with_a_fault_happens_not_at_all() {
    let mut home = Home::new();
    let vault = home.create().await;
    let kept = vault.insert(&Attribute::new("email", "ada@example.org"), NOW, &mut home.rng).await.unwrap();

    let nowhere: RecordId = "0".repeat(32).parse().unwrap();
    let mut batch = vault.batch();
    batch.insert(&Attribute::new("a", "1"), NOW, &mut home.rng).unwrap();
    batch.remove(kept);
    batch.update(nowhere, &Attribute::new("b", "2"), &mut home.rng).unwrap();
    let refused = vault.write(batch).await;
    assert!(matches!(refused, Err(RecordError::Missing { id, .. }) if id == nowhere), "{refused:?}");

    assert_eq!(vault.list::<Attribute>().await.unwrap().len(), 1);
    assert!(vault.load::<Attribute>(kept).await.unwrap().is_some());
}

#[tokio::test]
async fn what_was_confirmed_is_on_the_disk_without_locking() {
    let mut home = Home::new();
    let vault = home.create().await;
    let id = vault.insert(&Attribute::new("email", "ada@example.org"), NOW, &mut home.rng).await.unwrap();

    // What a power cut would leave: the files as they are now.
    let mut after = Home::new();
    after.path = after.folder.path().join("vault.db");
    for ending in ["", "-wal"] {
        let from = home.path.with_file_name(format!("vault.db{ending}"));
        fs::copy(from, after.path.with_file_name(format!("vault.db{ending}"))).unwrap();
    }
    let found = Vault::open(&after.path, &passphrase()).await.unwrap();
    assert!(found.load::<Attribute>(id).await.unwrap().is_some());
}

/// What an [`Attribute`] might become by mistake.
#[derive(Debug, Serialize, Deserialize)]
struct Reshaped {
    claim: u64,
}

impl Record for Reshaped {
    const KIND: &'static str = Attribute::KIND;
}

#[tokio::test]
async fn a_record_of_another_shape_is_an_error_that_quotes_nothing() {
    let mut home = Home::new();
    let vault = home.create().await;
    let id = vault.insert(&Attribute::new("secret-claim", "v"), NOW, &mut home.rng).await.unwrap();
    let error = vault.load::<Reshaped>(id).await.unwrap_err();
    assert!(matches!(error, RecordError::Shape { kind: "attribute" }));
    assert!(!format!("{error} {error:?}").contains("secret-claim"));
}

#[tokio::test]
async fn a_record_has_a_greatest_length() {
    let mut home = Home::new();
    let vault = home.create().await;
    let long = Attribute::new("long", &"x".repeat(MAX_RECORD_LEN - 64));
    let id = vault.insert(&long, NOW, &mut home.rng).await.unwrap();
    assert_eq!(vault.load(id).await.unwrap(), Some(long));
    let longer = Attribute::new("long", &"x".repeat(MAX_RECORD_LEN));
    let refused = vault.insert(&longer, NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(RecordError::TooLong { .. })), "{refused:?}");
}
