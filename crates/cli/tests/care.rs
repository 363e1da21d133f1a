//! The care of a vault as a person meets it: the built binary, a vault in a temporary folder, bad luck.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use passerby_protocol::keys::RootSecret;
use passerby_protocol::time::{Clock as _, Timestamp};
use passerby_testkit::clock::TestClock;
use passerby_testkit::rng::seeded;
#[cfg(target_os = "linux")]
use passerby_testkit::session;
use passerby_wallet::{RecoveryWords, Stretching, SystemClock, Wallet};
use secrecy::SecretString;
use serde_json::Value;

const OLD: &str = "correct horse battery staple";
const NEW: &str = "seven green bottles standing";
const SEED: u64 = 5;
const FORGOTTEN: [&str; 6] =
    ["passphrase", "--words", "--stretching", "least", "--new-passphrase-file", "new"];

struct Home {
    folder: tempfile::TempDir,
    /// Whether programs may speak to the bus of this process.
    session_bus: bool,
}

struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|_| panic!("one JSON object was expected: {} {}", self.out, self.err))
    }

    #[track_caller]
    fn fails(&self, code: i32, word: &str) {
        let error = &self.json()["error"];
        assert_eq!((self.code, error["code"].as_str()), (code, Some(word)), "{error}");
    }

    #[track_caller]
    fn says(&self, text: &str) {
        assert!(
            self.out.contains(text) || self.err.contains(text),
            "{text:?} is missing in:\n{}\n{}",
            self.out,
            self.err
        );
    }

    /// What `doctor --json` says about one thing.
    #[track_caller]
    fn weight(&self, check: &str) -> String {
        let report = self.json();
        let found = report["findings"].as_array().unwrap().iter().find(|found| found["check"] == check);
        found.unwrap_or_else(|| panic!("{check} is not in {report}"))["weight"].as_str().unwrap().to_owned()
    }
}

impl Home {
    /// A vault whose root secret follows from the seed, so that its words are known here.
    async fn new() -> Self {
        Self::at(SystemClock.now()).await
    }

    async fn at(moment: Timestamp) -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap(), session_bus: false };
        home.write("old", OLD);
        home.write("new", NEW);
        home.write("sheet", &words());
        let clock = Arc::new(TestClock::at(moment));
        let passphrase = SecretString::from(OLD);
        let made =
            Wallet::create(&home.vault(), &passphrase, Stretching::FLOOR, clock, &mut seeded(SEED)).await;
        made.unwrap().lock().await.unwrap();
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn vault(&self) -> PathBuf {
        self.folder.path().join("wallet").join("vault.db")
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.command_for(&self.vault(), arguments)
    }

    fn command_for(&self, vault: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passerby"));
        command.env("HOME", self.folder.path()).env("TZ", "UTC").env_remove("PASSERBY_VAULT");
        // No keyring but one that a test starts itself.
        if !self.session_bus {
            command.env_remove("DBUS_SESSION_BUS_ADDRESS").env("XDG_RUNTIME_DIR", self.folder.path());
        }
        command.stdin(Stdio::null()).current_dir(self.folder.path()).arg("--vault").arg(vault);
        command.args(arguments);
        command
    }

    /// With `--json`, and the passphrase in this file.
    fn run(&self, passphrase: &str, arguments: &[&str]) -> Run {
        self.run_for(&self.vault(), passphrase, arguments)
    }

    /// The same, for the vault in another file.
    fn run_for(&self, vault: &Path, passphrase: &str, arguments: &[&str]) -> Run {
        let mut all = vec!["--json", "--passphrase-file", passphrase];
        all.extend(arguments);
        Run::of(self.command_for(vault, &all).output().unwrap())
    }

    /// The same, with this file as standard input.
    fn run_with(&self, passphrase: &str, arguments: &[&str], input: &str) -> Run {
        let mut all = vec!["--json", "--passphrase-file", passphrase];
        all.extend(arguments);
        let input = std::fs::File::open(self.path(input)).unwrap();
        Run::of(self.command(&all).stdin(input).output().unwrap())
    }

    /// For people, and the passphrase in this file.
    fn say(&self, passphrase: &str, arguments: &[&str]) -> Run {
        let mut all = vec!["--passphrase-file", passphrase];
        all.extend(arguments);
        Run::of(self.command(&all).output().unwrap())
    }

    /// At a terminal, with these lines typed. The terminal is one that python3 makes.
    fn type_in(&self, arguments: &[&str], typed: &str) -> Run {
        const TERMINAL: &str = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
        let typing = self.command(arguments);
        let mut command = Command::new("python3");
        command.args(["-c", TERMINAL]).arg(typing.get_program()).args(typing.get_args());
        command.current_dir(self.folder.path()).env("HOME", self.folder.path()).env("TERM", "dumb");
        command.env_remove("DBUS_SESSION_BUS_ADDRESS").env("XDG_RUNTIME_DIR", self.folder.path());
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        Run::of(child.wait_with_output().unwrap())
    }

    /// What somebody does to the file while it is closed.
    fn sql(&self, statement: &str) {
        const SCRIPT: &str = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nprint(c.execute(sys.argv[2]).rowcount)\nc.commit()";
        let mut done = Command::new("python3");
        done.args(["-c", SCRIPT]).args([self.vault().as_os_str(), OsStr::new(statement)]);
        let output = done.output().unwrap();
        assert!(output.status.success() && output.stdout == b"1\n", "{output:?}");
    }
}

