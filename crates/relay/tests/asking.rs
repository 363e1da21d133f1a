//! What the program asks on a terminal: a real one, made for the test.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod hosts;

use std::path::Path;
use std::process::Command;

use hosts::{NameServer, Program, ShopHost, line_in};
use rexpect::session::{PtySession, spawn_command};

/// How long one answer may take, in milliseconds, on a computer that does much else.
const PATIENCE: u64 = 40_000;

fn start(folder: &Path, args: &[&str]) -> PtySession {
    let mut command = Command::new(env!("CARGO_BIN_EXE_passerby-relay"));
    command.args(args).current_dir(folder).env("TERM", "dumb");
    spawn_command(command, Some(PATIENCE)).unwrap()
}

/// Reads on to the end, and says how it ended.
fn end(session: &mut PtySession) -> (String, i32) {
    let said = session.exp_eof().unwrap();
    // Such as `Exited(Pid(77), 0)`: the library keeps the type of it to itself.
    let ended = format!("{:?}", session.process().wait().unwrap());
    let code = ended.strip_prefix("Exited").and_then(|rest| rest.trim_end_matches(')').rsplit(' ').next());
    (said, code.unwrap_or_else(|| panic!("{ended}")).parse().unwrap())
}

#[test]
fn init_asks_four_questions_and_ends_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = start(folder.path(), &["init"]);
    session.exp_string("Four questions").unwrap();
    session.exp_string("1. The name").unwrap();
    session.send_line("relay.example/path").unwrap();
    session.exp_string("a name without a path is needed").unwrap();
    session.send_line("relay.example").unwrap();
    session.exp_string("2. Where it listens").unwrap();
    session.send_line("").unwrap();
    session.exp_string("3. The folder").unwrap();
    session.send_line("made/here").unwrap();
    session.exp_string("4. The first shop").unwrap();
    session.send_line("shop.example").unwrap();
    let (said, code) = end(&mut session);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("https://shop.example/.well-known/passerby-challenge.txt"), "{said}");
    assert!(said.contains("relay=https://relay.example token="), "{said}");
    assert!(said.contains("passerby-relay serve --config made/here/relay.toml"), "{said}");
    let config = std::fs::read_to_string(folder.path().join("made/here/relay.toml")).unwrap();
    assert!(config.contains("issuer = \"https://relay.example\"\n"), "{config}");
    assert!(
        config.contains("listen = \"127.0.0.1:4180\"\n") && config.contains("development = false\n"),
        "{config}"
    );
    for name in ["relay.key", "relay.db"] {
        assert!(folder.path().join("made/here").join(name).exists());
    }
}

#[test]
fn init_with_flags_asks_nothing_on_a_terminal_either() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = start(folder.path(), &["init", "--issuer", "https://relay.example"]);
    let (said, code) = end(&mut session);
    assert!(code == 0 && !said.contains('?') && said.contains("Next: add a shop"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_root_key_is_recorded_after_a_yes_and_not_after_anything_else() {
    let (host, names) = (ShopHost::open().await, NameServer::open("127.0.0.1.").await);
    let relay = Program::init(Some(&names));
    let (shop, root) = (host.sector(), host.root_jkt());
    host.place_challenge(&line_in(&relay.ok(&["shop", "add", shop])));
    host.place_statement(|_| {});
    for (answer, code) in [("", 1), ("n", 1), ("y", 0)] {
        let mut session = start(relay.path(), &["shop", "check", shop]);
        session.exp_string(&root).unwrap();
        session.exp_string("letter for letter?").unwrap();
        session.send_line(answer).unwrap();
        let (said, ended) = end(&mut session);
        assert_eq!(ended, code, "{answer:?}: {said}");
        assert_eq!(relay.shops().as_array().unwrap().len(), usize::from(code == 0), "{said}");
    }
}
