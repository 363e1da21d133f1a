//! The program is killed at some moment while the vault key is exchanged, by the system and without warning: everything
//! opens, with the old key or with the new one. `PASSERBY_KILL_RUNS` says how many moments are tried.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use passerby_vault::{Damaged, Keyring, KeyringError, NewSlots, Stretching, Vault, WayIn, Wholeness};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};
use secrecy::SecretSlice;

use crate::parts::{Attribute, Home, NOW, passphrase, words};

const EVERYDAY_RUNS: u32 = 25;
const RECORDS: usize = 300;
/// Where the child finds the vault; set for the child alone.
const CHILD: &str = "PASSERBY_TEST_ROTATE";

/// A keyring that outlives its process: a folder with a file for each secret.
struct FolderKeyring(PathBuf);

impl Keyring for FolderKeyring {
    fn store(&self) -> &'static str {
        "test-folder"
    }

    fn find(&self, name: &str) -> Result<Option<SecretSlice<u8>>, KeyringError> {
        Ok(fs::read(self.0.join(name)).ok().map(SecretSlice::from))
    }

    fn put(&self, name: &str, secret: &[u8]) -> Result<(), KeyringError> {
        // Whole or not at all, as a keyring does it.
        let draft = self.0.with_extension("draft");
        fs::write(&draft, secret).and_then(|()| fs::rename(&draft, self.0.join(name))).unwrap();
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), KeyringError> {
        fs::remove_file(self.0.join(name)).unwrap();
        Ok(())
    }
}

fn keyring_of(vault: &Path) -> Arc<dyn Keyring> {
    Arc::new(FolderKeyring(vault.with_extension("keyring")))
}

async fn rotate(path: &Path, seed: u64) {
    let (passphrase, words, keyring) = (passphrase(), words(), keyring_of(path));
    let mut slots = NewSlots::new(&passphrase, Stretching::FLOOR);
    (slots.words, slots.keyring) = (Some(&words), Some(&keyring));
    let vault = Vault::open(path, &words).await.unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let (vault, _) = vault.rotate(&words, &slots, Damaged::Refuse, NOW, &mut rng).await.unwrap();
    vault.lock().await.unwrap();
}

/// What the child process runs. In a test run of its own it has nothing to do.
#[tokio::test]
async fn the_child() {
    let Some(path) = env::var_os(CHILD) else { return };
    let seed = env::var("PASSERBY_TEST_SEED").unwrap().parse().unwrap();
    // Everything before is slow on purpose, and changes nothing.
    fail::cfg_callback("rotate-keyring", || println!("\nbegins")).unwrap();
    rotate(Path::new(&path), seed).await;
}

/// Starts the child, and returns when it is about to write. What it goes on to say must find an ear.
fn start(path: &Path, seed: u32) -> (Child, impl Sized) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "killed_rotation::the_child", "--nocapture"]);
    command.env(CHILD, path).env("PASSERBY_TEST_SEED", seed.to_string());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "begins"), "the child came as far as the writing");
    (child, lines)
}

#[tokio::test]
async fn killed_at_any_moment_everything_opens_with_one_key() {
    let runs =
        env::var("PASSERBY_KILL_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(EVERYDAY_RUNS);
    let mut home = Home::new();
    let keyring = keyring_of(&home.path);
    fs::create_dir_all(home.path.with_extension("keyring")).unwrap();
    let vault = home.create_with(&keyring).await;
    let mut batch = vault.batch();
    for n in 0..RECORDS {
        batch.insert(&Attribute::new("n", &n.to_string()), NOW, &mut home.rng).unwrap();
    }
    vault.write(batch).await.unwrap();
    vault.lock().await.unwrap();

    let (mut child, _ear) = start(&home.path, 0);
    let begun = Instant::now();
    assert!(child.wait().unwrap().success());
    let whole = begun.elapsed();

    let (mut old, mut new) = (0, 0);
    for run in 1..=runs {
        let before = home.epoch().await;
        let (mut child, _ear) = start(&home.path, run);
        // Waiting is the point of this test: the kill has to come at a moment that nothing in the program chose.
        let share = f64::from(home.rng.next_u32()) / f64::from(u32::MAX);
        tokio::time::sleep(whole.mul_f64(1.2 * share)).await;
        child.kill().unwrap();
        child.wait().unwrap();

        assert_all(&home, WayIn::Words(&words())).await;
        assert_all(&home, WayIn::Keyring(&keyring)).await;
        match home.epoch().await - before {
            0 => old += 1,
            1 => new += 1,
            other => panic!("run {run}: {other} keys at once"),
        }
    }
    assert_all(&home, WayIn::Passphrase(&passphrase())).await;
    println!("killed before the new key: {old}, after: {new} (of {whole:?})");
}

async fn assert_all(home: &Home, way: WayIn<'_>) {
    let vault = Vault::open(&home.path, way).await.unwrap();
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored);
    let values: Vec<_> =
        vault.list::<Attribute>().await.unwrap().into_iter().map(|(_, attribute)| attribute.value).collect();
    assert!(values.into_iter().eq((0..RECORDS).map(|n| n.to_string())));
    vault.lock().await.unwrap();
}
