//! Somebody has the file, not the passphrase, and changes it. Each change is noticed and names its row; the rest stays.

use std::fs;

use passerby_vault::{RecordError, RecordId, StorageError, Vault, VaultError, Wholeness};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use crate::parts::{Attribute, Home, NOW, passphrase, sql};

/// A locked vault with three attributes.
async fn three() -> (Home, [RecordId; 3]) {
    let mut home = Home::new();
    let vault = home.create().await;
    let mut ids = Vec::new();
    for name in ["one", "two", "three"] {
        ids.push(vault.insert(&Attribute::new(name, ""), NOW, &mut home.rng).await.unwrap());
    }
    vault.lock().await.unwrap();
    (home, ids.try_into().unwrap())
}

/// Opens the vault and asserts that exactly these rows are damaged and all others are read.
async fn assert_damaged(home: &Home, all: [RecordId; 3], damaged: &[RecordId]) -> Vault {
    let vault = home.open().await;
    assert_eq!(vault.damaged().await.unwrap(), damaged);
    let readable: Vec<_> = vault.list::<Attribute>().await.unwrap().into_iter().map(|(id, _)| id).collect();
    let expected: Vec<_> = all.into_iter().filter(|id| !damaged.contains(id)).collect();
    assert_eq!(readable, expected);
    for id in damaged {
        let refused = vault.load::<Attribute>(*id).await;
        assert!(matches!(refused, Err(RecordError::Damaged { id: named }) if named == *id), "{refused:?}");
    }
    vault
}

#[tokio::test]
async fn swapped_blobs_are_noticed_and_can_be_removed() {
    let (mut home, [a, b, c]) = three().await;
    home.alter("CREATE TABLE kept AS SELECT * FROM record").await;
    for (to, from) in [(a, b), (b, a)] {
        let blob = format!("(SELECT blob FROM kept WHERE kept.id = {})", sql(from));
        home.alter(format!("UPDATE record SET blob = {blob} WHERE id = {}", sql(to))).await;
    }
    let vault = assert_damaged(&home, [a, b, c], &[a, b]).await;

    let refused = vault.update(a, &Attribute::new("one", "again"), &mut home.rng).await;
    assert!(matches!(refused, Err(RecordError::NotWhole { found: Wholeness::Altered })), "{refused:?}");
    vault.accept().await.unwrap();
    let refused = vault.update(a, &Attribute::new("one", "again"), &mut home.rng).await;
    assert!(matches!(refused, Err(RecordError::Damaged { id }) if id == a), "{refused:?}");
    vault.remove(a).await.unwrap();
    assert_eq!(vault.damaged().await.unwrap(), [b]);
}

#[tokio::test]
async fn a_row_copied_to_another_id_is_noticed() {
    let (home, [a, b, c]) = three().await;
    let copy: RecordId = "f".repeat(32).parse().unwrap();
    home.alter(format!(
        "INSERT INTO record SELECT {}, ver, epoch, blob FROM record WHERE id = {}",
        sql(copy),
        sql(a)
    ))
    .await;
    assert_damaged(&home, [a, b, c], &[copy]).await;
}

#[tokio::test]
async fn an_older_blob_under_the_current_version_is_noticed() {
    let (mut home, [a, b, c]) = three().await;
    home.alter("CREATE TABLE kept AS SELECT * FROM record").await;
    let vault = home.open().await;
    vault.update(b, &Attribute::new("two", "newer"), &mut home.rng).await.unwrap();
    vault.lock().await.unwrap();
    home.alter(format!(
        "UPDATE record SET blob = (SELECT blob FROM kept WHERE kept.id = {0}) WHERE id = {0}",
        sql(b)
    ))
    .await;
    assert_damaged(&home, [a, b, c], &[b]).await;
}

#[tokio::test]
async fn a_changed_version_or_epoch_is_noticed() {
    let (home, [a, b, c]) = three().await;
    home.alter(format!("UPDATE record SET ver = ver + 1 WHERE id = {}", sql(a))).await;
    home.alter(format!("UPDATE record SET epoch = epoch + 1 WHERE id = {}", sql(c))).await;
    assert_damaged(&home, [a, b, c], &[a, c]).await;
}

