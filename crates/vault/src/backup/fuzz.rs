//! The fuzz target of a backup's file: see [`crate::fuzz`].

#![expect(clippy::expect_used, reason = "a panic is what a target reports")]

use std::sync::LazyLock;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use sqlx::{Connection as _, SqliteConnection};

use super::form::Head;
use super::plaintext::Plaintext;
use super::restore::{Opened, build, open};
use crate::fuzz::fixed::{NOW, VAULT, words};
use crate::fuzz::{refuse_crash, run};
use crate::record::encode;
use crate::slots::Opens;
use crate::unlock::Nonce;
use crate::way::WayIn;

/// The plaintext of the one backup there is without the keys.
static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut contents = Plaintext::default();
    for (id, note) in &VAULT.notes {
        contents.push(*id, 1, &encode(note).expect("a note")).expect("a record");
    }
    contents.encode().expect("a plaintext").to_vec()
});

/// A backup's file; or, where something stands behind the first line break, a file without its data, and the plaintext
/// that is then really sealed for that file's head.
#[must_use]
pub fn backup_file(bytes: &[u8]) -> bool {
    let line = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (first, rest) = bytes.split_at(line);
    let Some((_, plaintext)) = rest.split_first().filter(|(_, plaintext)| !plaintext.is_empty()) else {
        return run(read(bytes, true));
    };
    let Ok((head, _)) = Head::parse(first) else { return false };
    run(read(&seal(&head, plaintext), false))
}

/// Opens the file, restores it in memory, and compares it with what is known of it.
async fn read(file: &[u8], without_keys: bool) -> bool {
    if let Ok((head, _)) = Head::parse(file) {
        // What a person is shown of the slots.
        head.slots.iter().for_each(|slot| drop(Opens::of(slot)));
    }
    let Ok(Opened { head, keys, records }) = open(file, WayIn::Words(&words())).await else { return false };
    let mut contents = Plaintext::default();
    for record in &records {
        contents.push(record.id, record.ver, &record.plaintext).expect("a record that was read");
    }
    let written = contents.encode().expect("records that were read");
    if without_keys {
        assert_eq!(*written, *WHOLE, "a backup that was never written");
        assert_eq!((head.made, head.counter), (NOW, 1), "a time that was never written");
    }
    let again = Plaintext::parse(&written).expect("records that were written");
    let same = again
        .iter()
        .zip(&records)
        .all(|(one, other)| (one.id, one.ver, &one.plaintext) == (other.id, other.ver, &other.plaintext));
    assert!(same && again.len() == records.len(), "a backup is read as it was written");

    let mut connection = SqliteConnection::connect("sqlite::memory:").await.expect("SQLite");
    let restored = build(&mut connection, head, &keys, records, &mut ChaCha20Rng::seed_from_u64(19)).await;
    drop(connection.close().await);
    restored.map_err(|refused| refuse_crash(&refused)).is_ok()
}

fn head() -> Head {
    let (vault, epoch) = VAULT.keys.record.place();
    Head { vault, epoch, made: NOW, counter: 1, slots: VAULT.slots.clone() }
}

/// A backup of this head and this plaintext, really sealed for both.
fn seal(head: &Head, plaintext: &[u8]) -> Vec<u8> {
    let nonce = Nonce::make(&mut ChaCha20Rng::seed_from_u64(18));
    let data = head.with_fields(|fields| VAULT.keys.backup.seal(nonce, fields, plaintext));
    head.write(data.expect("sealed data")).expect("a backup")
}

/// A whole backup, and contents to be sealed.
pub(crate) fn seeds() -> Vec<(String, Vec<u8>)> {
    let head = head();
    let first = head.write(Vec::new()).expect("a backup");
    let contents = |plaintext: &str| [&first, plaintext.as_bytes()].concat();
    let value = |value: &str| {
        contents(&format!(
            r#"{{"records":[{{"id":"{}","ver":3,"kind":"note","value":{value}}}]}}"#,
            "0".repeat(32)
        ))
    };
    let mut seeds = vec![
        ("whole".to_owned(), seal(&head, &WHOLE)),
        ("contents".to_owned(), [&first, WHOLE.trim_ascii_end()].concat()),
        ("contents-none".to_owned(), contents(r#"{"records":[]}"#)),
    ];
    let values = [
        ("marks", r#"{"a":{"$int":"18446744073709551615"},"b":{"$bytes":"AAEC"},"c":{"$tag":[1,null]}}"#),
        (
            "floats",
            r#"[{"$float":"3ff8000000000000"},{"$float":"7ff0000000000001"},{"$float":"8000000000000000"}]"#,
        ),
        ("map", r#"{"$map":[[1,{"$map":[["$a",[true,false,null,-9007199254740991]]]}]]}"#),
        ("spelled", r#"{"$int":"-9007199254740992","$map":[]}"#),
    ];
    seeds.extend(values.map(|(name, text)| (format!("value-{name}"), value(text))));
    // The last that is read, and the first that is not.
    for deep in [99, 100, 101, 125] {
        let text = format!("{}1{}", "[".repeat(deep), "]".repeat(deep));
        seeds.push((format!("value-deep-{deep}"), value(&text)));
    }
    seeds
}
