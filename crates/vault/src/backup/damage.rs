//! A backup with any damage is refused, or says exactly what it said before. Without a passphrase to stretch, so that
//! thousands of damaged files can be tried.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::error::RestoreError;
use super::form::Head;
use super::plaintext::Plaintext;
use super::restore::open_data;
use crate::record::{RecordId, encode_value, make_id};
use crate::unlock::{Nonce, Slot, SlotHead, VaultId, VaultKey};

struct Scene {
    key: VaultKey,
    file: Vec<u8>,
}

/// What a file says: when it was made, the counter, and the records.
type Read = (i64, u64, Vec<(RecordId, i64, Vec<u8>)>);

static SCENE: LazyLock<Scene> = LazyLock::new(Scene::new);

impl Scene {
    fn new() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(11);
        let key = VaultKey::make(&mut rng);
        let vault = VaultId::make(&mut rng);
        let slot = |kind: &str| Slot {
            head: SlotHead {
                id: vec![3; 16],
                kind: kind.to_owned(),
                parameters: vec![0xa0],
                salt: vec![4; 16],
            },
            commitment: vec![5; 32],
            wrapped: vec![6; 72],
        };
        let head =
            Head { vault, epoch: 2, made: 100, counter: 7, slots: vec![slot("passphrase"), slot("words")] };
        let mut contents = Plaintext::default();
        for n in 0..3_i64 {
            let plaintext = encode_value("attribute", &[format!("value {n}")]).ok().unwrap();
            contents.push(make_id(n, &mut rng), n + 1, &plaintext).unwrap();
        }
        let plaintext = contents.encode().unwrap();
        let seal = key.derive_keys(vault, 2).unwrap().backup;
        let data = head.with_fields(|fields| seal.seal(Nonce::make(&mut rng), fields, &plaintext)).unwrap();
        Self { key, file: head.write(data).unwrap() }
    }

    fn read(&self, file: &[u8]) -> Option<Read> {
        let (head, data) = Head::parse(file).ok()?;
        let seal = self.key.derive_keys(head.vault, head.epoch).unwrap().backup;
        let records = open_data(&head, &data, &seal)?;
        let records = records.into_iter().map(|one| (one.id, one.ver, one.plaintext.to_vec()));
        Some((head.made, head.counter, records.collect()))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damage_is_refused_or_changes_nothing(
        kind in 0..5_u8,
        at in any::<Index>(),
        to in any::<Index>(),
        bit in 0..8_u8,
        byte in any::<u8>(),
    ) {
        let scene = &SCENE;
        let whole = scene.read(&scene.file);
        prop_assert!(whole.is_some());
        let mut file = scene.file.clone();
        // Half of all damage to the head, which is the smaller part.
        let length = if byte % 2 == 0 { file.len() } else { 1000 };
        let (at, to) = (at.index(length), to.index(length));
        match kind {
            0 => file[at] ^= 1 << bit,
            1 => file[at] = byte,
            2 => drop(file.remove(at)),
            3 => file.insert(at, file[at]),
            _ => file.swap(at, to),
        }
        if let Some(read) = scene.read(&file) {
            prop_assert_eq!(Some(read), whole);
        }
    }
}

#[test]
fn every_flipped_bit_of_the_data_is_noticed_and_every_truncation() {
    let scene = &SCENE;
    let begin = scene.file.windows(8).position(|window| window == b"\"data\":\"").unwrap() + 8;
    let end = scene.file.len() - 3;
    for at in (begin..end).step_by(97) {
        let mut file = scene.file.clone();
        file[at] = if file[at] == b'A' { b'B' } else { b'A' };
        assert!(scene.read(&file).is_none(), "{at}");
    }
    for length in 0..scene.file.len() - 1 {
        assert!(scene.read(&scene.file[..length]).is_none(), "{length}");
    }
    // The line break at the end says nothing.
    assert!(scene.read(&scene.file[..scene.file.len() - 1]).is_some());
}

#[test]
fn what_the_reader_must_not_take_is_told_apart() {
    let scene = &SCENE;
    let text = String::from_utf8(scene.file.clone()).unwrap();
    let refusal = |text: &str| Head::parse(text.as_bytes()).unwrap_err();
    for damaged in [
        text.replacen("\"epoch\":2", "\"epoch\":2,\"epoch\":2", 1),
        text.replacen("\"epoch\":2", "\"epoch\":2,\"other\":2", 1),
        text.replacen("\"epoch\":2", "\"epoch\":2.0", 1),
        text.replacen("\"epoch\":2,", "", 1),
        text.replacen("\"counter\":7", "\"counter\":-7", 1),
        text.replacen("\"kind\":\"words\"", "\"kind\":\"words\",\"kind\":\"words\"", 1),
        text.replacen("\"kind\":\"words\"", "\"kind\":\"words\",\"extra\":1", 1),
        text.replacen("\"data\":\"", "\"data\":\"=", 1),
        text.trim_end().trim_end_matches('}').to_owned(),
        format!("{text}{text}"),
    ] {
        assert_ne!(damaged, text);
        let refused = refusal(&damaged);
        assert!(matches!(refused, RestoreError::Damaged), "{refused:?}");
    }
    for foreign in ["", "{}", "[]", "Dear Ada", "{\"format\":1}", "{\"format\":\"other/1\"}", "\u{feff}{}"] {
        assert!(matches!(refusal(foreign), RestoreError::NotABackup), "{foreign}");
    }
    let newer = text.replacen("passerby-backup/1", "passerby-backup/2", 1);
    assert!(matches!(refusal(&newer), RestoreError::Newer));
    assert!(matches!(refusal("{\"format\":\"passerby-backup/10\",\"new\":{}}"), RestoreError::Newer));
}