fn words() -> String {
    let root = RootSecret::make(&mut seeded(SEED));
    RecoveryWords::of(&root).unwrap().iter().collect::<Vec<_>>().join(" ")
}

fn copy(from: &Path, to: &Path) {
    std::fs::copy(from, to).unwrap();
}

#[tokio::test]
async fn a_new_passphrase_opens_and_the_old_one_does_not() {
    let home = Home::new().await;
    assert_eq!(home.run("old", &["set", "name", "Ada Passerby"]).code, 0);
    copy(&home.vault(), &home.path("older.db"));
    let change =
        |old, new| home.run(old, &["passphrase", "--stretching", "least", "--new-passphrase-file", new]);
    home.write("short", "short");
    change("old", "short").fails(1, "passphrase-too-short");
    change("old", "old").fails(1, "passphrase-same");
    change("new", "old").fails(5, "wrong-passphrase");
    assert_eq!(home.run("old", &["show"]).code, 0, "nothing was changed so far");

    assert_eq!(change("old", "new").json()["passphrase"], "good");
    home.run("old", &["show"]).fails(5, "wrong-passphrase");
    assert_eq!(home.run("new", &["show", "name"]).json()["details"][0]["value"], "Ada Passerby");
    assert_eq!(home.run_for(&home.path("older.db"), "old", &["show"]).code, 0, "as the program says");
}

#[tokio::test]
async fn whoever_forgot_the_passphrase_has_the_words() {
    let home = Home::new().await;
    assert_eq!(home.run("old", &["set", "name", "Ada Passerby"]).code, 0);
    let forgotten = |sheet| home.run_with("old", &FORGOTTEN, sheet);
    let strange: Vec<_> =
        std::iter::once("zzz".to_owned()).chain(words().split(' ').skip(1).map(str::to_owned)).collect();
    home.write("strange", &strange.join(" "));
    forgotten("strange").fails(5, "words-unknown");
    let other = RecoveryWords::of(&RootSecret::make(&mut seeded(6))).unwrap();
    home.write("other", &other.iter().collect::<Vec<_>>().join(" "));
    forgotten("other").fails(5, "wrong-words");
    home.run("new", &["show"]).fails(5, "wrong-passphrase");
    assert_eq!(forgotten("sheet").code, 0);
    assert_eq!(home.run("new", &["show", "name"]).json()["details"][0]["value"], "Ada Passerby");
    assert_eq!(
        home.run("new", &["doctor"]).weight("words"),
        "fine",
        "they open it still, and somebody has them"
    );
}

#[tokio::test]
async fn a_passphrase_is_changed_at_a_terminal() {
    let home = Home::new().await;
    let least = ["passphrase", "--stretching", "least"];
    let differ = home.type_in(&least, &format!("{OLD}\n{NEW}\nsomething else\n"));
    assert_eq!(differ.code, 1);
    differ.says("The two passphrases are not the same. Nothing was changed.");
    let changed = home.type_in(&least, &format!("{OLD}\n{NEW}\n{NEW}\n"));
    assert_eq!(changed.code, 0, "{}", changed.out);
    changed.says("The old one does not open this vault any more.");
    changed.says("older backups still open with the old one");

    let sheet = words().replacen(' ', "\n", 12).replacen(' ', "  ", 3) + "\n";
    let forgotten =
        home.type_in(&["passphrase", "--words", "--stretching", "least"], &format!("{sheet}{OLD}\n{OLD}\n"));
    assert_eq!(forgotten.code, 0, "{}", forgotten.out);
    assert_eq!(home.run("old", &["show"]).code, 0);
}

