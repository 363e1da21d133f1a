//! The real program, run in a folder of its own without a terminal.

#![allow(clippy::unwrap_used, clippy::panic, reason = "only for tests")]
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with `passphrase.txt` in it.
pub struct Desk {
    temp: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ending {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ending {
    /// The one JSON object on standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("not one JSON value: {self:?}"))
    }

    /// The word of a failure that was told as JSON.
    #[track_caller]
    pub fn word(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap().to_owned()
    }
}

impl Desk {
    pub fn new() -> Self {
        let desk = Self { temp: tempfile::tempdir().unwrap() };
        desk.write("passphrase.txt", "correct horse\n");
        desk
    }

    /// The same with the keys of `shoes.example` in `keys`.
    pub fn with_keys() -> (Self, Value) {
        let desk = Self::new();
        let made = desk.init("keys");
        assert_eq!(made.code, 0, "{made:?}");
        (desk, made.json())
    }

    pub fn init(&self, dir: &str) -> Ending {
        let policy = "https://shoes.example/privacy";
        let shop =
            ["init", "--sector", "shoes.example", "--name", "Shoes & Sons", "--policy", policy, "--dir", dir];
        self.run(&[&shop[..], &["--passphrase-file", "passphrase.txt", "--json"]].concat())
    }

    /// Signs the next Statement without being asked.
    pub fn sign(&self, wishes: &[&str]) -> Ending {
        let signing =
            ["statement", "--dir", "keys", "--passphrase-file", "passphrase.txt", "--yes", "--json"];
        self.run(&[&signing[..], wishes].concat())
    }

    pub fn run(&self, arguments: &[&str]) -> Ending {
        self.run_with(arguments, "")
    }

    pub fn run_with(&self, arguments: &[&str], input: &str) -> Ending {
        let mut child = Command::new(env!("CARGO_BIN_EXE_passerby-shop"))
            .args(arguments)
            .current_dir(self.temp.path())
            .env_remove("PASSERBY_SHOP_DIR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that did not want it may have ended already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ending { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    /// Every file of the desk with its content.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let (mut files, mut left) = (BTreeMap::new(), vec![self.temp.path().to_owned()]);
        while let Some(place) = left.pop() {
            if place.is_dir() {
                left.extend(fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path()));
            } else {
                files.insert(place.clone(), fs::read(place).unwrap());
            }
        }
        files
    }
}
