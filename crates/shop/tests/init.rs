//! `passerby-shop init`, `thumbprint` and what every program has.

mod program;

use std::os::unix::fs::PermissionsExt as _;

use passerby_protocol::keys::{ReleaseSuite, SigningKey};
use passerby_protocol::sector::Sector;
use passerby_shop::passphrase::Passphrase;
use passerby_shop::release_keys::ReleaseKeys;
use passerby_shop::{root_key, statement_file};
use program::Desk;
use zeroize::Zeroizing;

#[test]
fn a_shop_begins_with_keys_that_only_their_owner_reads_and_a_statement_that_holds() {
    let (desk, made) = Desk::with_keys();
    let bits = |name: &str| desk.path(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(bits("keys"), 0o700);
    for name in [
        "root-key.pem",
        "next-root-key.pem",
        "request-key.jwk",
        "release-keys.jwks",
        "statement.json",
        "statement.jwt",
    ] {
        assert_eq!(bits(&format!("keys/{name}")), 0o600, "{name}");
    }

    let compact = desk.read("keys/statement.jwt");
    let parsed = statement_file::read(&compact).unwrap();
    let statement = parsed.statement();
    assert_eq!((statement.iss.as_str(), statement.seq, statement.retention_max), ("shoes.example", 1, 30));
    assert_eq!(statement_file::find_refusal(&compact, &parsed, statement.iat), None, "a wallet takes it");
    assert_eq!(made["root_jkt"], parsed.root_jkt().as_str());

    let passphrase = Passphrase::parse(Zeroizing::new("correct horse".into())).unwrap();
    let unlock = |name: &str| root_key::unlock(&desk.read(name), &passphrase).unwrap().public().jkt();
    assert_eq!(unlock("keys/root-key.pem"), parsed.root_jkt());
    let next_root = unlock("keys/next-root-key.pem");
    assert_eq!(statement.next_root_jkt_hash, Some(next_root.commitment()));
    let request_key = SigningKey::parse_jwk(&desk.read("keys/request-key.jwk")).unwrap();
    assert!(statement.lists_request_key(&request_key.public().jkt()));
    let release_keys = ReleaseKeys::parse(&desk.read("keys/release-keys.jwks")).unwrap();
    let suites: Vec<_> = release_keys.as_slice().iter().map(|key| key.public().suite()).collect();
    assert_eq!(suites, ReleaseSuite::ALL);
    assert_eq!(statement.find_release_key().as_ref(), Some(release_keys.as_slice()[0].public()));
    assert_eq!(statement.release_keys.len(), 2);

    let next = ["thumbprint", "--dir", "keys", "--next", "--passphrase-file", "passphrase.txt", "--json"];
    let printed = desk.run(&next).json();
    assert_eq!(
        (&printed["root_jkt"], &printed["next_root_jkt"]),
        (&made["root_jkt"], &made["next_root_jkt"])
    );
    assert_eq!(printed["next_root_jkt"], next_root.as_str());
    assert_eq!(printed["request_jkts"][0], made["request_jkt"]);
    assert_eq!(printed["release_jkts"], made["release_jkts"]);
    let for_people = desk.run(&["thumbprint", "--dir", "keys"]);
    assert!(for_people.out.contains(made["root_jkt"].as_str().unwrap()), "without a passphrase");
}

#[test]
fn no_private_key_is_printed() {
    let (desk, made) = Desk::with_keys();
    let jwk: serde_json::Value = serde_json::from_str(&desk.read("keys/request-key.jwk")).unwrap();
    let set: serde_json::Value = serde_json::from_str(&desk.read("keys/release-keys.jwks")).unwrap();
    for private in [&jwk["d"], &set["keys"][0]["priv"], &set["keys"][1]["d"]] {
        assert!(!made.to_string().contains(private.as_str().unwrap()));
        assert!(!desk.read("keys/statement.json").contains(private.as_str().unwrap()));
    }
}

#[test]
fn a_development_shop_has_its_port_in_its_name() {
    let desk = Desk::new();
    let policy = "http://shoes.localhost:4001/privacy";
    let shop = [
        "init",
        "--sector",
        "shoes.localhost:4001",
        "--name",
        "Shoes",
        "--policy",
        policy,
        "--dir",
        "deep/below/keys",
    ];
    let made = desk.run(
        &[&shop[..], &["--claims", "name,address.country", "--passphrase-file", "passphrase.txt"]].concat(),
    );
    assert_eq!(made.code, 0, "{made:?}");
    assert!(made.out.contains("http://shoes.localhost:4001/.well-known/passerby-statement.jwt"));
    assert!(made.out.contains("passerby-relay shop check shoes.localhost:4001 --root-jkt "));
    let parsed = statement_file::read(&desk.read("deep/below/keys/statement.jwt")).unwrap();
    assert_eq!(parsed.statement().iss, Sector::parse("shoes.localhost:4001").unwrap());
    assert_eq!(parsed.statement().allowed_claims.len(), 2);
}

#[test]
fn nothing_is_ever_overwritten() {
    let (desk, _) = Desk::with_keys();
    let before = desk.files();
    let again = desk.init("keys");
    assert_eq!((again.code, again.word().as_str()), (1, "already-there"));
    let onto_a_file = desk.init("passphrase.txt");
    assert_eq!((onto_a_file.code, onto_a_file.word().as_str()), (1, "already-there"));
    assert_eq!(desk.files(), before);
}

#[test]
fn an_empty_folder_is_taken_over_and_closed_to_others() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("keys")).unwrap();
    assert_eq!(desk.init("keys").code, 0);
    assert_eq!(desk.path("keys").metadata().unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn what_cannot_be_a_shop_leaves_nothing_behind() {
    let desk = Desk::new();
    let before = desk.files();
    let init = |changes: &[(&str, &str)]| {
        let mut shop =
            vec![("--sector", "shoes.example"), ("--name", "Shoes"), ("--policy", "https://shoes.example/p")];
        shop.retain(|(option, _)| !changes.iter().any(|(changed, _)| changed == option));
        let options = shop.iter().chain(changes).flat_map(|(option, value)| [*option, *value]);
        let common = ["init", "--dir", "keys", "--passphrase-file", "passphrase.txt"];
        desk.run(&common.into_iter().chain(options).collect::<Vec<_>>())
    };
    for (option, value) in [
        ("--sector", "https://shoes.example"),
        ("--sector", "Shoes.example"),
        ("--claims", "name,E-Mail"),
        ("--retention-max", "3651"),
    ] {
        let ended = init(&[(option, value)]);
        assert_eq!(ended.code, 2, "{option} {value}: {ended:?}");
    }
    for (option, value, hint) in [
        ("--name", " ", "`name`"),
        ("--name", "Shoes\u{202e}", "`name`"),
        ("--policy", "http://shoes.example/p", "`policy_uri`"),
        ("--policy", "privacy", "`policy_uri`"),
    ] {
        let ended = init(&[(option, value)]);
        assert_eq!(ended.code, 1, "{option} {value}: {ended:?}");
        assert!(ended.err.contains(hint), "{ended:?}");
    }
    assert_eq!(desk.files(), before);
}

#[test]
fn a_short_or_missing_passphrase_makes_no_keys() {
    let desk = Desk::new();
    desk.write("passphrase.txt", "1234567\n");
    let short = desk.init("keys");
    assert_eq!(short.code, 1);
    assert!(short.json()["error"]["message"].as_str().unwrap().contains("shorter than 8 characters"));

    let policy = "https://shoes.example/p";
    let nobody = desk.run(&[
        "init",
        "--sector",
        "shoes.example",
        "--name",
        "Shoes",
        "--policy",
        policy,
        "--dir",
        "keys",
    ]);
    assert_eq!(nobody.code, 1);
    assert!(nobody.err.contains("--passphrase-file"), "{nobody:?}");
    assert!(!desk.path("keys").exists());
}

#[test]
fn help_completions_and_man_pages_are_there() {
    let desk = Desk::new();
    for command in ["init", "statement", "open", "thumbprint"] {
        let help = desk.run(&[command, "--help"]);
        assert_eq!(help.code, 0);
        assert!(help.out.contains("Examples:"), "{command}");
    }
    assert!(desk.run(&["--help"]).out.contains("Exit codes:"));
    assert_eq!(desk.run(&["--version"]).code, 0);
    assert_eq!(desk.run(&[]).code, 2);
    assert_eq!(desk.run(&["sing"]).code, 2);
    assert!(desk.run(&["completions", "bash"]).out.contains("passerby-shop"));
    assert_eq!(desk.run(&["man", "pages"]).code, 0);
    for page in
        ["passerby-shop.1", "passerby-shop-init.1", "passerby-shop-statement.1", "passerby-shop-open.1"]
    {
        assert!(desk.path("pages").join(page).is_file(), "{page}");
    }
}