#[tokio::test]
async fn a_flipped_bit_anywhere_in_a_blob_is_noticed() {
    let (mut home, [a, b, c]) = three().await;
    // First, middle and last byte: nonce, ciphertext, tag. Then blobs too short to hold anything.
    for blob in [
        "x'00' || substr(blob, 2)",
        "substr(blob, 1, 100) || x'00' || substr(blob, 102)",
        "substr(blob, 1, length(blob) - 1) || x'00'",
        "substr(blob, 1, length(blob) - 1)",
        "substr(blob, 1, 24)",
        "x''",
    ] {
        home.alter("CREATE TABLE kept AS SELECT id, blob FROM record").await;
        home.alter(format!("UPDATE record SET blob = CAST({blob} AS BLOB) WHERE id = {}", sql(b))).await;
        assert_damaged(&home, [a, b, c], &[b]).await.lock().await.unwrap();
        home.alter(format!(
            "UPDATE record SET blob = (SELECT k.blob FROM kept k WHERE k.id = {0}) WHERE id = {0}",
            sql(b)
        ))
        .await;
        home.alter("DROP TABLE kept").await;
    }
    let vault = home.open().await;
    assert!(vault.damaged().await.unwrap().is_empty(), "put back as it was, it is whole again");
    vault.update(b, &Attribute::new("two", "new"), &mut home.rng).await.unwrap();
}

#[tokio::test]
async fn a_change_under_an_open_vault_is_noticed() {
    let (mut home, [a, b, c]) = three().await;
    let vault = home.open().await;
    home.alter(format!("UPDATE record SET ver = 7 WHERE id = {}", sql(a))).await;
    home.alter(format!("DELETE FROM record WHERE id = {}", sql(b))).await;

    let refused = vault.load::<Attribute>(a).await;
    assert!(matches!(refused, Err(RecordError::Damaged { .. })), "{refused:?}");
    assert_eq!(vault.list::<Attribute>().await.unwrap().len(), 1);
    assert_eq!(vault.damaged().await.unwrap(), [a, b]);

    home.alter(format!("DELETE FROM record WHERE id = {}", sql(c))).await;
    let refused = vault.update(c, &Attribute::new("three", "new"), &mut home.rng).await;
    assert!(matches!(refused, Err(RecordError::Damaged { id }) if id == c), "{refused:?}");
}

