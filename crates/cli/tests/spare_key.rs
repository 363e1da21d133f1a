//! The spare key as people and scripts use it: shown to a terminal, checked against the sheet, typed into a new computer.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// From the words alone.
const RESTORE: [&str; 4] = ["restore", "--words", "--stretching", "least"];

fn arguments(folder: &Path, vault: &str) -> Vec<std::ffi::OsString> {
    let passphrase = folder.join("passphrase");
    std::fs::write(&passphrase, "correct horse battery staple\n").unwrap();
    vec!["--vault".into(), folder.join(vault).into(), "--passphrase-file".into(), passphrase.into()]
}

fn run(folder: &Path, vault: &str, command: &[&str], typed: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_passerby"))
        .env("HOME", folder)
        .args(arguments(folder, vault))
        .args(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever does not read what was typed may be gone.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child.wait_with_output().unwrap()
}

fn json(folder: &Path, vault: &str, command: &[&str], typed: &str) -> Value {
    let output = run(folder, vault, &[&["--json"], command].concat(), typed);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn words(folder: &Path, vault: &str) -> Vec<String> {
    let shown = json(folder, vault, &["words", "--force"], "");
    serde_json::from_value(shown["words"].clone()).unwrap()
}

#[test]
fn the_words_bring_the_person_back_on_a_new_computer() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(run(folder, "vault.db", &["init", "--stretching", "least"], "").status.success());
    let sheet = words(folder, "vault.db");
    assert_eq!(sheet.len(), 24);
    let printed = run(folder, "vault.db", &["words", "--force"], "");
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(
        printed.contains(&format!(" 1. {}", sheet[0])) && printed.contains(&format!("24. {}", sheet[23]))
    );

    let typed = sheet.join("\n").to_uppercase();
    let restored = json(folder, "new.db", &RESTORE, &typed);
    assert_eq!(restored["restored"], "words");
    assert_eq!(words(folder, "new.db"), sheet, "the same person");
    let again = json(folder, "new.db", &RESTORE, &typed);
    assert_eq!(again["error"]["code"], "vault-exists", "what is there is not touched");

    // Nothing of it is in any file.
    let (whole, three) = (sheet.join(" "), sheet[..3].join(" "));
    let found = passerby_testkit::leak::scan(&[folder], &[&whole, &three]).unwrap();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn the_words_open_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(run(folder, "vault.db", &["init", "--stretching", "least"], "").status.success());
    assert!(run(folder, "vault.db", &["set", "email", "ada@home.example"], "").status.success());
    let sheet = words(folder, "vault.db").join(" ");
    let backup = folder.join("backup.json");
    let backup = backup.to_str().unwrap();
    assert_eq!(json(folder, "vault.db", &["backup", "--to", backup], "")["opens_by_words"], true);
    let restored = json(folder, "new.db", &["restore", backup, "--words"], &sheet);
    assert!(restored["records"].as_u64().unwrap() > 1, "{restored}");
    let found = json(folder, "new.db", &["show", "email"], "");
    assert_eq!(found["details"][0]["value"], "ada@home.example", "the passphrase is that of the backup");
}

#[test]
fn words_do_not_end_up_in_a_file_or_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(run(folder, "vault.db", &["init", "--stretching", "least"], "").status.success());
    let refused = run(folder, "vault.db", &["words"], "");
    assert_eq!((refused.status.code(), refused.stdout.as_slice()), (Some(1), b"".as_slice()));
    assert_eq!(json(folder, "vault.db", &["words"], "")["error"]["code"], "no-terminal");

    let mut sheet = words(folder, "vault.db");
    sheet[6] = "frobnicate".to_owned();
    assert_eq!(json(folder, "new.db", &["restore"], "")["error"]["code"], "usage");
    let missing = json(folder, "new.db", &["restore", "no-such-backup", "--words"], "not 24 words");
    assert_eq!(missing["error"]["code"], "backup-absent", "nobody types 24 words for nothing");
    let wrong = run(folder, "new.db", &RESTORE, &sheet.join(" "));
    let error = String::from_utf8(wrong.stderr).unwrap();
    assert!(error.starts_with("Word 7 is not in the list"), "{error}");
    assert!(!error.contains("frobnicate") && !error.contains(&sheet[0]), "{error}");
    assert!(!folder.join("new.db").exists());
}

#[test]
fn at_a_terminal_they_are_shown_and_asked_for() {
    const TERMINAL: &str = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
    /// A person with a sheet of words: types the one that is asked for.
    const ANSWERING: &str = r#"
import os, pty, re, sys
sheet, said, typed = sys.argv[1].split(), b"", 0
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])
try:
    while True:
        said += os.read(terminal, 4096)
        asked = re.findall(rb"Word (\d+):", said)
        for number in asked[typed:]:
            os.write(terminal, sheet[int(number) - 1].encode() + b"\n")
        typed = len(asked)
except OSError:
    pass
sys.stdout.buffer.write(said)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"#;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(run(folder, "vault.db", &["init", "--stretching", "least"], "").status.success());
    let sheet = words(folder, "vault.db");
    let at_terminal_of = |vault: &str, command: &[&str], typed: &str| {
        let mut child = Command::new("python3")
            .args(["-c", TERMINAL, env!("CARGO_BIN_EXE_passerby")])
            .env("TERM", "dumb")
            .args(arguments(folder, vault))
            .args(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let at_terminal = |command: &[&str], typed: &str| at_terminal_of("vault.db", command, typed);
    let (code, shown) = at_terminal(&["words"], "");
    assert_eq!(code, Some(0), "{shown}");
    assert!(sheet.iter().all(|word| shown.contains(word)), "{shown}");
    let (code, asked) = at_terminal(&["words", "--check"], "frobnicate\nfrobnicate\n");
    assert_eq!(code, Some(1), "{asked}");
    assert!(asked.contains("is another one. Look at your sheet"), "{asked}");
    assert_eq!(spare_key(folder), "note", "shown, never checked");

    // Whoever has the sheet answers what is asked.
    let mut asked = Command::new("python3");
    asked.args(["-c", ANSWERING, &sheet.join(" "), env!("CARGO_BIN_EXE_passerby")]);
    let asked = asked.env("TERM", "dumb").args(arguments(folder, "vault.db")).args(["words", "--check"]);
    let asked = asked.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(asked.stdout).unwrap();
    assert!(asked.status.success() && said.contains("Right."), "{said}");
    assert_eq!(spare_key(folder), "fine");

    // A line with a slip of the pen is typed again, and no other.
    let wrong = ["frobnicate", "zzz"].join(" ");
    let typed = format!("{}\n{wrong}\n{}\n", sheet[..12].join(" "), sheet[12..].join(" "));
    let (code, said) = at_terminal_of("new.db", &RESTORE, &typed);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Words 13 and 14 are not in the list"), "{said}");
    assert!(said.contains("Type this line again, from word 13 on."), "{said}");
    assert_eq!(words(folder, "new.db"), sheet);
}

/// What the doctor thinks of it.
fn spare_key(folder: &Path) -> String {
    let report = json(folder, "vault.db", &["doctor"], "");
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["check"] == "words").unwrap();
    found["weight"].as_str().unwrap().to_owned()
}
