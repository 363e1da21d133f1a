//! The vectors of `tests/vectors/backup`, which another implementation made from docs/vault-format.md.

use std::path::Path;

use secrecy::SecretString;
use serde_json::{Value, json};

use super::error::RestoreError;
use super::plaintext::Plaintext;
use super::restore::open;
use crate::error::VaultError;
use crate::unlock::RecoverySecret;
use crate::way::WayIn;

/// The word of docs/vault-format.md.
fn word(refused: &RestoreError) -> &'static str {
    match refused {
        RestoreError::NotABackup => "not-a-backup",
        RestoreError::Newer => "newer",
        RestoreError::Damaged => "damaged",
        RestoreError::NoSlot => "no-slot",
        RestoreError::Vault(VaultError::WrongPassphrase | VaultError::WrongWords) => "wrong-secret",
        RestoreError::Vault(VaultError::Stretching { .. }) => "stretching",
        RestoreError::Vault(VaultError::SlotDamaged) => "slot-damaged",
        _ => "another",
    }
}

async fn read(file: &str, way: WayIn<'_>) -> Result<Value, RestoreError> {
    let opened = open(file.as_bytes(), way).await?;
    // Through the vault's own form and back, so that both directions are the vector's.
    let mut contents = Plaintext::default();
    for record in opened.records {
        contents.push(record.id, record.ver, &record.plaintext).unwrap();
    }
    let contents: Value = serde_json::from_slice(&contents.encode().unwrap()).unwrap();
    Ok(json!({ "made": opened.head.made, "counter": opened.head.counter, "records": contents["records"] }))
}

fn bytes(hex: &str) -> [u8; 32] {
    std::array::from_fn(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
}

#[tokio::test]
async fn every_vector_is_read_as_it_says() {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").unwrap();
    let folder = Path::new(&own).join("../../tests/vectors/backup");
    let (mut seen, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let vector: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let text = |name: &str| vector["input"][name].as_str();
        let passphrase = SecretString::from(text("passphrase").unwrap_or_default());
        let secret = text("recovery_secret_hex").map(|hex| RecoverySecret::new(&bytes(hex)));
        let way = secret.as_ref().map_or(WayIn::Passphrase(&passphrase), WayIn::Words);
        let found = match read(text("file").unwrap(), way).await {
            Ok(found) => json!({ "ok": found }),
            Err(refused) => json!({ "refused": word(&refused) }),
        };
        if found != vector["expect"] {
            wrong.push(format!("{}: {found}", path.display()));
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 20, "only {seen} vectors");
}
