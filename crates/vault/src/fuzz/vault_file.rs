//! A vault's file.

use super::fixed::{VAULT, rewrite, words};
use super::{Note, patch, refuse_crash, run};
use crate::file::SQLITE_MAGIC;
use crate::vault::Vault;

/// A vault's file, or [changes](patch) to the rows of one.
#[must_use]
pub fn vault_file(bytes: &[u8]) -> bool {
    // Made before the reader runs: one runtime cannot be started within another.
    let whole = &VAULT.file;
    run(async {
        if bytes.starts_with(SQLITE_MAGIC) {
            return read(bytes, true).await;
        }
        let file = rewrite(whole, async |connection| patch::apply(connection, bytes).await).await;
        // The keys are at hand for these: what is whole may say anything.
        read(&file, false).await
    })
}

/// Opens the file and reads all there is to read of it.
async fn read(file: &[u8], without_keys: bool) -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vault.db");
    std::fs::write(&path, file).expect("a file");
    let vault = match Vault::open(&path, &words()).await {
        Ok(vault) => vault,
        Err(refused) => {
            refuse_crash(&refused);
            return false;
        }
    };
    drop(vault.slots().await.map_err(|refused| refuse_crash(&refused)));
    let wholeness = vault.wholeness().await.map_err(|refused| refuse_crash(&refused));
    let notes = vault.list::<Note>().await.map_err(|refused| refuse_crash(&refused));
    let damaged = vault.damaged().await.map_err(|refused| refuse_crash(&refused));
    if let (true, Ok(true), Ok(notes), Ok(damaged)) =
        (without_keys, wholeness.map(crate::Wholeness::is_fine), &notes, damaged)
    {
        assert!(notes.iter().all(|note| VAULT.notes.contains(note)), "a value that was never kept");
        // The first layout had no manifest: what is missing from such a file nobody can tell (docs/known-issues.md).
        if is_signed(file) {
            assert_eq!(notes.len() + damaged.len(), VAULT.notes.len(), "something is missing in silence");
        }
    }
    drop(vault.lock().await);
    notes.is_ok()
}

/// Whether a file is of a layout with a manifest, by the text of its schema.
fn is_signed(file: &[u8]) -> bool {
    const TABLE: &[u8] = b"CREATE TABLE manifest";
    file.windows(TABLE.len()).any(|bytes| bytes == TABLE)
}