#[tokio::test]
async fn a_vault_that_is_well_is_said_to_be() {
    let home = Home::new().await;
    let report = home.run("old", &["doctor"]);
    assert_eq!(report.code, 0, "{}", report.out);
    let object = report.json();
    assert_eq!(
        (&object["fine"], &object["damaged"], &object["wholeness"]),
        (&true.into(), &0.into(), &"unanchored".into())
    );
    for check in ["whole", "records", "keyring", "clock", "files", "room"] {
        assert_eq!(report.weight(check), "fine", "{check}");
    }
    assert_eq!(report.weight("words"), "note", "nobody has seen them");
    assert_eq!(report.weight("passphrase"), "note", "the least that is accepted");
    assert_eq!(report.weight("backup"), "note", "there is none, which is said calmly");
    assert_eq!(home.run("old", &["backup", "--automatic", "."]).code, 0);
    assert_eq!(home.run("old", &["doctor"]).weight("backup"), "fine");
    let people = home.say("old", &["doctor"]);
    people.says("All is well.");
    assert!(people.out.lines().count() <= 24, "one screen:\n{}", people.out);
    home.say("old", &["doctor", "--accept"]).says("there is nothing to accept");
    home.say("old", &["doctor", "--remove-damaged"]).says("there is nothing to remove");
    home.run("new", &["doctor"]).fails(5, "wrong-passphrase");

    let held = Wallet::open(&home.vault(), &SecretString::from(OLD), Arc::new(SystemClock)).await.unwrap();
    home.run("old", &["doctor"]).fails(5, "vault-in-use");
    held.lock().await.unwrap();
}

#[tokio::test]
async fn a_vault_that_something_else_changed_waits_for_a_decision() {
    let home = Home::new().await;
    for name in ["name", "email", "nickname"] {
        assert_eq!(home.run("old", &["set", name, "Ada"]).code, 0);
    }
    home.sql("DELETE FROM record WHERE id = (SELECT max(id) FROM record)");
    let report = home.run("old", &["doctor"]);
    assert_eq!((report.code, report.weight("whole")), (6, "care".to_owned()));
    assert_eq!(report.json()["wholeness"], "altered");
    home.say("old", &["show"]).says("Your vault can be read but not changed");
    home.run("old", &["set", "name", "Eve"]).fails(1, "vault-not-whole");
    home.run("old", &["rotate", "--yes"]).fails(1, "vault-not-whole");
    home.run("old", &["passphrase", "--stretching", "least", "--new-passphrase-file", "new"])
        .fails(5, "vault-not-whole");
    let shown = home.run("old", &["words", "--force"]).json();
    assert_eq!(shown["words"].as_array().unwrap().len(), 24, "the words are the person's all the same");
    home.run("old", &["doctor", "--accept"]).fails(2, "usage");
    let enter = home.type_in(&["--passphrase-file", "old", "doctor", "--accept"], "\n");
    assert_eq!(enter.code, 1);
    enter.says("Nothing was changed.");

    let accepted = home.run("old", &["doctor", "--accept", "--yes"]);
    assert_eq!((accepted.code, &accepted.json()["accepted"]), (0, &true.into()));
    assert_eq!(home.run("old", &["set", "name", "Ada Passerby"]).code, 0);
    assert_eq!(home.run("old", &["show", "name"]).json()["details"][0]["value"], "Ada Passerby");
}

#[tokio::test]
async fn a_damaged_record_is_counted_and_removed_on_request() {
    let home = Home::new().await;
    for name in ["name", "email"] {
        assert_eq!(home.run("old", &["set", name, "Ada"]).code, 0);
    }
    home.sql("UPDATE record SET blob = zeroblob(length(blob)) WHERE id = (SELECT max(id) FROM record)");
    let report = home.run("old", &["doctor"]);
    assert_eq!(
        (report.code, report.weight("records"), &report.json()["damaged"]),
        (6, "care".to_owned(), &1.into())
    );
    home.say("old", &["show"]).says("One record of the vault cannot be opened and was left out.");
    assert_eq!(
        home.run("old", &["doctor", "--accept", "--yes"]).code,
        6,
        "accepted, and damaged all the same"
    );
    home.run("old", &["rotate", "--yes"]).fails(1, "vault-damaged");
    home.run("old", &["doctor", "--remove-damaged"]).fails(2, "usage");
    let removed = home.run("old", &["doctor", "--remove-damaged", "--yes"]);
    assert_eq!((removed.code, &removed.json()["removed"]), (0, &1.into()));
    assert_eq!(home.run("old", &["rotate", "--yes"]).json()["left_behind"], 0);
}

