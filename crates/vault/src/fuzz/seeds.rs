//! Seeds for the corpora of this crate's targets.

use super::fixed::{Fixed, VAULT, rewrite};
use super::patch::{ACTS, Act, COLUMNS};
use super::run;
use crate::backup;

/// Every seed there is to begin with: the target, the seed's name, its bytes.
#[must_use]
pub fn seeds() -> Vec<(&'static str, String, Vec<u8>)> {
    let backups = backup::seeds().into_iter().map(|(name, seed)| ("backup_file", name, seed));
    let mut seeds = vec![
        ("vault_file", "whole".to_owned(), VAULT.file.clone()),
        ("vault_file", "schema-1".to_owned(), Fixed::old()),
    ];
    for (name, sql) in SCHEMAS {
        let file = run(rewrite(&VAULT.file, async |connection| {
            sqlx::raw_sql(*sql).execute(&mut *connection).await.expect("another schema");
        }));
        seeds.push(("vault_file", format!("schema-{name}"), file));
    }
    for (name, patches) in patches() {
        seeds.push(("vault_file", name, patches));
    }
    seeds.into_iter().chain(backups).collect()
}

/// Tables that are none of ours.
const SCHEMAS: &[(&str, &str)] = &[
    (
        "endless",
        "DROP TABLE record; CREATE VIEW record AS WITH RECURSIVE endless (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM \
         endless) SELECT randomblob(16) AS id, 1 AS ver, 2 AS epoch, zeroblob(1000000) AS blob FROM endless",
    ),
    ("trigger", "CREATE TRIGGER lost AFTER INSERT ON record BEGIN DELETE FROM record; END"),
    (
        "computed",
        "DROP TABLE record; CREATE TABLE record (id BLOB PRIMARY KEY, ver INTEGER, epoch INTEGER, blob BLOB AS \
         (zeroblob(1000000000))); INSERT INTO record VALUES (x'00000000000000000000000000000001', 1, 2)",
    ),
    ("without-records", "DROP TABLE record"),
    ("another-table", "CREATE TABLE another (one)"),
];

fn patches() -> Vec<(String, Vec<u8>)> {
    let note =
        [b"\x64note\xa2\x64text\x63Ada\x62at\x1a".as_slice(), &1_795_000_000_u32.to_be_bytes()].concat();
    let mut seeds = vec![
        ("patch-none".to_owned(), vec![0]),
        ("patch-signed".to_owned(), vec![1]),
        ("patch-contents".to_owned(), patch(1, Act::Seal, 3, &note)),
        ("patch-contents-empty".to_owned(), patch(1, Act::Seal, 3, &[])),
        (
            "patch-contents-nested".to_owned(),
            patch(1, Act::Seal, 3, &[b"\x64note".as_slice(), &[0x81; 200]].concat()),
        ),
        (
            "patch-contents-long".to_owned(),
            patch(1, Act::Seal, 3, b"\x64note\x5b\xff\xff\xff\xff\xff\xff\xff\xff"),
        ),
        ("patch-double".to_owned(), patch(1, Act::Double, 0, &[7; 16])),
        ("patch-kind".to_owned(), patch(1, Act::SetText, 5, b"later")),
        ("patch-kind-not-utf8".to_owned(), patch(1, Act::SetText, 5, b"\xff\xc0")),
        (
            "patch-stretching".to_owned(),
            patch(0, Act::SetBlob, 6, b"\xa3\x6amemory_kib\x01\x66passes\x03\x65lanes\x04"),
        ),
        ("patch-newer".to_owned(), patch(0, Act::SetNumber, 12, &[3])),
    ];
    for (place, (table, _, column)) in (0_u8..).zip(COLUMNS) {
        seeds.push((format!("patch-flip-{table}-{column}"), patch(0, Act::Flip, place, &[0, 3, 0x40])));
        seeds.push((format!("patch-number-{table}-{column}"), patch(1, Act::SetNumber, place, &[0xff; 8])));
        seeds.push((format!("patch-null-{table}-{column}"), patch(1, Act::SetNull, place, &[])));
    }
    for (place, (table, key, column)) in (0_u8..).zip(COLUMNS) {
        if key == column || column == "mac" {
            seeds.push((format!("patch-remove-{table}"), patch(1, Act::Remove, place, &[])));
        }
    }
    seeds
}

fn patch(signed: u8, act: Act, place: u8, bytes: &[u8]) -> Vec<u8> {
    let number = (0_u8..).zip(ACTS).find(|(_, one)| *one == act).map_or(0, |(number, _)| number);
    let length = u8::try_from(bytes.len()).expect("few bytes");
    [&[signed, number, place, 0, length], bytes].concat()
}
