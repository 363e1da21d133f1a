//! `passerby-shop statement`.

#![allow(clippy::unwrap_used, reason = "only for tests")]

mod program;

use passerby_protocol::keys::Jkt;
use passerby_protocol::verify::ParsedStatement;
use passerby_shop::release_keys::ReleaseKeys;
use passerby_shop::statement_file;
use program::Desk;

fn parsed(desk: &Desk, name: &str) -> ParsedStatement {
    statement_file::read(&desk.read(name)).unwrap()
}

#[test]
fn the_next_statement_names_its_predecessor_which_is_kept() {
    let (desk, made) = Desk::with_keys();
    let first = desk.read("keys/statement.jwt");
    let signed = desk.sign(&["--claims", "name,email", "--days", "30"]);
    assert_eq!(signed.code, 0, "{signed:?}");
    let report = signed.json();
    assert_eq!((&report["signed"]["seq"], &report["root_jkt"]), (&2.into(), &made["root_jkt"]));
    assert!(
        signed.err.contains("- may ask for           phone_number"),
        "the changes are shown: {}",
        signed.err
    );

    assert_eq!(desk.read("keys/statements/0001.jwt"), first);
    let second = parsed(&desk, "keys/statement.jwt");
    assert_eq!(second.statement().prev.as_deref(), Some(parsed(&desk, "keys/statements/0001.jwt").sha256()));
    assert_eq!(second.statement().allowed_claims.len(), 2);
    assert_eq!(second.statement().exp - second.statement().iat, 30 * 86_400);
    assert_eq!(desk.sign(&[]).json()["signed"]["seq"], 3);
    assert_eq!(
        parsed(&desk, "keys/statement.jwt").statement().allowed_claims.len(),
        2,
        "what was wished stays"
    );
}

#[test]
fn a_wrong_passphrase_changes_nothing() {
    let (desk, _) = Desk::with_keys();
    desk.write("passphrase.txt", "correct house\n");
    // The first run leaves the file that keeps two of them apart.
    desk.sign(&[]);
    let before = desk.files();
    let refused = desk.sign(&["--new-release-key", "--new-request-key", "--claims", "email"]);
    assert_eq!((refused.code, refused.word().as_str()), (1, "wrong-passphrase"));
    let rollover = desk.sign(&["--rollover"]);
    assert_eq!((rollover.code, rollover.word().as_str()), (1, "wrong-passphrase"));
    assert_eq!(desk.files(), before);
}

#[test]
fn nothing_is_signed_without_a_yes() {
    let (desk, _) = Desk::with_keys();
    let before = desk.read("keys/statement.jwt");
    let asked =
        desk.run_with(&["statement", "--dir", "keys", "--passphrase-file", "passphrase.txt"], "yes\n");
    assert_eq!(asked.code, 2);
    assert!(asked.err.contains("number                1 -> 2") && asked.err.contains("--yes"), "{asked:?}");
    assert_eq!(desk.read("keys/statement.jwt"), before);
}

#[test]
fn keys_are_added_replaced_and_taken_back() {
    let (desk, made) = Desk::with_keys();
    let request = made["request_jkt"].as_str().unwrap();
    let [release, classical] = [0, 1].map(|at| made["release_jkts"][at].as_str().unwrap());
    let none_left = desk.sign(&["--revoke", request]);
    assert_eq!(none_left.code, 1);
    assert!(none_left.out.contains("--new-request-key"), "it says what to do: {none_left:?}");
    let none_left = desk.sign(&["--revoke", release, "--revoke", classical]);
    assert!(none_left.out.contains("no key would be left") && none_left.out.contains("--new-release-key"));
    let weaker = desk.sign(&["--revoke", release]);
    assert!(weaker.out.contains("post-quantum") && weaker.out.contains("--new-release-key"), "{weaker:?}");

    let old_request_key = desk.read("keys/request-key.jwk");
    let signed =
        desk.sign(&["--new-request-key", "--new-release-key", "--revoke", request, "--revoke", release]);
    assert_eq!(signed.code, 0, "{signed:?}");
    let now = parsed(&desk, "keys/statement.jwt");
    let revoked: Vec<&str> = now.statement().revoked_jkts.iter().map(Jkt::as_str).collect();
    assert_eq!(revoked, [request, release]);
    assert_eq!(now.statement().request_jkts.len(), 1);
    assert_eq!(desk.read("keys/retired/request-key-0001.jwk"), old_request_key);
    let keys = ReleaseKeys::parse(&desk.read("keys/release-keys.jwks")).unwrap();
    assert_eq!(keys.as_slice().len(), 4, "the old ones still open what was sealed to them");
    assert_eq!(now.statement().find_release_key().as_ref(), Some(keys.as_slice()[2].public()));

    let back = desk.sign(&["--add-request-key", request]);
    assert_eq!(back.code, 1);
    assert!(back.out.contains("cannot return"), "{back:?}");
    assert_eq!(desk.sign(&["--revoke", request]).code, 1, "it is not listed any more");
    assert_eq!(desk.sign(&["--revoke", "abc"]).code, 2);
    // One thumbprint in sixty-four begins with a hyphen, and is no option for that.
    let hyphen = format!("-{}", "A".repeat(42));
    assert_eq!(desk.sign(&["--revoke", &hyphen]).code, 1);
    assert_eq!(desk.sign(&["--add-request-key", &hyphen]).code, 0);
}

