//! A vault that another process writes to, step by step, so that it can be killed, or run out of disk, in the middle.
//!
//! The process is this test program again, running [`work`] only. It says each step on its output after the vault has
//! confirmed it; whoever reads along knows what must be there.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use passerby_vault::{Vault, Wholeness};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

use crate::parts::{Attribute, NOW, passphrase};

const PLACE: &str = "PASSERBY_TEST_WORKER_VAULT";
const SEED: &str = "PASSERBY_TEST_WORKER_SEED";
/// What stands before each confirmed step. The test harness prints other lines.
const STEP: &str = "confirmed ";
/// More than any test lets happen.
const STEPS: u64 = 200;

/// What a vault holds after a number of steps: claims and their values.
pub type Kept = BTreeMap<String, String>;

/// One step: a claim and its new value, or `None` to remove it. Chosen by the seed and what is kept.
fn step(kept: &Kept, number: u64, rng: &mut ChaCha20Rng) -> (String, Option<String>) {
    let chosen = rng.next_u32() as usize;
    let old = kept.keys().nth(chosen % kept.len().max(1)).cloned();
    match (old, chosen % 4) {
        (Some(old), 0) => (old, None),
        (Some(old), 1) => (old, Some(format!("changed by {number}"))),
        // Of all sizes, so that pages are split and merged.
        _ => (format!("claim {number}"), Some("v".repeat(chosen % 9000))),
    }
}

fn take(kept: &mut Kept, (claim, value): (String, Option<String>)) {
    match value {
        Some(value) => kept.insert(claim, value),
        None => kept.remove(&claim),
    };
}

/// What a vault must hold after this many steps.
pub fn kept_after(seed: u64, steps: usize) -> Kept {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut kept = Kept::new();
    for number in 0..steps as u64 {
        let step = step(&kept, number, &mut rng);
        take(&mut kept, step);
    }
    kept
}

/// What a vault does hold.
pub async fn read(vault: &Vault) -> Kept {
    let found = vault.list::<Attribute>().await.unwrap();
    found.into_iter().map(|(_, attribute)| (attribute.claim, attribute.value)).collect()
}

/// Opens the vault and asserts that it is whole and holds what was confirmed, or the step after it as well: its
/// confirmation may have been lost on the way. Gives back which.
pub async fn assert_holds(path: &Path, seed: u64, confirmed: usize) -> usize {
    let vault = Vault::open(path, &passphrase()).await.unwrap();
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored, "seed {seed}, {confirmed} confirmed");
    assert!(vault.damaged().await.unwrap().is_empty(), "seed {seed}, {confirmed} confirmed");
    let kept = read(&vault).await;
    vault.lock().await.unwrap();
    let steps = if kept == kept_after(seed, confirmed) { confirmed } else { confirmed + 1 };
    assert_eq!(kept, kept_after(seed, steps), "seed {seed}, {confirmed} confirmed");
    steps
}

/// The worker itself. It does nothing unless a test starts it with a vault to work on.
#[tokio::test]
async fn work() {
    let (Some(place), Ok(seed)) = (std::env::var_os(PLACE), std::env::var(SEED)) else { return };
    let seed = seed.parse().unwrap();
    let mut choices = ChaCha20Rng::seed_from_u64(seed);
    let mut rng = ChaCha20Rng::seed_from_u64(!seed);
    let mut kept = Kept::new();

    let vault = Vault::open(Path::new(&place), &passphrase()).await.unwrap();
    for number in 0..STEPS {
        let (claim, value) = step(&kept, number, &mut choices);
        let found = vault.list::<Attribute>().await.unwrap();
        let old = found.into_iter().find(|(_, attribute)| attribute.claim == claim).map(|(id, _)| id);
        let mut batch = vault.batch();
        match (&value, old) {
            (Some(value), Some(id)) => batch.update(id, &Attribute::new(&claim, value), &mut rng).unwrap(),
            (Some(value), None) => {
                batch.insert(&Attribute::new(&claim, value), NOW, &mut rng).unwrap();
            }
            (None, Some(id)) => batch.remove(id),
            (None, None) => unreachable!("only what is kept is removed"),
        }
        vault.write(batch).await.unwrap();
        take(&mut kept, (claim, value));
        // One write to the pipe, so that a line is there whole or not at all.
        std::io::stdout().write_all(format!("{STEP}{number}\n").as_bytes()).unwrap();
    }
    vault.lock().await.unwrap();
}

/// A worker in a process of its own, and how many steps it is known to have confirmed.
pub struct Worker {
    child: Child,
    output: BufReader<ChildStdout>,
    pub confirmed: usize,
}

impl Worker {
    /// Starts one on an empty vault. `limit` is the most bytes any file may have, in blocks of 512.
    pub fn start(path: &Path, seed: u64, limit: Option<u32>) -> Self {
        let program = std::env::current_exe().unwrap();
        let mut command = match limit {
            None => Command::new(program),
            Some(blocks) => {
                let mut shell = Command::new("sh");
                // A write over the limit must fail, not end the process.
                shell
                    .arg("-c")
                    .arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\""))
                    .arg(program);
                shell
            }
        };
        command.args(["worker::work", "--exact", "--nocapture", "--test-threads=1"]);
        command.env(PLACE, path).env(SEED, seed.to_string());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output, confirmed: 0 }
    }

    /// Reads the next confirmation; `false` when the worker has ended.
    pub fn next(&mut self) -> bool {
        let mut line = String::new();
        while self.output.read_line(&mut line).unwrap() > 0 {
            if line.contains(STEP) {
                self.confirmed += 1;
                return true;
            }
            line.clear();
        }
        false
    }

    /// Ends it at once, as the system would, and counts what it confirmed until then.
    pub fn kill(mut self) -> usize {
        self.child.kill().unwrap();
        while self.next() {}
        self.child.wait().unwrap();
        self.confirmed
    }

    /// Lets it go on until it ends.
    pub fn finish(mut self) -> (usize, bool) {
        while self.next() {}
        (self.confirmed, self.child.wait().unwrap().success())
    }
}
