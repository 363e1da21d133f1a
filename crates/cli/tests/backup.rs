//! Backups with the program as people run it: written, restored, refused, and killed on the way.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;
use tempfile::TempDir;

/// Each costs about a second.
const EVERYDAY_RUNS: u32 = 8;

struct Person {
    folder: TempDir,
}

impl Person {
    /// A vault with two details in it.
    fn new() -> Self {
        let person = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(person.path("passphrase"), "correct horse battery staple\n").unwrap();
        person.run(&["init", "--stretching", "least"]);
        person.run(&["set", "name", "Ada Passerby"]);
        person.run(&["set", "email", "ada@home.example"]);
        person
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn command(&self, vault: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passerby"));
        command.env_remove("PASSERBY_VAULT").env("HOME", self.folder.path()).env("TZ", "UTC");
        command.stdin(Stdio::null()).arg("--vault").arg(self.path(vault));
        command.arg("--passphrase-file").arg(self.path("passphrase")).arg("--json").args(arguments);
        command
    }

    /// What the program prints, after a success.
    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Value {
        self.run_with("vault.db", arguments)
    }

    #[track_caller]
    fn run_with(&self, vault: &str, arguments: &[&str]) -> Value {
        let output = self.command(vault, arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{arguments:?}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The word of a failure with this exit code.
    #[track_caller]
    fn fails(&self, exit: i32, vault: &str, arguments: &[&str]) -> String {
        let output = self.command(vault, arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(exit), "{arguments:?}");
        let object: Value = serde_json::from_slice(&output.stdout).unwrap();
        object["error"]["code"].as_str().unwrap().to_owned()
    }

    fn names(&self, vault: &str) -> Vec<String> {
        let shown = self.run_with(vault, &["show"]);
        let details = shown["details"].as_array().unwrap();
        details.iter().map(|detail| detail["value"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn written_by_hand_and_restored_on_another_computer() {
    let person = Person::new();
    let file = person.text("backup.json");
    let written = person.run(&["backup", "--to", &file]);
    assert_eq!((written["file"].as_str(), written["left_out"].as_u64()), (Some(file.as_str()), Some(0)));
    person.run(&["set", "email", "ada@work.example"]);

    assert_eq!(person.fails(5, "vault.db", &["restore", &file]), "vault-exists");
    let restored = person.run_with("new/vault.db", &["restore", &file]);
    assert_eq!(restored["records"], written["records"]);
    assert!(restored["made"].as_str().unwrap().ends_with('Z'));
    assert_eq!(person.names("new/vault.db"), ["ada@home.example", "Ada Passerby"]);

    let restored = person.run(&["restore", &file, "--replace"]);
    let aside = Path::new(restored["set_aside"].as_str().unwrap()).file_name().unwrap();
    assert_eq!(person.names("vault.db"), ["ada@home.example", "Ada Passerby"]);
    assert_eq!(person.names(aside.to_str().unwrap()), ["ada@work.example", "Ada Passerby"]);
}

#[test]
fn what_is_refused_says_why() {
    let person = Person::new();
    let file = person.text("backup.json");
    assert_eq!(person.fails(2, "vault.db", &["backup"]), "usage");
    assert_eq!(person.fails(2, "vault.db", &["backup", "--to", &file, "--off"]), "usage");
    let missing = person.text("missing/backup.json");
    assert_eq!(person.fails(1, "vault.db", &["backup", "--to", &missing]), "no-folder");
    assert_eq!(person.fails(1, "vault.db", &["backup", "--automatic", &person.text("missing")]), "no-folder");
    assert_eq!(
        person.fails(1, "vault.db", &["backup", "--to", &person.text("passphrase")]),
        "backup-foreign"
    );

    person.run(&["backup", "--to", &file]);
    assert_eq!(person.fails(5, "new.db", &["restore", &missing]), "backup-absent");
    assert_eq!(person.fails(5, "new.db", &["restore", &person.text("vault.db")]), "not-a-backup");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() - 100]).unwrap();
    assert_eq!(person.fails(5, "new.db", &["restore", &file]), "backup-damaged");
    fs::write(&file, &whole).unwrap();
    fs::write(person.path("passphrase"), "another passphrase\n").unwrap();
    assert_eq!(person.fails(5, "new.db", &["restore", &file]), "wrong-passphrase");
    assert!(!person.path("new.db").exists());
}

#[test]
fn by_itself_after_each_change_and_said_when_it_fails() {
    let person = Person::new();
    let folder = person.path("stick");
    fs::create_dir(&folder).unwrap();
    let written = person.run(&["backup", "--automatic", folder.to_str().unwrap()]);
    let file = written["file"].as_str().unwrap().to_owned();
    person.run(&["set", "phone_number", "+49 1"]);
    person.run_with("new.db", &["restore", &file]);
    assert_eq!(person.names("new.db"), ["ada@home.example", "Ada Passerby", "+49 1"]);

    fs::rename(&folder, person.path("unplugged")).unwrap();
    let output = person.command("vault.db", &["set", "phone_number", "+49 2"]).output().unwrap();
    assert!(output.status.success(), "the change is saved all the same");
    let remark = String::from_utf8(output.stderr).unwrap();
    assert!(
        remark.contains("Saved here, but the backup") && remark.contains("the folder is not there"),
        "{remark}"
    );

    fs::rename(person.path("unplugged"), &folder).unwrap();
    let output = person.command("vault.db", &["show"]).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    person.run_with("newer.db", &["restore", &file]);
    assert_eq!(person.names("newer.db"), ["ada@home.example", "Ada Passerby", "+49 2"]);

    person.run(&["backup", "--off"]);
    assert_eq!(person.fails(2, "vault.db", &["backup"]), "usage");
}

#[test]
fn killed_at_any_moment_one_whole_backup_and_one_whole_vault_stand() {
    let runs =
        std::env::var("PASSERBY_KILL_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(EVERYDAY_RUNS);
    let person = Person::new();
    let file = person.text("backup.json");
    person.run(&["backup", "--to", &file]);
    let begun = Instant::now();
    person.run_with("timed.db", &["restore", &file]);
    let whole = begun.elapsed();

    for run in 1..=runs {
        // Waiting is the point of this test: the kill has to come at a moment that nothing in the program chose.
        let wait = whole.mul_f64(1.2 * f64::from(run) / f64::from(runs));
        for (vault, arguments) in
            [("vault.db", vec!["backup", "--to", &file]), ("kept.db", vec!["restore", &file, "--replace"])]
        {
            let mut command = person.command(vault, &arguments);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(wait);
            child.kill().unwrap();
            child.wait().unwrap();
            // Whatever happened: the place has the former or the new backup, whole, and the vault opens or is not there.
            let fresh = format!("fresh-{run}-{vault}");
            person.run_with(&fresh, &["restore", &file]);
            assert_eq!(person.names(&fresh), ["ada@home.example", "Ada Passerby"], "run {run}");
            if person.path(vault).exists() {
                assert_eq!(person.names(vault), ["ada@home.example", "Ada Passerby"], "run {run}");
            } else {
                assert_eq!(vault, "kept.db", "only a place that was empty may still be empty");
            }
        }
    }
}