#[test]
fn what_was_taken_back_stays_so_when_the_draft_forgets_it() {
    let (desk, made) = Desk::with_keys();
    let request = made["request_jkt"].as_str().unwrap();
    let draft = desk.read("keys/statement.json");
    assert_eq!(desk.sign(&["--new-request-key", "--revoke", request]).code, 0);
    desk.write("keys/statement.json", &draft);
    let refused = desk.sign(&[]);
    assert_eq!(refused.code, 1);
    assert!(refused.out.contains("cannot return"), "{refused:?}");
}

#[test]
fn an_edited_draft_is_signed_or_its_fault_is_named() {
    let (desk, _) = Desk::with_keys();
    let draft = desk.read("keys/statement.json");
    let faults = [
        (r#""retention_max": 30"#, r#""retention_max": 4000"#, "`retention_max`"),
        (r#""retention_max": 30"#, r#""retention_max": "30""#, "line 15"),
        (r#""retention_max": 30"#, r#""retention": 30"#, "unknown field `retention`"),
        (r#""retention_max": 30"#, r#""retention_max": 30, "retention_max": 3"#, "retention_max"),
        (r#""return_origins": []"#, r#""return_origins": ["https://pay.example/"]"#, "`return_origins`"),
        (r#""desk_origins": []"#, r#""desk_origins": ["http://desk.example"]"#, "`desk_origins`"),
        (
            r#""deletion_contact": null"#,
            r#""deletion_contact": "privacy@shoes.example""#,
            "`deletion_contact`",
        ),
        (r#""iss": "shoes.example""#, r#""iss": "boots.example""#, "another shop"),
    ];
    for (from, to, hint) in faults {
        desk.write("keys/statement.json", &draft.replace(from, to));
        let refused = desk.sign(&[]);
        assert_eq!(refused.code, 1, "{to}: {refused:?}");
        assert!(refused.out.contains(hint), "{to}: {refused:?}");
    }
    let edited = draft
        .replace(r#""return_origins": []"#, r#""return_origins": ["https://pay.example"]"#)
        .replace(r#""deletion_contact": null"#, r#""deletion_contact": "mailto:privacy@shoes.example""#);
    desk.write("keys/statement.json", &edited);
    let signed = desk.sign(&[]);
    assert_eq!(signed.code, 0, "{signed:?}");
    assert!(signed.err.contains("+ sends browsers to     https://pay.example"), "{}", signed.err);
    assert_eq!(desk.read("keys/statement.json"), edited, "the draft stays as it was edited");
}

#[test]
fn a_statement_is_shown_and_checked() {
    let (desk, made) = Desk::with_keys();
    let shown = desk.run(&["statement", "--dir", "keys", "--show"]);
    assert_eq!(shown.code, 0);
    for part in ["shoes.example", "Shoes & Sons", "address.postal_code", made["root_jkt"].as_str().unwrap()] {
        assert!(shown.out.contains(part), "{part}: {}", shown.out);
    }
    let json = desk.run(&["statement", "--show", "keys/statement.jwt", "--json"]).json();
    assert_eq!((&json["statement"]["seq"], &json["refused"]), (&1.into(), &serde_json::Value::Null));

    let compact = desk.read("keys/statement.jwt");
    let (signed, signature) = compact.rsplit_once('.').unwrap();
    let other_first = if signature.starts_with('A') { 'B' } else { 'A' };
    desk.write("broken.jwt", &format!("{signed}.{other_first}{}", &signature[1..]));
    let broken = desk.run(&["statement", "--show", "broken.jwt", "--json"]);
    assert_eq!((broken.code, broken.word().as_str()), (3, "statement-signature"));
    desk.write("other.jwt", "a.b.c");
    let other = desk.run(&["statement", "--show", "other.jwt"]);
    assert_eq!(other.code, 3);
    assert!(other.err.contains("[statement-malformed]"), "{other:?}");
}

#[test]
fn a_folder_without_keys_and_a_damaged_one_are_told_apart() {
    let (desk, _) = Desk::with_keys();
    let nowhere = desk.run(&["statement", "--dir", "nowhere", "--yes", "--json"]);
    assert_eq!((nowhere.code, nowhere.word().as_str()), (1, "no-keys"));
    desk.write(
        "keys/root-key.pem",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    );
    let damaged = desk.sign(&[]);
    assert!(damaged.out.contains("root-key.pem") && damaged.out.contains("damaged"), "{damaged:?}");
    desk.write("keys/statement.jwt", "a.b.c");
    assert!(desk.sign(&[]).out.contains("statement-malformed"));
}

#[test]
fn a_folder_from_before_hpke_9_gets_both_keys() {
    let (desk, _) = Desk::with_keys();
    let mut draft: serde_json::Value = serde_json::from_str(&desk.read("keys/statement.json")).unwrap();
    let classical = draft["release_keys"][1].clone();
    draft["release_keys"] = serde_json::json!([classical]);
    desk.write("keys/statement.json", &draft.to_string());
    let weaker = desk.sign(&[]);
    assert!(weaker.code == 1 && weaker.out.contains("HPKE-9"), "also when the draft was edited: {weaker:?}");
    assert_eq!(desk.sign(&["--new-release-key"]).code, 0);
    let now = parsed(&desk, "keys/statement.jwt");
    let algs: Vec<_> = now.statement().release_keys.iter().map(|jwk| jwk["alg"].as_str().unwrap()).collect();
    assert_eq!(algs, ["HPKE-9", "HPKE-4"]);
}
