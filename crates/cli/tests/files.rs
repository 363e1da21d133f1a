//! Every file the program leaves anywhere it could write, after each command of a vault's life, searched for what it keeps.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use passerby_testkit::leak;

const OLD: &str = "correct horse battery staple";
const NEW: &str = "seven green bottles standing";
const DETAILS: &str = r#"{"name":"Ada Passerby","email":"ada@home.example","address":{"street_address":"Long Lane 12","locality":"Anywhere"}}"#;
const SECRET_VALUES: &[&str] = &[
    OLD,
    NEW,
    "Ada Passerby",
    "ada@home.example",
    "Long Lane 12",
    "Anywhere",
    "Ada Lovelace-Passerby",
    "ada@work.example",
    "grandmother",
    "AB-1234567-X",
];

/// What the person brings, and everything that the program may write to.
struct Home {
    brought: tempfile::TempDir,
    written: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        let home = Self { brought: tempfile::tempdir().unwrap(), written: tempfile::tempdir().unwrap() };
        for (name, text) in [("old", OLD), ("new", NEW), ("details.json", DETAILS)] {
            std::fs::write(home.brought.path().join(name), text).unwrap();
        }
        for folder in ["tmp", "run", "stick"] {
            std::fs::create_dir(home.path(folder)).unwrap();
        }
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.written.path().join(name)
    }

    /// The program with every folder that a system names in the one that is searched, and no keyring.
    fn command(&self, passphrase: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passerby"));
        command.env_clear().env("HOME", self.written.path()).env("TMPDIR", self.path("tmp"));
        command.env("XDG_RUNTIME_DIR", self.path("run")).current_dir(self.brought.path());
        command.args(["--passphrase-file", passphrase]).args(arguments);
        command
    }

    /// Runs a command that must succeed, then searches all that is there.
    fn run(&self, passphrase: &str, arguments: &[&str], input: &str) {
        let mut command = self.command(passphrase, arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{arguments:?}");
        self.search(arguments);
    }

    fn search(&self, after: &[&str]) {
        let found = leak::scan(&[self.written.path()], SECRET_VALUES).unwrap();
        assert!(found.is_empty(), "after {after:?}: {found:?}");
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect(self.written.path(), &mut files);
        files
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

#[test]
fn no_file_of_a_vaults_whole_life_holds_a_value_or_a_passphrase() {
    let home = Home::new();
    let stick = home.path("stick");
    let stick = stick.to_str().unwrap();
    home.run("old", &["init", "--stretching", "least"], "");
    home.run("old", &["set", "--file", "details.json"], "");
    home.run("old", &["set", "name", "Ada Lovelace-Passerby"], "");
    home.run("old", &["set", "email", "ada@work.example", "--label", "grandmother"], "");
    home.run("old", &["set", "document_number", "AB-1234567-X", "--sensitive"], "");
    home.run("old", &["show", "--history"], "");
    home.run("old", &["backup", "--automatic", stick], "");
    home.run("old", &["set", "name", "--undo"], "");
    home.run("old", &["passphrase", "--stretching", "least", "--new-passphrase-file", "new"], "");
    home.run("new", &["rotate", "--yes"], "");
    home.run("new", &["doctor"], "");
    home.run("new", &["backup", "--to", home.path("by-hand.passerby").to_str().unwrap()], "");

    // Ended in the middle: whatever half a file is left must be sealed as well.
    let mut child = home.command("new", &["rotate", "--yes"]).stdout(Stdio::null()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(400));
    child.kill().unwrap();
    child.wait().unwrap();
    home.search(&["rotate", "killed"]);
    let restored = home.path("restored.db");
    let by_hand = home.path("by-hand.passerby");
    home.run("new", &["--vault", restored.to_str().unwrap(), "restore", by_hand.to_str().unwrap()], "");

    let files = home.files();
    assert!(files.iter().any(|file| file.ends_with("restored.db")), "{files:?}");
    assert!(files.iter().filter(|file| file.starts_with(home.path("stick"))).count() >= 1, "{files:?}");
    assert!(files.len() >= 4, "the vault, the restored one and two backups: {files:?}");

    // The search itself: the same folder, with one value let out.
    std::fs::write(home.path("tmp").join("leaky"), "..QURBIFBhc3NlcmJ5 Long Lane 12..").unwrap();
    assert!(!leak::scan(&[home.written.path()], SECRET_VALUES).unwrap().is_empty());
}
