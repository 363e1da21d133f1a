//! Writes seeds that are missing from `fuzz/corpus/<target>`: from the test vectors, from the scene, from the vault
//! and by hand. It
//! never overwrites one, and what a fuzzer found stays.

#![allow(clippy::expect_used, reason = "a tool for developers")]

mod by_hand;
mod from_scene;
mod from_vault;
mod from_vectors;

use std::collections::BTreeSet;

use passerby_protocol::wire::b64u;
use passerby_testkit::fuzz;

/// The largest seed, in bytes: a corpus is for people to clone.
const LARGEST: usize = 12 << 10;
/// How many seeds of one target come from the vectors.
const MOST: usize = 24;

fn main() -> std::io::Result<()> {
    let mut corpora = Corpora::default();
    from_scene::put(&mut corpora)?;
    from_vectors::put(&mut corpora)?;
    from_vault::put(&mut corpora)?;
    by_hand::put(&mut corpora)?;
    println!("{} seeds written, {} left as they were", corpora.written, corpora.kept);
    Ok(())
}

/// The folders of seeds.
#[derive(Default)]
pub struct Corpora {
    written: u32,
    kept: u32,
}

impl Corpora {
    /// Puts one seed, unless it is there.
    ///
    /// # Panics
    /// When there is no such target.
    pub fn put(&mut self, target: &str, name: &str, seed: impl AsRef<[u8]>) -> std::io::Result<()> {
        let mut targets = fuzz::TARGETS.iter().chain(passerby_vault::fuzz::TARGETS);
        assert!(targets.any(|(known, _)| *known == target), "there is no target {target}");
        let folder = fuzz::corpora().join(target);
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(name);
        if path.exists() {
            self.kept += 1;
            return Ok(());
        }
        self.written += 1;
        std::fs::write(path, seed)
    }

    /// Puts different ones of these seeds, spread over the list.
    pub fn put_some(&mut self, target: &str, seeds: Vec<(String, String)>) -> std::io::Result<()> {
        let mut known = BTreeSet::new();
        let different: Vec<_> = seeds
            .into_iter()
            .filter(|(_, seed)| seed.len() <= LARGEST && known.insert(b64u::sha256(seed)))
            .collect();
        let step = different.len().div_ceil(MOST).max(1);
        different.iter().step_by(step).try_for_each(|(name, seed)| self.put(target, name, seed))
    }
}

/// Header and payload of a compact JWS on two lines, to be signed by the target; None if it is no JWS.
#[must_use]
pub fn find_content(compact: &str) -> Option<String> {
    let mut parts =
        compact.split('.').map(|part| b64u::decode(part).ok().and_then(|b| String::from_utf8(b).ok()));
    let (header, payload) = (parts.next()??, parts.next()??);
    let one_line = !header.contains('\n');
    one_line.then(|| format!("{header}\n{payload}"))
}
