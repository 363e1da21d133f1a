//! Creating a vault and opening one.

use std::path::Path;

use rand_core::CryptoRng;
use sqlx::{Connection, SqliteConnection};

use crate::error::{RecordError, StorageError, VaultError};
use crate::file::VaultFile;
use crate::kill_point;
use crate::manifest::{Contents, Rows, sign_anew};
use crate::migration::{self, FIRST_SIGNED, SCHEMA};
use crate::new_slots::{NewSlots, refuse_empty, take_back};
use crate::record::Batch;
use crate::rows;
use crate::slots::Opens;
use crate::store::{self, HeaderRow};
use crate::unlock::{FIRST_EPOCH, Keys, Slot, VaultId, VaultKey};
use crate::vault::Vault;
use crate::way::WayIn;

impl Vault {
    /// Makes a new, empty vault at `path`: see [`Vault::create_with`].
    pub async fn create(
        path: &Path,
        slots: &NewSlots<'_>,
        now: i64,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Self, VaultError> {
        Self::create_with(path, slots, Batch::of_new_vault(), now, rng).await
    }

    /// Makes a new vault at `path`, closed by `slots`, with its first records in it, and leaves it open.
    ///
    /// The folder is made if it is not there. `now` is in Unix seconds. The vault is built beside `path` and put there
    /// when it is whole: whatever interrupts this, there is never half a vault, nor one with its slots and without its first
    /// records. Takes as long as one opening.
    pub async fn create_with(
        path: &Path,
        slots: &NewSlots<'_>,
        first: Batch,
        now: i64,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Self, VaultError> {
        refuse_empty(slots.passphrase)?;
        let file = VaultFile::prepare(path)?;
        let vault = VaultId::make(rng);
        let key = VaultKey::make(rng);
        let made = slots.make((vault, FIRST_EPOCH), &key, now, rng).await?;
        let keys = key.derive_keys(vault, FIRST_EPOCH)?;

        let rows = Rows { slots: made, records: Vec::new(), mark: None, version: None };
        let adopted = adopt(&file, vault, &rows, first, &keys).await;
        if adopted.is_err() {
            take_back(slots.keyring, vault, &rows.slots).await;
        }
        let contents = adopted?;
        let connection = store::connect(file.path()).await?;
        Ok(Self::new(file, connection, keys, contents))
    }

    /// With what the vault at `path` opens, oldest first, as its file says: nobody has signed for it before it is open. A file
    /// that is not a vault, or is newer than this program, is not touched.
    pub async fn look(path: &Path) -> Result<Vec<Opens>, VaultError> {
        let _file = VaultFile::find(path)?;
        let mut connection = store::connect(path).await?;
        let looked = look(&mut connection).await;
        drop(connection.close().await);
        looked
    }

    /// Takes the vault at `path` away for good; it must not be open. Its backups, and a vault that was set aside, stay.
    ///
    /// What the disk keeps of the file is sealed under a key that no slot holds any more.
    pub fn forget(path: &Path) -> Result<(), VaultError> {
        Ok(VaultFile::find(path)?.forget()?)
    }

    /// Opens the vault at `path` with a passphrase, words or a keyring.
    ///
    /// Stretching a passphrase takes a tenth of a second or more and 64 MiB or more, on a thread of its own. A file that
    /// is not a vault, or is newer than this program, is not touched.
    pub async fn open<'a>(path: &Path, way: impl Into<WayIn<'a>> + Send) -> Result<Self, VaultError> {
        let way = way.into();
        let file = VaultFile::find(path)?;
        let mut connection = store::connect(path).await?;
        match unlock(&file, &mut connection, way).await {
            Ok((keys, contents)) => Ok(Self::new(file, connection, keys, contents)),
            Err(error) => {
                // Closed before the lock is released. The first error is the one that explains.
                drop(connection.close().await);
                Err(error)
            }
        }
    }
}

/// Builds the vault beside its place and puts it there.
async fn adopt(
    file: &VaultFile,
    vault: VaultId,
    rows: &Rows,
    first: Batch,
    keys: &Keys,
) -> Result<Contents, VaultError> {
    let draft = file.make_draft()?;
    let mut connection = store::connect(&draft).await?;
    let built = build(&mut connection, vault, rows, first, keys).await;
    store::close(connection).await?;
    let contents = built?;
    kill_point!("create-built");
    file.adopt(&draft)?;
    kill_point!("create-adopted");
    Ok(contents)
}

/// The tables of a new vault, as far as they must be there before its records.
pub(crate) async fn lay_out(
    connection: &mut SqliteConnection,
    (vault, epoch): (VaultId, i64),
    slots: &[Slot],
) -> Result<(), VaultError> {
    migration::lay_out(connection).await?;
    let header = HeaderRow { vault_id: vault.0.to_vec(), schema: SCHEMA, epoch };
    store::insert_header(connection, &header).await?;
    for slot in slots {
        store::insert_slot(connection, slot).await?;
    }
    Ok(())
}

async fn build(
    connection: &mut SqliteConnection,
    vault: VaultId,
    rows: &Rows,
    first: Batch,
    keys: &Keys,
) -> Result<Contents, VaultError> {
    lay_out(connection, (vault, FIRST_EPOCH), &rows.slots).await?;
    kill_point!("create-slots");
    let mut contents = Contents::read(rows, keys);
    let staged = contents.index.stage(first.into_ops(), &keys.record).map_err(RecordError::into_storage)?;
    let changes = contents.index.apply(staged);
    rows::write_changes(connection, FIRST_EPOCH, &changes).await.map_err(RecordError::into_storage)?;
    sign_anew(connection, &keys.manifest, &mut contents, 0).await?;
    Ok(contents)
}

/// The header of a vault of a layout that this program knows.
async fn read_header(connection: &mut SqliteConnection) -> Result<HeaderRow, VaultError> {
    store::refuse_computed(connection).await?;
    let header = store::find_header(connection).await?.ok_or(StorageError::Damaged)?;
    migration::check(connection, header.schema).await?;
    Ok(header)
}

async fn look(connection: &mut SqliteConnection) -> Result<Vec<Opens>, VaultError> {
    read_header(connection).await?;
    Ok(store::read_slots(connection).await?.iter().map(Opens::of).collect())
}

async fn unlock(
    file: &VaultFile,
    connection: &mut SqliteConnection,
    way: WayIn<'_>,
) -> Result<(Keys, Contents), VaultError> {
    let HeaderRow { vault_id, schema, epoch } = read_header(connection).await?;
    let vault = VaultId(vault_id.try_into().map_err(|_| StorageError::Damaged)?);

    let version = Some(store::find_version(connection).await?);
    let slots = store::read_slots(connection).await?;
    // SQLite reads on a thread of its own while the key is derived on others.
    let (key, records) = tokio::join!(way.open((vault, epoch), &slots), rows::read_records(connection));
    let keys = key?.derive_keys(vault, epoch)?;

    let mark = if schema < FIRST_SIGNED { None } else { store::find_mark(connection).await? };
    let mut contents = Contents::read(&Rows { slots, records: records?, mark, version }, &keys);
    if schema < SCHEMA {
        migration::bring_up(file, connection, schema, &keys, &mut contents).await?;
    }
    Ok((keys, contents))
}
