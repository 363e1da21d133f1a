//! A vault that another window holds, that a newer program wrote, that is none, or that goes away.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use passerby_testkit::clock::TestClock;
use tauri::Manager as _;

use super::house::{House, told, typed, window};
use crate::command_error::SentWord;
use crate::commands::{details, lock, start};
use crate::shell::Shell;

/// Set for a process that is a second window: where the vault is.
const VAULT: &str = "PASSERBY_TEST_WINDOW_ON";

/// A window of a process of its own. It does nothing unless the next test starts it.
#[tokio::test(flavor = "multi_thread")]
async fn a_window() {
    let Some(vault) = std::env::var_os(VAULT) else { return };
    let (app, _desktop) = window(vault.into(), &Arc::new(TestClock::default()));
    let mut lines = std::io::stdin().lines();
    println!("window is there");
    lines.next().unwrap().unwrap();
    let unlocked = lock::lock_unlock(app.state::<Shell>(), typed("correct horse battery staple")).await;
    match unlocked {
        Ok(()) => println!("window opened"),
        Err(error) => println!("window refused {} {:?}", error.code, error.sent),
    }
    // Open until it is told to go.
    lines.next().unwrap().unwrap();
    lock::lock_lock(app.state::<Shell>()).await.unwrap();
    println!("window locked");
}

struct Window(Child, BufReader<std::process::ChildStdout>);

impl Window {
    fn start(vault: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["bad_luck::vault::a_window", "--exact", "--nocapture"]).env(VAULT, vault);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let mut window = Self(child, said);
        assert_eq!(window.says(), "is there");
        window
    }

    fn press(&mut self) {
        self.0.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }

    fn says(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert!(self.1.read_line(&mut line).unwrap() > 0, "the window is gone");
            // The test's own name may stand before it on the line.
            if let Some((_, said)) = line.trim_end().split_once("window ") {
                return said.to_owned();
            }
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_windows_that_race_for_one_vault_one_opens_it_and_the_other_says_why_not() {
    let house = House::new().await;
    lock::lock_lock(house.shell()).await.unwrap();
    for _ in 0..3 {
        let mut windows = [Window::start(&house.vault()), Window::start(&house.vault())];
        windows.iter_mut().for_each(Window::press);
        let said = windows.each_mut().map(Window::says);
        let refused = "refused vault-in-use Nothing";
        assert!(said == ["opened", refused] || said == [refused, "opened"], "{said:?}");
        let begun = start::start(house.shell()).await.unwrap();
        assert_eq!(serde_json::to_value(begun.trouble).unwrap(), "in-use", "a third one is told at once");

        let winner = usize::from(said[0] != "opened");
        windows[winner].press();
        assert_eq!(windows[winner].says(), "locked");
        house.unlock().await.unwrap();
        lock::lock_lock(house.shell()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_was_killed_leaves_a_vault_that_opens() {
    let house = House::new().await;
    lock::lock_lock(house.shell()).await.unwrap();
    let mut window = Window::start(&house.vault());
    window.press();
    assert_eq!(window.says(), "opened");
    window.0.kill().unwrap();
    window.0.wait().unwrap();
    house.unlock().await.unwrap();
}

/// What somebody does to the file while it is closed.
fn sql(vault: &Path, statement: &str) {
    let code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()";
    let status = Command::new("python3").args(["-c", code]).arg(vault).arg(statement).status();
    assert!(status.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_of_a_newer_program_is_named_before_anything_is_typed_and_left_as_it_is() {
    let house = House::new().await;
    lock::lock_lock(house.shell()).await.unwrap();
    sql(&house.vault(), "UPDATE header SET schema = 99");
    let before = std::fs::read(house.vault()).unwrap();
    let begun = start::start(house.shell()).await.unwrap();
    assert_eq!(serde_json::to_value(begun.trouble).unwrap(), "newer");
    let refused = house.unlock().await.unwrap_err();
    assert_eq!(told(&refused), ("vault-newer", SentWord::Nothing));
    assert_eq!(std::fs::read(house.vault()).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_vanishes_while_it_is_open_saves_and_sends_nothing() {
    let mut house = House::new().await;
    let shown = house.open().await;
    let aside = house.vault().with_file_name("aside.db");
    std::fs::rename(house.vault(), &aside).unwrap();
    let refused = house.send(&shown).await.map(drop).unwrap_err();
    assert_eq!(told(&refused), ("vault", SentWord::Nothing));
    let draft = serde_json::from_value(serde_json::json!({ "label": "", "values": { "name": "Eve" } }));
    let refused = details::data_save(house.shell(), draft.unwrap()).await.unwrap_err();
    assert_eq!(told(&refused), ("vault", SentWord::Nothing));
    assert_eq!(house.arrived(), 0);
    std::fs::rename(&aside, house.vault()).unwrap();
    house.send(&shown).await.unwrap();
    assert_eq!(house.arrived(), 1);
}
