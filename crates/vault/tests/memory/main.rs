//! What is in a process's memory after a vault was open in it: planted values, the passphrase and the vault key are looked
//! for, everywhere the process can read.
//!
//! The looking is done by a second process that knows what it looks for only masked, so that it does not find itself.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

mod scan;

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use passerby_vault::{NewSlots, Record, Stretching, Vault};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};
use scan::Needle;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use zeroize::Zeroizing;

const NOW: i64 = 1_795_000_000;
const FOLDER: &str = "PASSERBY_TEST_MEMORY_FOLDER";
const NEEDLES: &str = "PASSERBY_TEST_MEMORY_NEEDLES";
const RECORDS: usize = 40;

/// A record as the wallet has them: it wipes itself.
#[derive(Serialize, Deserialize)]
struct Detail {
    short: Zeroizing<String>,
    long: Zeroizing<String>,
}

impl Record for Detail {
    const KIND: &'static str = "detail";
}

#[test]
fn a_locked_vault_leaves_nothing_in_memory() {
    if let Some(folder) = env::var_os(FOLDER) {
        return look(Path::new(&folder));
    }
    let folder = TempDir::new().unwrap();
    // Backwards: what stands in the program's own file stands in the memory of every process that runs it.
    let [value, passphrase] = ["enaL gnoL 2488-rekrammaggauQ", "yromem elpats yrettab esroh tcerroc"]
        .map(|backwards| backwards.chars().rev().collect::<String>());
    let (value, passphrase) = (value.as_str(), passphrase.as_str());
    let key = tokio::runtime::Runtime::new().unwrap().block_on(make_vault(folder.path(), value, passphrase));
    fs::write(folder.path().join("passphrase"), passphrase).unwrap();

    let needles = [value.as_bytes(), passphrase.as_bytes(), &key].map(Needle::mask).join(",");
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "a_locked_vault_leaves_nothing_in_memory", "--nocapture"])
        .env(FOLDER, folder.path())
        .env(NEEDLES, needles)
        .status();
    assert!(child.unwrap().success(), "what was found stands above");
}

/// Makes the vault, and tells its key: the first random bytes are the vault's id, the next are the key.
async fn make_vault(folder: &Path, value: &str, passphrase: &str) -> [u8; 32] {
    let passphrase = SecretString::from(passphrase);
    let slots = NewSlots::new(&passphrase, Stretching::FLOOR);
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    let vault = Vault::create(&folder.join("vault.db"), &slots, NOW, &mut rng).await.unwrap();
    let mut batch = vault.batch();
    for n in 0..RECORDS {
        let short = Zeroizing::new(value.to_owned());
        let long = Zeroizing::new(format!("{value} ").repeat(n * n));
        batch.insert(&Detail { short, long }, NOW, &mut rng).unwrap();
    }
    vault.write(batch).await.unwrap();
    vault.lock().await.unwrap();

    let mut again = ChaCha20Rng::seed_from_u64(4);
    again.fill_bytes(&mut [0; 16]);
    let mut key = [0; 32];
    again.fill_bytes(&mut key);
    key
}

/// The second process: opens, uses and locks the vault, and looks at itself.
fn look(folder: &Path) {
    let needles = env::var(NEEDLES).unwrap();
    let needles: Vec<_> =
        ["value", "passphrase", "vault key"].into_iter().zip(needles.split(',').map(Needle::parse)).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut found = Vec::new();
    runtime.block_on(async {
        let passphrase = SecretString::from(
            Zeroizing::new(fs::read_to_string(folder.join("passphrase")).unwrap()).as_str(),
        );
        let vault = Vault::open(&folder.join("vault.db"), &passphrase).await.unwrap();
        drop(passphrase);
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let details = vault.list::<Detail>().await.unwrap();
        assert_eq!(details.len(), RECORDS);
        // The control: while somebody holds a value, it is found.
        assert!(!needles[0].1.find_in_memory().is_empty(), "what is held is found");
        for (id, detail) in &details {
            vault.update(*id, detail, &mut rng).await.unwrap();
            assert!(vault.load::<Detail>(*id).await.unwrap().is_some());
        }
        drop(details);
        found.extend(look_for("while it is open", &needles));
        vault.lock().await.unwrap();
    });
    found.extend(look_for("after it was locked", &needles));
    assert!(found.is_empty(), "\n{}", found.join("\n"));

    // The control of the others: what is laid there is found.
    for (what, needle) in &needles {
        let laid = needle.unmask();
        assert!(!needle.find_in_memory().is_empty(), "the {what} that is laid there is found");
        drop(laid);
    }
}

fn look_for(when: &str, needles: &[(&str, Needle)]) -> Vec<String> {
    let mut found = Vec::new();
    for (what, needle) in needles {
        for place in needle.find_in_memory() {
            found.push(format!("{when}, the {what} stands in {place}"));
        }
    }
    found
}
