//! What `doctor` says of the files that `[tls]` names.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use super::authority::{Authority, HOST, put};
use super::running::{configure, prepare, program};

const TLS: &str =
    "[http]\nlisten = \"0.0.0.0:443\"\n[tls]\ncertificate = \"certificate.pem\"\nkey = \"key.pem\"\n";

/// The findings about something, as `verdict: what`.
fn doctor(folder: &Path, about: &str) -> Vec<String> {
    let output = program().args(["doctor", "--json"]).current_dir(folder).output().unwrap();
    let found: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let of = found.iter().filter(|finding| finding["about"] == about);
    of.map(|finding| {
        format!("{}: {}", finding["verdict"].as_str().unwrap(), finding["what"].as_str().unwrap())
    })
    .collect()
}

#[track_caller]
fn finds(folder: &Path, expected: &str) {
    let found = doctor(folder, "certificate file");
    assert!(found.len() == 1 && found[0].contains(expected), "{found:#?} and not {expected}");
}

#[test]
fn a_good_pair_is_ok_and_a_relay_without_one_hears_nothing_of_it() {
    let folder = prepare("");
    assert!(doctor(folder.path(), "certificate file").is_empty());
    configure(folder.path(), TLS);
    Authority::new().pair().put(folder.path());
    finds(folder.path(), "ok: ");
    finds(folder.path(), "for relay.example, good for ");
}

#[test]
fn each_fault_of_a_pair_is_found() {
    let (folder, authority) = (prepare(TLS), Authority::new());
    let path = folder.path();
    finds(path, "key.pem cannot be read (No such file");
    authority.pair().put(path);
    put(&path.join("key.pem"), &authority.pair().key, 0o600);
    finds(path, "mend: the key in ");
    authority.pair().put(path);
    std::fs::set_permissions(path.join("key.pem"), std::fs::Permissions::from_mode(0o644)).unwrap();
    finds(path, "chmod o=");
    authority.certify("other.example", (1975, 4096)).put(path);
    finds(path, "is for other names, not for relay.example");
    authority.certify(HOST, (1975, 2000)).put(path);
    finds(path, "ended on");
    put(&path.join("certificate.pem"), "not a certificate", 0o644);
    finds(path, "holds no certificate");
}

#[test]
fn a_configuration_that_would_not_start_is_found() {
    let folder = prepare("[http]\nlisten = \"0.0.0.0:443\"\n");
    let found = doctor(folder.path(), "listening");
    assert!(
        found.len() == 1 && found[0].starts_with("mend: ") && found[0].contains("plain HTTP"),
        "{found:#?}"
    );
}

/// Root sees everything; the relay's user may not. Only root can give files away.
#[test]
fn a_key_that_the_relay_may_not_read_is_found() {
    let (folder, authority) = (prepare(TLS), Authority::new());
    let path = folder.path();
    authority.pair().put(path);
    let nobody = 65_534;
    if std::os::unix::fs::chown(path.join("relay.key"), Some(nobody), Some(nobody)).is_err() {
        return;
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let found = doctor(path, "certificate file");
    assert!(found.len() == 2 && found[1].starts_with("look: ") && found[1].contains("key.pem"), "{found:#?}");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(doctor(path, "certificate file").len(), 3, "a closed folder closes both");
}
