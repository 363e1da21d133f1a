//! The post-quantum hybrid `HPKE-9`: Statements that list it, pins that remember it, releases sealed with it.

use passerby_protocol::keys::{ReleaseKey, ReleaseSuite};
use passerby_protocol::seal::hash_release;
use passerby_protocol::verify::{ParsedStatement, Pin};
use passerby_protocol::wire::{b64u, jwe};
use passerby_testkit::clock::NOON;
use passerby_testkit::rng;
use passerby_testkit::scene::{Answer, Scene};
use serde_json::{Value, json};

use crate::Writer;
use crate::differences::opened;
use crate::reveal::info;
use crate::verify::{asking_with, input};

pub fn statements(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let both = |p: &mut Value| {
        p["release_keys"] = json!([scene.post_quantum_key.public(), scene.release_key.public()]);
    };
    let first = scene.statement(both);
    let alone = json!({ "root_jkt": scene.root.public().jkt(), "seq": 1, "sha256": b64u::sha256(&first) });
    writer.accepts(
        "statement-both-algorithms",
        "A release key of HPKE-9 and one of HPKE-4",
        json!({ "sector": "shoes.example", "statement": first }),
        alone,
    )?;
    let met = |familiarity: Value, seq| json!({ "familiarity": familiarity, "seq": seq, "dropped": ["birthdate"], "optional": ["email", "phone_number"] });
    let asks = |statement: &str, pin| input(scene, &asking_with(scene, statement), statement, pin);
    writer.accepts(
        "first-sight-both-algorithms",
        "A shop that is met with a release key of HPKE-9 and one of HPKE-4",
        asks(&first, None),
        met(json!("first_time"), 1),
    )?;
    let only = scene.statement(|p| p["release_keys"] = json!([scene.post_quantum_key.public()]));
    writer.accepts(
        "first-sight-hpke9-only",
        "A shop that is met with a release key of HPKE-9 alone",
        asks(&only, None),
        met(json!("first_time"), 1),
    )?;
    let revoke = |p: &mut Value| p["revoked_jkts"] = json!([scene.post_quantum_key.public().jkt()]);
    let fallen_back = scene.statement(|p| {
        both(p);
        revoke(p);
    });
    writer.accepts(
        "first-sight-hpke9-revoked",
        "The key of HPKE-9 was taken back before the shop was met: the one of HPKE-4 is left",
        asks(&fallen_back, None),
        met(json!("first_time"), 1),
    )?;

    let parsed = ParsedStatement::parse(&first, &scene.sector, NOON).expect("a Statement");
    let pin = Pin::of(&parsed, NOON + -86_400 * 40);
    let known = |seq| met(json!({ "known": { "since": NOON.seconds() - 86_400 * 40 } }), seq);
    let next = |alter: &dyn Fn(&mut Value)| {
        scene.statement(|p| {
            p["seq"] = 2.into();
            p["prev"] = json!(b64u::sha256(&first));
            both(p);
            alter(p);
        })
    };
    writer.accepts("pinned-hpke9-same", "A key of HPKE-9, as before", asks(&first, Some(&pin)), known(1))?;
    let fresh = ReleaseKey::make(ReleaseSuite::Hpke9, &mut rng::seeded(10));
    let renewed = next(&|p| p["release_keys"] = json!([fresh.public()]));
    writer.accepts(
        "pinned-hpke9-renewed",
        "Another key of HPKE-9, and none of HPKE-4 any more",
        asks(&renewed, Some(&pin)),
        known(2),
    )?;
    let mut pin_without = pin.clone();
    pin_without.post_quantum = false;
    writer.accepts(
        "pinned-before-hpke9",
        "A pin that knows of no key of HPKE-9, and a shop that has one now",
        asks(&renewed, Some(&pin_without)),
        known(2),
    )?;

    type Alter<'a> = &'a dyn Fn(&mut Value);
    let cases: [(&str, &str, Alter<'_>, &str); 5] = [
        (
            "downgrade-dropped",
            "The key of HPKE-9 that was shown before is gone",
            &|p| p["release_keys"] = json!([scene.release_key.public()]),
            "release-key-downgrade",
        ),
        (
            "downgrade-revoked",
            "The key of HPKE-9 that was shown before is listed, and taken back",
            &revoke,
            "release-key-downgrade",
        ),
        (
            "downgrade-short",
            "The key of HPKE-9 that was shown before has become one of 3 bytes",
            &|p| p["release_keys"][0]["pub"] = "AAAA".into(),
            "release-key-downgrade",
        ),
        (
            "downgrade-unreduced",
            "The key of HPKE-9 that was shown before has become one that FIPS 203 section 7.2 refuses",
            &|p| p["release_keys"][0]["pub"] = b64u::encode([0xff; 1_216]).into(),
            "release-key-downgrade",
        ),
        (
            "downgrade-to-nothing",
            "After a key of HPKE-9 no key at all: that none is there comes first",
            &|p| p["release_keys"] = json!([]),
            "release-key-missing",
        ),
    ];
    for (name, about, alter, word) in cases {
        writer.refuses(name, about, asks(&next(alter), Some(&pin)), word)?;
    }
    Ok(())
}

pub fn releases(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let Answer { sealed, order } = scene.answer(1);
    let keys = [scene.post_quantum_key.clone(), scene.release_key.clone()];
    let jwks: Vec<Value> =
        keys.iter().map(|key| serde_json::from_str(&key.to_jwk()).expect("a JWK")).collect();
    let ok = json!({ "values": opened(scene) });
    let input = |release: &str| {
        let mut order = order.clone();
        order.release_sha256 = hash_release(release);
        json!({ "order": order, "release": release, "release_keys": jwks })
    };
    let plaintext = jwe::open(&sealed.jwe, &keys, &info(&order)).expect("it opens");
    let release =
        jwe::seal(&plaintext, keys[0].public(), &info(&order), &mut rng::seeded(11)).expect("a seal");
    writer.accepts("hpke9-accepted", "A release sealed with HPKE-9", input(&release), ok.clone())?;
    writer.accepts(
        "hpke4-beside-hpke9",
        "A release sealed with HPKE-4, where a key of HPKE-9 is at hand too",
        input(&sealed.jwe),
        ok,
    )?;

    let parts: Vec<&str> = release.split('.').collect();
    let [header, capsule, ciphertext] = [0, 1, 3].map(|part| b64u::decode(parts[part]).expect("base64url"));
    let joined = |header: &[u8], capsule: &[u8], ciphertext: &[u8]| {
        format!("{}.{}..{}.", b64u::encode(header), b64u::encode(capsule), b64u::encode(ciphertext))
    };
    let turned = |bytes: &[u8], at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 1;
        bytes
    };
    let named = |alg: &str, key: &ReleaseKey| {
        json!({ "alg": alg, "kid": key.public().kid() }).to_string().into_bytes()
    };
    let cases = [
        (
            "hpke9-turned-bit",
            "One bit of the ciphertext is turned",
            joined(&header, &capsule, &turned(&ciphertext, 100)),
            "release-open",
        ),
        (
            "hpke9-turned-lattice",
            "One bit of the encapsulated key is turned, in the part of ML-KEM",
            joined(&header, &turned(&capsule, 500), &ciphertext),
            "release-open",
        ),
        (
            "hpke9-turned-curve",
            "One bit of the encapsulated key is turned, in the part of X25519",
            joined(&header, &turned(&capsule, 1_100), &ciphertext),
            "release-open",
        ),
        (
            "hpke9-short-key",
            "An encapsulated key of 1,119 bytes",
            joined(&header, &capsule[..1_119], &ciphertext),
            "release-open",
        ),
        (
            "hpke9-under-hpke4-kid",
            "HPKE-9 with the kid of the key of HPKE-4",
            joined(&named("HPKE-9", &keys[1]), &capsule, &ciphertext),
            "release-key",
        ),
        (
            "hpke4-under-hpke9-kid",
            "HPKE-4 with the kid of the key of HPKE-9",
            joined(&named("HPKE-4", &keys[0]), &capsule, &ciphertext),
            "release-key",
        ),
    ];
    for (name, about, altered, word) in cases {
        writer.refuses(name, about, input(&altered), word)?;
    }
    Ok(())
}