#[tokio::test]
async fn weaker_or_monstrous_key_derivation_is_refused_before_it_runs() {
    let (home, _) = three().await;
    // CBOR integers, in hexadecimal; the floor is 64 MiB (1a00010000), 3, 4.
    for (memory, passes, lanes) in [
        ("19ffff", "03", "04"),
        ("1a00010000", "01", "04"),
        ("1a00010000", "03", "01"),
        ("1a7fffffff", "03", "04"),
    ] {
        let map = ["a3", "6a6d656d6f72795f6b6962", memory, "66706173736573", passes, "656c616e6573", lanes]
            .concat();
        home.alter(format!("UPDATE slot SET parameters = x'{map}'")).await;
        let refused = Vault::open(&home.path, &passphrase()).await;
        assert!(matches!(refused, Err(VaultError::Stretching { .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn a_slot_that_was_altered_opens_nothing() {
    let (home, _) = three().await;
    home.alter("CREATE TABLE kept AS SELECT * FROM slot").await;
    let other = "x'000102030405060708090a0b0c0d0e0f'";
    for (change, told_apart) in [
        // These change the derived key or what it is compared with: from inside, the passphrase does not fit.
        (format!("salt = {other}"), false),
        (format!("commitment = {other}"), false),
        ("commitment = x''".to_owned(), false),
        // Here the passphrase is proven right, so the slot must have been altered.
        (format!("id = {other}"), true),
        ("wrapped = zeroblob(72)".to_owned(), true),
        ("wrapped = x''".to_owned(), true),
        ("parameters = x'00'".to_owned(), true),
        ("kind = 'keyring'".to_owned(), true),
    ] {
        home.alter(format!("UPDATE slot SET {change}")).await;
        let refused = Vault::open(&home.path, &passphrase()).await;
        let fits = match &refused {
            Err(VaultError::WrongPassphrase) => !told_apart,
            Err(VaultError::SlotDamaged) => told_apart,
            _ => false,
        };
        assert!(fits, "{change}: {refused:?}");
        home.alter("DELETE FROM slot").await;
        home.alter("INSERT INTO slot SELECT * FROM kept").await;
    }
    // The vault's own name and epoch are bound into the slot too.
    for change in [format!("vault_id = {other}"), "epoch = 3".to_owned()] {
        home.alter("CREATE TABLE head AS SELECT * FROM header").await;
        home.alter(format!("UPDATE header SET {change}")).await;
        let refused = Vault::open(&home.path, &passphrase()).await;
        assert!(matches!(refused, Err(VaultError::SlotDamaged)), "{change}: {refused:?}");
        home.alter("DELETE FROM header").await;
        home.alter("INSERT INTO header SELECT * FROM head").await;
        home.alter("DROP TABLE head").await;
    }
    home.open().await.lock().await.unwrap();
}

#[tokio::test]
async fn another_vault_s_rows_are_no_rows_of_this_one() {
    let (home, [a, b, c]) = three().await;
    let (other, [foreign, ..]) = {
        let mut other = Home::new();
        other.rng = SeedableRng::seed_from_u64(8);
        let vault = other.create().await;
        let id = vault.insert(&Attribute::new("theirs", ""), NOW - 1000, &mut other.rng).await.unwrap();
        vault.lock().await.unwrap();
        (other, [id])
    };
    home.alter_beside(&other.path, "INSERT INTO record SELECT * FROM other.record").await;
    assert_damaged(&home, [a, b, c], &[foreign]).await;
}

#[tokio::test]
async fn a_file_broken_at_random_is_an_error_or_named_rows_and_never_a_panic() {
    let (home, all) = three().await;
    let whole = fs::read(&home.path).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(99);
    for round in 0..30 {
        let mut broken = whole.clone();
        if round % 3 == 0 {
            broken.truncate(rng.next_u32() as usize % whole.len());
        } else {
            // The first page holds the schema; half of the blows go there.
            let reach = if round % 2 == 0 { 4096 } else { whole.len() };
            for _ in 0..20 {
                broken[rng.next_u32() as usize % reach] = rng.next_u32().to_le_bytes()[0];
            }
        }
        fs::write(&home.path, &broken).unwrap();
        let Ok(vault) = Vault::open(&home.path, &passphrase()).await else { continue };
        let damaged = vault.damaged().await.unwrap_or_default();
        for (id, attribute) in vault.list::<Attribute>().await.unwrap_or_default() {
            assert!(all.contains(&id) && !damaged.contains(&id), "{id}");
            assert!(["one", "two", "three"].contains(&attribute.claim.as_str()));
        }
    }
}

#[tokio::test]
async fn tables_that_compute_what_they_say_are_refused_before_they_are_read() {
    let computed: [&[&str]; 4] = [
        &["ALTER TABLE record RENAME TO kept", "CREATE VIEW record AS SELECT * FROM kept"],
        &["CREATE TRIGGER lost AFTER INSERT ON record BEGIN DELETE FROM record; END"],
        &["ALTER TABLE header ADD COLUMN later BLOB AS (zeroblob(1000000000))"],
        &["CREATE VIRTUAL TABLE found USING fts5(one)"],
    ];
    for statements in computed {
        let (home, _) = three().await;
        for statement in statements {
            home.alter(*statement).await;
        }
        let refused = Vault::open(&home.path, &passphrase()).await.err();
        let damaged = matches!(refused, Some(VaultError::Storage(StorageError::Damaged)));
        assert!(damaged, "{statements:?}: {refused:?}");
    }
    // Tables and indexes of a program that knows more are none of ours to judge.
    let (home, all) = three().await;
    home.alter("CREATE TABLE later (one TEXT)").await;
    home.alter("CREATE INDEX later_one ON later (one)").await;
    assert_damaged(&home, all, &[]).await;
}

#[tokio::test]
async fn a_kind_that_is_no_text_is_damage() {
    let (home, _) = three().await;
    home.alter("UPDATE slot SET kind = CAST(x'ffc0' AS TEXT)").await;
    let refused = Vault::open(&home.path, &passphrase()).await.err();
    assert!(matches!(refused, Some(VaultError::Storage(StorageError::Damaged))), "{refused:?}");
}
