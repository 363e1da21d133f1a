//! Fills a wallet's log for `cargo xtask bench desktop`: `bench_log VAULT PASSPHRASE LINES` writes so many lines, half of them
//! questions and half of them answers, and prints an empty JSON object.

use std::error::Error;
use std::path::PathBuf;

use passerby_vault::{Record, Vault};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// The first line's moment, in Unix seconds; one a minute follows.
const FIRST: i64 = 1_760_000_000;

/// What the wallet keeps of a line.
#[derive(Serialize, Deserialize)]
struct Line {
    at: i64,
    sector: String,
    what: String,
    claims: Vec<String>,
}

impl Record for Line {
    const KIND: &'static str = "activity";
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "bench_log VAULT PASSPHRASE LINES";
    let path = PathBuf::from(arguments.next().ok_or(usage)?);
    let passphrase = SecretString::from(arguments.next().ok_or(usage)?);
    let lines: u16 = arguments.next().ok_or(usage)?.parse()?;
    // Nothing is kept secret here: the lines are made up, and so may the numbers be.
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let vault = Vault::open(&path, &passphrase).await?;
    let mut batch = vault.batch();
    for n in 0..lines {
        let at = FIRST + i64::from(n) * 60;
        let what = if n % 2 == 0 { "asked" } else { "sent" };
        let claims = ["name", "address.locality"].map(str::to_owned).to_vec();
        let sector = format!("shop-{}.example", n % 100);
        batch.insert(&Line { at, sector, what: what.to_owned(), claims }, at, &mut rng)?;
    }
    vault.write(batch).await?;
    vault.lock().await?;
    println!("{{}}");
    Ok(())
}
