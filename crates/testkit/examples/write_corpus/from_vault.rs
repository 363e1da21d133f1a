//! Seeds for the vault's own files: those it makes itself, and the backups of the test vectors, whose keys are others.

use passerby_testkit::checkout;
use serde_json::Value;

use crate::Corpora;

pub fn put(corpora: &mut Corpora) -> std::io::Result<()> {
    for (target, name, seed) in passerby_vault::fuzz::seeds() {
        corpora.put(target, &name, seed)?;
    }
    let mut backups = Vec::new();
    for entry in std::fs::read_dir(checkout::find("tests/vectors/backup"))? {
        let path = entry?.path();
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let vector: Value = serde_json::from_slice(&std::fs::read(&path)?)?;
        let file = vector["input"]["file"].as_str().unwrap_or_default();
        backups.push((name, file.to_owned()));
    }
    backups.sort();
    corpora.put_some("backup_file", backups)
}
