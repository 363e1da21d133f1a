//! `passerby-shop open`: a release that a real wallet sealed to the keys that `init` made.

#![allow(clippy::unwrap_used, reason = "only for tests")]

mod program;
mod story;

use passerby_protocol::keys::{Jkt, SigningKey};
use passerby_shop::statement_file;
use program::{Desk, Ending};
use serde_json::{Value, json};
use story::{ANNA, Story};

/// A desk with keys, an order and its release; and the order's record.
fn with_an_order(seed: u64) -> (Desk, Value) {
    let (desk, made) = Desk::with_keys();
    let mut story = Story::new(seed);
    let statement = desk.read("keys/statement.jwt");
    let parsed = statement_file::read(&statement).unwrap();
    let now = parsed.statement().iat;
    let request_key = SigningKey::parse_jwk(&desk.read("keys/request-key.jwk")).unwrap();
    let root = Jkt::parse(made["root_jkt"].as_str().unwrap()).unwrap();
    let request = story.verify(&parsed.statement().iss, &request_key, &statement, &root, None, now).unwrap();
    let (release, order) = story.answer(request, now);
    let order = serde_json::to_value(order).unwrap();
    desk.write("order.json", &order.to_string());
    desk.write("release.jwe", &format!("{release}\n"));
    (desk, order)
}

fn open(desk: &Desk) -> Ending {
    desk.run(&[
        "open",
        "--order",
        "order.json",
        "--release",
        "release.jwe",
        "--release-keys",
        "keys/release-keys.jwks",
        "--json",
    ])
}

#[test]
fn a_release_is_opened_as_a_label_or_as_json_and_stays_nowhere() {
    let (desk, _) = with_an_order(1);
    let before = desk.files();
    let opened = open(&desk);
    assert_eq!(opened.code, 0, "{opened:?}");
    let expected: serde_json::Map<String, Value> =
        ANNA.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    assert_eq!(opened.json(), json!({ "answered_by": "passerby", "opened": expected }));

    let release = desk.read("release.jwe");
    let label =
        desk.run_with(&["open", "--order", "order.json", "--release", "-", "--dir", "keys"], &release);
    assert_eq!(
        (label.code, label.out.as_str()),
        (0, "Anna Zwielicht\nNebelgasse 7\nHinterhof\nZwiebelhausen\n")
    );
    assert_eq!((opened.err.as_str(), label.err.as_str()), ("", ""), "nothing goes anywhere else");
    assert_eq!(desk.files(), before, "and nothing into a file");
}

#[test]
fn a_release_sealed_before_the_keys_changed_still_opens() {
    let (desk, _) = with_an_order(2);
    let listed = desk.run(&["thumbprint", "--dir", "keys", "--json"]).json();
    let changed = desk.sign(&["--new-release-key", "--revoke", listed["release_jkts"][0].as_str().unwrap()]);
    assert_eq!(changed.code, 0, "{changed:?}");
    assert_eq!(open(&desk).code, 0);
}

#[test]
fn an_order_that_does_not_fit_is_refused_with_its_word() {
    let (desk, order) = with_an_order(3);
    let hash = "A".repeat(43);
    let faults = [
        ("release_sha256", json!(hash), "release-hash"),
        ("nonce", json!("c29tZWJvZHktZWxzZXMtbm9uY2U"), "release-open"),
        ("response_uri", json!("https://relay.example/v1/response/another"), "release-open"),
        ("client_id", json!("verifier_attestation:boots.example"), "release-open"),
        ("user_ref", json!(hash), "reveal-user"),
        ("passport_jkt", json!(hash), "reveal-user"),
        ("terms_hash", json!(hash), "kb-terms"),
        ("claims", json!(["name"]), "reveal-claims"),
    ];
    for (member, value, word) in faults {
        let mut altered = order.clone();
        altered[member] = value;
        desk.write("order.json", &altered.to_string());
        let refused = open(&desk);
        assert_eq!((refused.code, refused.word().as_str()), (3, word), "{member}");
        let told = format!("{}{}", refused.out, refused.err);
        assert!(ANNA.iter().all(|(_, value)| !told.contains(value)), "a refusal tells no value");
    }
    let mut incomplete = order;
    incomplete["user_ref"] = Value::Null;
    for text in [incomplete.to_string(), "{".into(), "[]".into()] {
        desk.write("order.json", &text);
        let refused = open(&desk);
        assert_eq!((refused.code, refused.word().as_str()), (1, "failed"));
        assert!(refused.out.contains("order.json") && refused.out.contains("incomplete"), "{refused:?}");
    }
}

#[test]
fn whoever_packs_is_told_that_another_wallet_answered() {
    let (desk, order) = with_an_order(5);
    // What the shop stores when the relay hands over no grant claim.
    let mut unsigned = order;
    for member in ["user_ref", "passport_jkt", "claims"] {
        unsigned[member] = Value::Null;
    }
    let asked =
        |required: &[&str]| json!({ "required": required, "optional": ["address.street_address", "name"] });
    unsigned["asked"] = asked(&["address.locality"]);
    desk.write("order.json", &unsigned.to_string());
    let opened = open(&desk);
    assert_eq!((opened.code, &opened.json()["answered_by"]), (0, &json!("another-wallet")));
    let label = desk.run(&["open", "--order", "order.json", "--release", "release.jwe", "--dir", "keys"]);
    assert_eq!((label.code, label.out.lines().next()), (0, Some("Anna Zwielicht")));
    assert!(label.err.contains("Answered by another wallet"), "{label:?}");

    unsigned["asked"] = asked(&["address.locality", "email"]);
    desk.write("order.json", &unsigned.to_string());
    assert_eq!(open(&desk).word(), "reveal-claims", "not all that was needed");
    unsigned["asked"] = Value::Null;
    desk.write("order.json", &unsigned.to_string());
    assert_eq!(open(&desk).code, 1, "a record that does not say what was asked is none");
}

#[test]
fn an_altered_release_and_other_keys_are_refused() {
    let (desk, mut order) = with_an_order(4);
    let release = desk.read("release.jwe").trim().to_owned();
    desk.write("release.jwe", &format!("{release}A"));
    assert_eq!(open(&desk).word(), "release-hash");

    // The same with an order that was altered to fit: the seal itself refuses.
    let parts: Vec<&str> = release.split('.').collect();
    let ciphertext = if parts[3].starts_with('A') {
        format!("B{}", &parts[3][1..])
    } else {
        format!("A{}", &parts[3][1..])
    };
    for (altered, word) in [
        (format!("{}.{}..{ciphertext}.", parts[0], parts[1]), "release-open"),
        (format!("{}.{}..{}.AA", parts[0], parts[1], parts[3]), "release-malformed"),
    ] {
        order["release_sha256"] = passerby_protocol::seal::hash_release(&altered).into();
        desk.write("order.json", &order.to_string());
        desk.write("release.jwe", &altered);
        assert_eq!((open(&desk).code, open(&desk).word().as_str()), (3, word));
    }

    order["release_sha256"] = passerby_protocol::seal::hash_release(&release).into();
    desk.write("order.json", &order.to_string());
    desk.write("release.jwe", &release);
    assert_eq!(open(&desk).code, 0);
    let (other_shop, _) = Desk::with_keys();
    desk.write("keys/release-keys.jwks", &other_shop.read("keys/release-keys.jwks"));
    assert_eq!(open(&desk).word(), "release-key");
    desk.write("keys/release-keys.jwks", "{}");
    assert_eq!(open(&desk).code, 1);
}
