//! The rows of the table `record`, as sealed bytes.
//!
//! A file that is broken in one place is read up to the break, and from the other end back to it: what can still be
//! read is worth more than a clear error.

use sqlx::SqliteConnection;

use crate::error::{RecordError, StorageError};
use crate::record::{Change, RecordId};

/// A row of `record` without its id.
pub(crate) struct RecordRow {
    pub(crate) ver: i64,
    pub(crate) epoch: i64,
    pub(crate) blob: Vec<u8>,
}

struct FullRow {
    id: Vec<u8>,
    ver: i64,
    epoch: i64,
    blob: Vec<u8>,
}

impl FullRow {
    /// `None` if the table is broken here: its own check keeps ids at 16 bytes.
    fn parse(self) -> Option<(RecordId, RecordRow)> {
        let id = RecordId::try_from(self.id.as_slice()).ok()?;
        Some((id, RecordRow { ver: self.ver, epoch: self.epoch, blob: self.blob }))
    }
}

/// How many rows are asked for at a time: of the largest size, they are half a gigabyte.
const PORTION: u32 = 128;

/// All rows that can be read, sorted by id. If the table is broken the manifest will not fit; if it is so broken that
/// there is not one row, that is an error.
pub(crate) async fn read_records(
    connection: &mut SqliteConnection,
) -> Result<Vec<(RecordId, RecordRow)>, StorageError> {
    let mut records = Vec::new();
    if read_onward(connection, &mut records).await? {
        return Ok(records);
    }
    let mut behind = read_backward(connection, records.last().map(|(id, _)| *id)).await?;
    behind.reverse();
    records.append(&mut behind);
    if records.is_empty() { Err(StorageError::Damaged) } else { Ok(records) }
}

/// Reads from the first row on; `false` if the table broke off.
async fn read_onward(
    connection: &mut SqliteConnection,
    records: &mut Vec<(RecordId, RecordRow)>,
) -> Result<bool, StorageError> {
    let mut portion = PORTION;
    loop {
        let last = records.last().map_or(&[][..], |(id, _)| id.as_bytes());
        let rows = sqlx::query_as!(
            FullRow,
            "SELECT id, ver, epoch, blob FROM record WHERE id > ? ORDER BY id LIMIT ?",
            last,
            portion
        );
        match rows.fetch_all(&mut *connection).await.map_err(StorageError::from) {
            Ok(rows) if rows.is_empty() => return Ok(true),
            Ok(rows) => {
                for row in rows {
                    let Some(row) = row.parse() else { return Ok(false) };
                    records.push(row);
                }
            }
            // One by one up to the break itself.
            Err(StorageError::Damaged) if portion > 1 => portion = 1,
            Err(StorageError::Damaged) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
}

/// Reads from the last row back, not beyond `first`, until the table breaks off.
async fn read_backward(
    connection: &mut SqliteConnection,
    first: Option<RecordId>,
) -> Result<Vec<(RecordId, RecordRow)>, StorageError> {
    let mut records: Vec<(RecordId, RecordRow)> = Vec::new();
    loop {
        // Higher than every id, being longer.
        let last = records.last().map_or(&[0xff; 17][..], |(id, _)| id.as_bytes());
        let row = sqlx::query_as!(
            FullRow,
            "SELECT id, ver, epoch, blob FROM record WHERE id < ? ORDER BY id DESC LIMIT 1",
            last
        );
        match row.fetch_optional(&mut *connection).await.map_err(StorageError::from) {
            Ok(None) | Err(StorageError::Damaged) => return Ok(records),
            Ok(Some(row)) => match row.parse() {
                Some(row) if first.is_none_or(|first| first < row.0) => records.push(row),
                _ => return Ok(records),
            },
            Err(error) => return Err(error),
        }
    }
}

/// The rows of these ids that are there, in the same order.
pub(crate) async fn find_records(
    connection: &mut SqliteConnection,
    ids: &[RecordId],
) -> Result<Vec<(RecordId, RecordRow)>, StorageError> {
    let ids: Vec<u8> = ids.iter().flat_map(|id| *id.as_bytes()).collect();
    // One statement for any number of ids: they come as one blob, cut up here.
    let rows = sqlx::query_as!(
        FullRow,
        r#"WITH RECURSIVE wanted (place) AS (
               SELECT 1 UNION ALL SELECT place + 16 FROM wanted WHERE place + 16 < length(?1)
           )
           SELECT id AS "id!", ver AS "ver!", epoch AS "epoch!", blob AS "blob!"
           FROM wanted CROSS JOIN record ON id = substr(?1, place, 16)"#,
        ids
    );
    Ok(rows.fetch_all(connection).await?.into_iter().filter_map(FullRow::parse).collect())
}

/// Writes changes within a transaction.
pub(crate) async fn write_changes(
    transaction: &mut SqliteConnection,
    epoch: i64,
    changes: &[Change],
) -> Result<(), RecordError> {
    for change in changes {
        match change {
            Change::Insert { id, ver, blob } => {
                let id = id.as_bytes().as_slice();
                sqlx::query!(
                    "INSERT INTO record (id, ver, epoch, blob) VALUES (?, ?, ?, ?)",
                    id,
                    ver,
                    epoch,
                    blob
                )
                .execute(&mut *transaction)
                .await
                .map_err(StorageError::from)?;
            }
            Change::Update { id, old_ver, ver, blob } => {
                let key = id.as_bytes().as_slice();
                let done = sqlx::query!(
                    "UPDATE record SET ver = ?, epoch = ?, blob = ? WHERE id = ? AND ver = ?",
                    ver,
                    epoch,
                    blob,
                    key,
                    old_ver
                )
                .execute(&mut *transaction)
                .await
                .map_err(StorageError::from)?;
                // The row is gone or is another version than this process wrote: somebody else changed the file.
                if done.rows_affected() != 1 {
                    return Err(RecordError::Damaged { id: *id });
                }
            }
            Change::Remove { id } => remove_record(transaction, *id).await?,
        }
    }
    Ok(())
}

/// Puts another seal in the place of a record's, for the same version.
pub(crate) async fn reseal_record(
    transaction: &mut SqliteConnection,
    id: RecordId,
    row: &RecordRow,
) -> Result<(), StorageError> {
    let id = id.as_bytes().as_slice();
    let done = sqlx::query!(
        "UPDATE record SET epoch = ?, blob = ? WHERE id = ? AND ver = ?",
        row.epoch,
        row.blob,
        id,
        row.ver
    );
    match done.execute(transaction).await?.rows_affected() {
        1 => Ok(()),
        _ => Err(StorageError::Changed),
    }
}

pub(crate) async fn remove_record(
    transaction: &mut SqliteConnection,
    id: RecordId,
) -> Result<(), StorageError> {
    let id = id.as_bytes().as_slice();
    sqlx::query!("DELETE FROM record WHERE id = ?", id).execute(transaction).await?;
    Ok(())
}

/// Fails if a record is left that belongs to another epoch: somebody else wrote it meanwhile.
pub(crate) async fn refuse_other_epochs(
    transaction: &mut SqliteConnection,
    epoch: i64,
) -> Result<(), StorageError> {
    let others = sqlx::query_scalar!("SELECT count(*) FROM record WHERE epoch <> ?", epoch);
    match others.fetch_one(transaction).await? {
        0 => Ok(()),
        _ => Err(StorageError::Changed),
    }
}
