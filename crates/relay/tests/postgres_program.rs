//! The program on PostgreSQL: every command does on a database what it does on a file, and none says the password.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use passerby_relay_store_postgres::fresh;

const ROOT_JKT: &str = "-zbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

fn relay(folder: &Path, address: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_passerby-relay"));
    command.args(args).current_dir(folder).env("PASSERBY_RELAY_POSTGRES", address);
    command
}

/// What it said, on both ways out; the password never.
#[track_caller]
fn say(output: &Output, address: &str, code: i32) -> String {
    let said = String::from_utf8([&*output.stdout, &*output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{said}");
    let password = url::Url::parse(address).unwrap().password().unwrap().to_owned();
    assert!(!said.contains(&password), "the password is said");
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_commands_work_on_a_database() {
    let address = fresh::make_database().await.unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str], code| {
        let output = relay(folder.path(), &address, args).output().unwrap();
        say(&output, &address, code)
    };
    let said = run(&["init", "--development", "--listen", "127.0.0.1:0"], 0);
    assert!(said.contains("PostgreSQL database test_"), "{said}");
    assert!(!folder.path().join("relay.db").exists(), "no file is made beside it");
    assert!(run(&["migrate"], 0).contains("up to date"));
    run(&["shop", "add", "shop.example", "--root-jkt", ROOT_JKT], 0);
    assert!(run(&["shop", "list"], 0).contains("shop.example"));
    // Its relay does not serve yet, which is what it exits for.
    let said = run(&["doctor"], 1);
    assert!(said.contains("opens and is up to date; 1 shops"), "{said}");

    let mut serving = relay(folder.path(), &address, &["serve"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(serving.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let host = line.trim_end().strip_prefix("passerby-relay ready on http://").unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(stream, "GET /health HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut health = String::new();
    stream.read_to_string(&mut health).unwrap();
    assert!(health.starts_with("HTTP/1.1 200"), "{health}");
    let pid = serving.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    say(&serving.wait_with_output().unwrap(), &address, 0);
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_named_without_its_password() {
    let address = fresh::make_database().await.unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = url::Url::parse(&address).unwrap();
    wrong.set_password(Some("not-the-password")).unwrap();
    for address in [wrong.as_str(), "mysql://anna:geheim@db.example/relay"] {
        let output = relay(folder.path(), address, &["init", "--issuer", "https://relay.example"]).output();
        let said = say(&output.unwrap(), address, 3);
        assert!(said.contains("PostgreSQL"), "{said}");
    }
}
