//! What no single record can tell: that one is gone, that an old one is back, that a way in was added.

use std::fs;

use passerby_vault::{RecordError, RecordId, Vault, Wholeness};

use crate::parts::{Attribute, Home, NOW, sql};

/// A locked vault with two attributes, the second of which was changed once, and the file from before the change.
async fn two() -> (Home, [RecordId; 2], Vec<u8>) {
    let mut home = Home::new();
    let vault = home.create().await;
    let one = vault.insert(&Attribute::new("one", ""), NOW, &mut home.rng).await.unwrap();
    let two = vault.insert(&Attribute::new("two", "old"), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
    let before = fs::read(&home.path).unwrap();
    let vault = home.open().await;
    vault.update(two, &Attribute::new("two", "new"), &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
    (home, [one, two], before)
}

/// Opens the vault and asserts that it is found altered: it can be read and not written to, until that is accepted.
async fn assert_altered(home: &mut Home, readable: usize) {
    let vault = home.open().await;
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Altered);
    assert_eq!(vault.list::<Attribute>().await.unwrap().len(), readable);
    assert_refused(&vault, home, Wholeness::Altered).await;
    vault.lock().await.unwrap();

    // Reading it changed nothing: it is still altered, until it is accepted.
    let vault = home.open().await;
    assert_refused(&vault, home, Wholeness::Altered).await;
    vault.accept().await.unwrap();
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored);
    let id = vault.insert(&Attribute::new("later", ""), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();

    let vault = home.open().await;
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored);
    assert_eq!(vault.list::<Attribute>().await.unwrap().len(), readable + 1);
    vault.remove(id).await.unwrap();
    vault.lock().await.unwrap();
}

async fn assert_refused(vault: &Vault, home: &mut Home, expected: Wholeness) {
    let refused = vault.insert(&Attribute::new("late", ""), NOW, &mut home.rng).await;
    assert!(matches!(refused, Err(RecordError::NotWhole { found }) if found == expected), "{refused:?}");
}

