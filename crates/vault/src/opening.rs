//! The two ways to an open vault: creating one and opening one.

use std::path::Path;

use rand_core::CryptoRng;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{Connection, SqliteConnection};

use crate::error::{StorageError, VaultError};
use crate::file::VaultFile;
use crate::manifest::{Contents, Rows, sign_anew};
use crate::migration::{self, FIRST_SIGNED, SCHEMA};
use crate::record::make_id;
use crate::rows;
use crate::store::{self, HeaderRow};
use crate::unlock::{
    FIRST_EPOCH, KeyError, Keys, Nonce, Slot, SlotHead, SlotKey, SlotKind, Stretching, VaultId, VaultKey,
};
use crate::vault::Vault;

impl Vault {
    /// Makes a new vault at `path`, closed by `passphrase`, and leaves it open.
    ///
    /// The folder is made if it is not there. `now` is in Unix seconds. The vault is built beside `path` and put there
    /// when it is whole: whatever interrupts this, there is never half a vault. Takes as long as one opening.
    pub async fn create(
        path: &Path,
        passphrase: &SecretString,
        now: i64,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Self, VaultError> {
        if passphrase.expose_secret().is_empty() {
            return Err(VaultError::EmptyPassphrase);
        }
        let file = VaultFile::prepare(path)?;

        let vault = VaultId::make(rng);
        let key = VaultKey::make(rng);
        let mut salt = vec![0; 16];
        rng.fill_bytes(&mut salt);
        let slot_key = derive_slot_key(passphrase, salt.clone(), Stretching::NEW).await?;
        let head = SlotHead {
            id: make_id(now, rng).as_bytes().to_vec(),
            kind: SlotKind::Passphrase.name().to_owned(),
            parameters: Stretching::NEW.encode()?,
            salt,
        };
        let slot = Slot::wrap(head, (vault, FIRST_EPOCH), &slot_key, &key, Nonce::make(rng))?;
        let keys = key.derive_keys(vault, FIRST_EPOCH)?;

        let draft = file.make_draft()?;
        let mut connection = store::connect(&draft).await?;
        let built = build(&mut connection, vault, slot, &keys).await;
        store::close(connection).await?;
        let contents = built?;
        file.adopt(&draft)?;

        let connection = store::connect(file.path()).await?;
        Ok(Self::new(file, connection, keys, contents))
    }

    /// Opens the vault at `path`.
    ///
    /// Stretching the passphrase takes a tenth of a second or more and 64 MiB, on a thread of its own. A file that is
    /// not a vault, or is newer than this program, is not touched.
    pub async fn open(path: &Path, passphrase: &SecretString) -> Result<Self, VaultError> {
        let file = VaultFile::find(path)?;
        let mut connection = store::connect(path).await?;
        match unlock(&file, &mut connection, passphrase).await {
            Ok((keys, contents)) => Ok(Self::new(file, connection, keys, contents)),
            Err(error) => {
                // Closed before the lock is released. The first error is the one that explains.
                drop(connection.close().await);
                Err(error)
            }
        }
    }
}

async fn build(
    connection: &mut SqliteConnection,
    vault: VaultId,
    slot: Slot,
    keys: &Keys,
) -> Result<Contents, VaultError> {
    migration::lay_out(connection).await?;
    let header = HeaderRow { vault_id: vault.0.to_vec(), schema: SCHEMA, epoch: FIRST_EPOCH };
    store::insert_header(connection, &header).await?;
    store::insert_slot(connection, &slot).await?;
    let mut contents = Contents::read(&Rows { slots: vec![slot], records: Vec::new(), mark: None }, keys);
    sign_anew(connection, &keys.manifest, &mut contents, 0).await?;
    Ok(contents)
}

async fn unlock(
    file: &VaultFile,
    connection: &mut SqliteConnection,
    passphrase: &SecretString,
) -> Result<(Keys, Contents), VaultError> {
    let HeaderRow { vault_id, schema, epoch } =
        store::find_header(connection).await?.ok_or(StorageError::Damaged)?;
    migration::check(connection, schema).await?;
    let vault = VaultId(vault_id.try_into().map_err(|_| StorageError::Damaged)?);

    let slots = store::read_slots(connection).await?;
    // Exactly one is ever written. Trying several would let a file multiply the cost of a guess.
    let slot = slots
        .iter()
        .find(|slot| slot.head.kind == SlotKind::Passphrase.name())
        .ok_or(VaultError::SlotDamaged)?;
    let stretching = Stretching::parse(&slot.head.parameters)?;
    let slot_key = derive_slot_key(passphrase, slot.head.salt.clone(), stretching).await?;
    let keys = slot.unwrap((vault, epoch), &slot_key)?.derive_keys(vault, epoch)?;

    let mark = if schema < FIRST_SIGNED { None } else { store::find_mark(connection).await? };
    let records = rows::read_records(connection).await?;
    let mut contents = Contents::read(&Rows { slots, records, mark }, &keys);
    if schema < SCHEMA {
        migration::bring_up(file, connection, schema, &keys, &mut contents).await?;
    }
    Ok((keys, contents))
}

/// The slot key of a passphrase, derived on a thread of its own.
pub(crate) async fn derive_slot_key(
    passphrase: &SecretString,
    salt: Vec<u8>,
    stretching: Stretching,
) -> Result<SlotKey, KeyError> {
    let passphrase = passphrase.clone();
    let stretched =
        tokio::task::spawn_blocking(move || SlotKey::derive(&passphrase, &salt, stretching)).await;
    stretched.map_err(|_| KeyError::Refused)?
}
