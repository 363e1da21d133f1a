//! `verifier-pki <folder>`: certificates for somebody who asks from `verifier.localhost`, for tests with programs of other makes.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use passerby_protocol::keys::SigningKey;
use passerby_testkit::rng;
use passerby_testkit::verifier::{key_pair, leaf_params, make_authority};
use rcgen::{CertifiedIssuer, KeyPair, date_time_ymd};

const HOST: &str = "verifier.localhost";

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).context("say into which folder")?;
    // The keys are the same in every run and stand in this repository: they protect nothing.
    let mut keys = rng::seeded(0x0050_4b49);
    let authority = make_authority(&SigningKey::make(&mut keys));
    let stranger = make_authority(&SigningKey::make(&mut keys));
    let key = key_pair(&SigningKey::make(&mut keys));
    let leaf = |authority: &CertifiedIssuer<'static, KeyPair>| {
        let mut params = leaf_params(&[HOST]);
        (params.not_before, params.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2036, 1, 1));
        params.signed_by(&key, authority).map(|leaf| leaf.pem())
    };
    let files = [
        ("anchor.pem", authority.pem()),
        ("leaf.pem", leaf(&authority)?),
        ("stranger.pem", leaf(&stranger)?),
        ("leaf-key.pem", key.serialize_pem()),
    ];
    for (name, text) in files {
        std::fs::write(folder.join(name), text).with_context(|| format!("tried to write {name}"))?;
    }
    Ok(())
}