#[tokio::test]
async fn every_write_keeps_the_vault_whole() {
    let mut home = Home::new();
    let vault = home.create().await;
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored);
    vault.lock().await.unwrap();
    for round in 0..3 {
        let vault = home.open().await;
        assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored, "{round}");
        let id = vault.insert(&Attribute::new("one", ""), NOW, &mut home.rng).await.unwrap();
        vault.update(id, &Attribute::new("one", "1"), &mut home.rng).await.unwrap();
        let mut batch = vault.batch();
        let gone = batch.insert(&Attribute::new("two", ""), NOW, &mut home.rng).unwrap();
        batch.insert(&Attribute::new("three", ""), NOW, &mut home.rng).unwrap();
        batch.remove(gone);
        vault.write(batch).await.unwrap();
        vault.remove(id).await.unwrap();
        // Without locking, too: what was confirmed has its manifest.
        drop(vault);
    }
    assert_eq!(home.open().await.list::<Attribute>().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_record_that_was_taken_out_is_missed() {
    let (mut home, [one, _], _) = two().await;
    assert_eq!(home.alter(format!("DELETE FROM record WHERE id = {}", sql(one))).await, 1);
    assert_altered(&mut home, 1).await;
}

#[tokio::test]
async fn a_record_that_was_put_back_whole_is_noticed() {
    let (mut home, [one, two], before) = two().await;
    let former = home.folder.path().join("former.db");
    fs::write(&former, before).unwrap();
    // The row as it once was, with the version that belongs to it: its own seal is genuine.
    home.alter_beside(
        &former,
        format!("UPDATE record SET (ver, blob) = (SELECT ver, blob FROM other.record o WHERE o.id = record.id) WHERE id = {}", sql(two)),
    )
    .await;
    let vault = home.open().await;
    assert_eq!(vault.load::<Attribute>(two).await.unwrap().unwrap().value, "old", "genuine, but old");
    vault.lock().await.unwrap();
    assert_altered(&mut home, 2).await;

    // And one that was removed by the person.
    let vault = home.open().await;
    vault.remove(one).await.unwrap();
    vault.lock().await.unwrap();
    home.alter_beside(
        &former,
        format!("INSERT INTO record SELECT * FROM other.record WHERE id = {}", sql(one)),
    )
    .await;
    assert_altered(&mut home, 2).await;
}

#[tokio::test]
async fn a_way_in_that_was_added_altered_or_put_back_is_noticed() {
    let other = "x'000102030405060708090a0b0c0d0e0f'";
    for change in [
        // A kind this program does not know is left alone by opening; the manifest still counts it.
        format!("INSERT INTO slot SELECT {other}, 'later', parameters, salt, commitment, wrapped FROM slot"),
        format!("INSERT INTO slot SELECT {other}, 'later', x'', x'', x'', x'' FROM slot"),
    ] {
        let (mut home, ..) = two().await;
        assert_eq!(home.alter(change).await, 1);
        assert_altered(&mut home, 2).await;
    }
}

#[tokio::test]
async fn a_manifest_that_was_taken_away_or_altered_is_noticed() {
    for change in [
        "DELETE FROM manifest",
        "UPDATE manifest SET counter = counter + 1",
        "UPDATE manifest SET counter = counter - 1",
        "UPDATE manifest SET counter = 9223372036854775807",
        "UPDATE manifest SET counter = 9007199254740992",
        "UPDATE manifest SET mac = zeroblob(32)",
    ] {
        let (mut home, ..) = two().await;
        assert_eq!(home.alter(change).await, 1, "{change}");
        assert_altered(&mut home, 2).await;
    }
}

#[tokio::test]
async fn an_older_manifest_does_not_fit_newer_records() {
    let (mut home, _, before) = two().await;
    let former = home.folder.path().join("former.db");
    fs::write(&former, before).unwrap();
    let older = "UPDATE manifest SET (counter, mac) = (SELECT counter, mac FROM other.manifest)";
    home.alter_beside(&former, older).await;
    assert_altered(&mut home, 2).await;
}

#[tokio::test]
async fn a_vault_cannot_be_made_to_look_as_if_it_never_had_a_manifest() {
    let (mut home, [one, _], _) = two().await;
    home.alter(format!("DELETE FROM record WHERE id = {}", sql(one))).await;
    home.alter("DROP TABLE manifest").await;
    home.alter("DELETE FROM _sqlx_migrations WHERE version > 1").await;
    home.alter("UPDATE header SET schema = 1").await;
    assert_altered(&mut home, 1).await;
}

#[tokio::test]
async fn what_changes_under_an_open_vault_is_not_signed() {
    // Everything put back to how it was before the last write, manifest and all.
    let (mut home, [_, two], before) = two().await;
    let former = home.folder.path().join("former.db");
    fs::write(&former, before).unwrap();
    let vault = home.open().await;
    for table in [
        "manifest SET (counter, mac) = (SELECT counter, mac FROM other.manifest)",
        "record SET (ver, blob) = (SELECT ver, blob FROM other.record o WHERE o.id = record.id)",
    ] {
        home.alter_beside(&former, format!("UPDATE {table}")).await;
    }
    let refused = vault.insert(&Attribute::new("late", ""), NOW, &mut home.rng).await;
    assert!(matches!(&refused, Err(RecordError::Storage(_))), "{refused:?}");
    // Read anew, the file is whole in itself, but older than what this process saw.
    let older = Wholeness::RolledBack { file: 3, anchor: 4 };
    assert_eq!(vault.wholeness().await.unwrap(), older);
    assert_eq!(vault.load::<Attribute>(two).await.unwrap().unwrap().value, "old");
    assert_refused(&vault, &mut home, older).await;
    vault.accept().await.unwrap();
    vault.insert(&Attribute::new("late", ""), NOW, &mut home.rng).await.unwrap();

    // A row that vanished is missed at the next opening although others were written in between.
    home.alter(format!("DELETE FROM record WHERE id = {}", sql(two))).await;
    vault.insert(&Attribute::new("later", ""), NOW, &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
    assert_altered(&mut home, 3).await;
}

#[tokio::test]
async fn another_vault_s_manifest_is_none_of_this_one() {
    let (mut home, ..) = two().await;
    let mut other = Home::seeded(9);
    other.create().await.lock().await.unwrap();
    home.alter_beside(
        &other.path,
        "UPDATE manifest SET (counter, mac) = (SELECT counter, mac FROM other.manifest)",
    )
    .await;
    assert_altered(&mut home, 2).await;
}