#[tokio::test]
async fn rotating_ends_what_opened_before_and_keeps_everything() {
    let home = Home::new().await;
    assert_eq!(home.run("old", &["set", "name", "Ada Passerby"]).code, 0);
    copy(&home.vault(), &home.path("older.db"));
    home.run("old", &["rotate"]).fails(2, "usage");
    let enter = home.type_in(&["rotate"], &format!("{OLD}\n\n"));
    assert_eq!(enter.code, 0);
    enter.says("Nothing was changed.");
    let done = home.type_in(&["rotate"], &format!("{OLD}\nyes\n"));
    assert_eq!(done.code, 0, "{}", done.out);
    done.says("records are sealed with a new key.");

    assert_eq!(home.run("old", &["show", "name"]).json()["details"][0]["value"], "Ada Passerby");
    let report = home.run("old", &["doctor"]);
    assert_eq!(report.code, 0);
    assert_eq!(home.run_with("old", &FORGOTTEN, "sheet").code, 0, "the same words open the new vault");
    assert_eq!(home.run_for(&home.path("older.db"), "old", &["show"]).code, 0, "as the program says");
}

/// How often the program is ended.
const RUNS: u32 = 6;

#[tokio::test]
async fn a_rotation_that_is_killed_leaves_a_vault_that_opens() {
    let home = Home::new().await;
    assert_eq!(home.run("old", &["set", "name", "Ada Passerby"]).code, 0);
    let rotate = ["--passphrase-file", "old", "rotate", "--yes"];
    let begun = std::time::Instant::now();
    assert!(home.command(&rotate).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
    let whole = begun.elapsed();
    for run in 1..=RUNS {
        let mut child = home.command(&rotate).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Waiting is the point of this test: the kill has to come at a moment that nothing in the program chose.
        tokio::time::sleep(whole.mul_f64(f64::from(run) / f64::from(RUNS))).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let found = home.run("old", &["show", "name"]);
        assert_eq!(found.json()["details"][0]["value"], "Ada Passerby", "run {run}");
    }
    assert_eq!(home.run("old", &["doctor"]).code, 0);
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_said() {
    const TEN_YEARS: i64 = 10 * 365 * 86_400;
    let home = Home::at(SystemClock.now() + TEN_YEARS).await;
    let report = home.run("old", &["doctor"]);
    assert_eq!((report.code, report.weight("clock")), (6, "care".to_owned()));
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_may_read_is_said() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new().await;
    std::fs::set_permissions(home.vault(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let report = home.run("old", &["doctor"]);
    assert_eq!((report.code, report.weight("files")), (6, "care".to_owned()));
    let closed = home.say("new", &["doctor"]);
    assert_eq!(closed.code, 5);
    closed.says("chmod 600");
}

#[tokio::test]
async fn without_a_keyring_nothing_changes() {
    let home = Home::new().await;
    home.run("old", &["keyring", "on"]).fails(1, "keyring");
    assert_eq!(home.run("old", &["keyring"]).json()["keyring"], "off");
    assert_eq!(home.run("old", &["keyring", "off"]).json()["keyring"], "off");
    assert_eq!(home.run("old", &["doctor"]).code, 0);
    let asked = Run::of(home.command(&["show"]).output().unwrap());
    assert_eq!(asked.code, 5);
    asked.says("In scripts, use --passphrase-file.");
}

#[cfg(target_os = "linux")]
#[test]
fn a_keyring_opens_notices_an_older_file_and_locks_nobody_out_when_it_forgets() {
    let test = "a_keyring_opens_notices_an_older_file_and_locks_nobody_out_when_it_forgets";
    session::with_bus(test, true, async |session| {
        let home = Home { session_bus: true, ..Home::new().await };
        let daemon = session.start_keyring("the password of the login");
        assert_eq!(home.run("old", &["keyring", "on"]).json()["store"], "secret-service");
        let alone =
            |arguments: &[&str]| Run::of(home.command(&[&["--json"], arguments].concat()).output().unwrap());
        assert_eq!(alone(&["set", "name", "Ada"]).code, 0, "nobody was asked for a passphrase");
        assert_eq!(alone(&["keyring"]).json()["opens"], true);
        let report = alone(&["doctor"]);
        assert_eq!((report.code, &report.json()["wholeness"]), (0, &"whole".into()), "{}", report.out);

        // The whole file, put back to what it was.
        copy(&home.vault(), &home.path("older.db"));
        assert_eq!(alone(&["set", "name", "Ada Passerby"]).code, 0);
        copy(&home.path("older.db"), &home.vault());
        let report = alone(&["doctor"]);
        assert_eq!((report.code, &report.json()["wholeness"]), (6, &"rolled-back".into()), "{}", report.out);
        home.say("old", &["doctor"]).says("the last 1 changes are missing");
        alone(&["set", "name", "Eve"]).fails(1, "vault-not-whole");
        assert_eq!(alone(&["doctor", "--accept", "--yes"]).code, 0);
        assert_eq!(alone(&["set", "name", "Ada Passerby"]).code, 0);
        assert_eq!(home.run("old", &["rotate", "--yes"]).json()["keyring_forgot"], true);
        assert_eq!(alone(&["doctor"]).json()["wholeness"], "whole", "with the new key, too");

        drop(daemon);
        session.forget_keyrings();
        let _daemon = session.start_keyring("the password of the login");
        let asked = alone(&["show"]);
        asked.fails(5, "no-terminal");
        asked.says("The keyring did not open your vault");
        let report = home.run("old", &["doctor"]);
        assert_eq!((report.code, report.weight("keyring")), (6, "care".to_owned()));
        home.run("old", &["rotate", "--yes"]).fails(1, "keyring-elsewhere");
        assert_eq!(home.run("old", &["keyring", "off"]).json()["keyring"], "off");
        assert_eq!(home.run("old", &["doctor"]).code, 0);
    });
}

#[tokio::test]
async fn a_backup_that_cannot_be_written_is_said_and_follows_a_new_passphrase() {
    let home = Home::new().await;
    let folder = home.path("stick");
    std::fs::create_dir(&folder).unwrap();
    assert_eq!(home.run("old", &["backup", "--automatic", "stick"]).code, 0);
    let change = ["passphrase", "--stretching", "least", "--new-passphrase-file", "new"];
    assert_eq!(home.run("old", &change).code, 0);
    let mut backup = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let backup = backup.find(|path| path.extension().is_some_and(|end| end != "previous")).unwrap();
    let restored = home.path("restored.db");
    let restore = ["restore", backup.to_str().unwrap()];
    home.run_for(&restored, "old", &restore).fails(5, "wrong-passphrase");
    assert_eq!(home.run_for(&restored, "new", &restore).code, 0, "it opens with the passphrase of now");

    std::fs::rename(&folder, home.path("unplugged")).unwrap();
    assert_eq!(home.run("new", &["set", "name", "Ada"]).code, 0, "saved all the same");
    let report = home.run("new", &["doctor"]);
    assert_eq!((report.code, report.weight("backup")), (6, "care".to_owned()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_keyring_follows_a_restored_vault() {
    session::with_bus("a_keyring_follows_a_restored_vault", true, async |session| {
        let home = Home { session_bus: true, ..Home::new().await };
        let _daemon = session.start_keyring("the password of the login");
        assert_eq!(home.run("old", &["keyring", "on"]).code, 0);
        assert_eq!(home.run("old", &["backup", "--to", "backup.json"]).code, 0);
        for name in ["Ada", "Ada Passerby"] {
            assert_eq!(home.run("old", &["set", "name", name]).code, 0);
        }
        let restored = home.run("old", &["restore", "backup.json", "--replace"]);
        assert_eq!((restored.code, &restored.json()["newer_known"]), (0, &true.into()), "{}", restored.err);
        // A backup has no keyring's way in: that is let in anew.
        assert_eq!(home.run("old", &["keyring", "on"]).code, 0);
        let report = home.run("old", &["doctor"]);
        assert_eq!((report.code, &report.json()["wholeness"]), (0, &"whole".into()), "{}", report.out);
        assert_eq!(home.run("old", &["set", "name", "Ada"]).code, 0, "nobody is asked to accept it again");
    });
}
