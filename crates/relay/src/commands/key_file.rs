//! The signing keys on disk, readable by their owner only: a private JWK, as `init` makes it, or, since a first rotation, several of them with
//! their times.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, ensure};
use passerby_protocol::keys::SigningKey;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::HeldKey;
use crate::private_file::{self, Readers, make_new};

const FORMAT: &str = "passerby-relay-keys/1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    format: String,
    keys: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// A private JWK as a text.
    jwk: Zeroizing<String>,
    signs_from: i64,
    published_until: Option<i64>,
}

/// Makes a key and writes it; the file must not be there.
pub fn make(path: &Path, rng: &mut impl CryptoRng) -> anyhow::Result<()> {
    let shown = path.display();
    let text = SigningKey::make(rng).to_jwk().context("making the signing key")?;
    let mut file = make_new(path, Readers::Owner).with_context(|| format!("making the key file {shown}"))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .with_context(|| format!("writing the key file {shown}"))
}

/// Reads the keys. Refused when others can read the file too.
pub fn read(path: &Path) -> anyhow::Result<Vec<HeldKey>> {
    let shown = path.display();
    let reading = || format!("reading the key file {shown}");
    ensure!(
        Readers::of(path).with_context(reading)? == Readers::Owner,
        "the key file {shown} can be read by others; run: chmod 600 {shown}"
    );
    let text = std::fs::read_to_string(path).map(Zeroizing::new).with_context(reading)?;
    let Ok(file) = serde_json::from_str::<KeyFile>(&text) else {
        let key = SigningKey::parse_jwk(&text).with_context(reading)?;
        return Ok(vec![HeldKey { key, signs_from: 0, published_until: None }]);
    };
    ensure!(file.format == FORMAT && !file.keys.is_empty(), "the key file {shown} is of another program");
    let held = file.keys.iter().map(|entry| {
        let key = SigningKey::parse_jwk(&entry.jwk)?;
        Ok(HeldKey { key, signs_from: entry.signs_from, published_until: entry.published_until })
    });
    held.collect::<anyhow::Result<_>>().with_context(reading)
}

/// Puts these keys in the place of those in the file, which is then overwritten: a key that is not among them is gone.
pub fn replace(path: &Path, held: &[HeldKey]) -> anyhow::Result<()> {
    let writing = || format!("writing the key file {}", path.display());
    let entries = held.iter().map(|held| {
        let jwk = held.key.to_jwk()?;
        Ok(Entry { jwk, signs_from: held.signs_from, published_until: held.published_until })
    });
    let keys = entries.collect::<anyhow::Result<Vec<_>>>().with_context(writing)?;
    let file = KeyFile { format: FORMAT.to_owned(), keys };
    let text = serde_json::to_string(&file).map(Zeroizing::new).with_context(writing)?;
    let mut old = OpenOptions::new().read(true).write(true).open(path).with_context(writing)?;
    private_file::write(path, text.as_bytes()).with_context(writing)?;
    private_file::wipe(&mut old).with_context(writing)
}
