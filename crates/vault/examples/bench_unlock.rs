//! Times for `cargo xtask bench vault`: opening a vault up to its list, beside the bare derivation of a key with the same
//! parameters. Only means something in a release build.
//!
//! `bench_unlock REPETITIONS PASSPHRASE VAULT..` prints one JSON object: the seconds of each repetition of `derive`, and
//! of each vault under the number of its details. They take turns, so that a machine that is busy for a while is busy for
//! all of them. The vaults must have been made with the least stretching that is accepted.

use std::error::Error;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use passerby_vault::{Record, Vault};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The least stretching that is accepted: 64 MiB, three passes, four lanes.
const MEMORY_KIB: u32 = 65_536;
const PASSES: u32 = 3;
const LANES: u32 = 4;

/// What a list shows of a detail.
#[derive(Serialize, Deserialize)]
struct Detail {
    claim: String,
    value: String,
    changed: i64,
}

impl Record for Detail {
    const KIND: &'static str = "attribute";
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "bench_unlock REPETITIONS PASSPHRASE VAULT..";
    let repetitions: usize = arguments.next().ok_or(usage)?.parse()?;
    let passphrase = SecretString::from(arguments.next().ok_or(usage)?);
    let vaults: Vec<PathBuf> = arguments.map(PathBuf::from).collect();

    let mut seconds = Map::new();
    let mut note = |name: String, begun: Instant| {
        let took = begun.elapsed().as_secs_f64();
        if let Value::Array(list) = seconds.entry(name).or_insert_with(|| json!([])) {
            list.push(json!(took));
        }
    };
    for _ in 0..repetitions {
        let begun = Instant::now();
        derive(&passphrase)?;
        note("derive".to_owned(), begun);
        for path in &vaults {
            let begun = Instant::now();
            let vault = Vault::open(path, &passphrase).await?;
            let list = vault.list::<Detail>().await?;
            note(list.len().to_string(), begun);
            vault.lock().await?;
        }
    }
    println!("{}", json!({ "seconds": seconds }));
    Ok(())
}

/// What nobody who opens a vault can do without, and nothing else: Argon2id over the passphrase.
fn derive(passphrase: &SecretString) -> Result<(), Box<dyn Error>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).map_err(|error| error.to_string())?;
    let mut blocks = vec![Block::default(); params.block_count()];
    let mut key = [0; 32];
    let passphrase = passphrase.expose_secret().as_bytes();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(passphrase, b"sixteen bytes of", &mut key, &mut blocks)
        .map_err(|error| error.to_string())?;
    black_box(key);
    Ok(())
}
