//! Changes to the rows of the fixed vault's file, from bytes: random bytes would only meet SQLite's own pages.
//!
//! The first byte says whether the manifest is made anew afterwards. Then, again and again: what is done, in which column
//! (see [`COLUMNS`]), in which row, how many bytes follow, and they.

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::fixed::VAULT;
use crate::manifest::{Contents, Rows, sign_anew};
use crate::record::RecordId;
use crate::record::padding::pad;
use crate::rows;
use crate::store;
use crate::unlock::Nonce;

/// More would only make each run slower.
const MOST: usize = 12;

/// Every column that is read, with its table and that table's key.
pub(super) const COLUMNS: [(&str, &str, &str); 17] = [
    ("record", "id", "id"),
    ("record", "id", "ver"),
    ("record", "id", "epoch"),
    ("record", "id", "blob"),
    ("slot", "id", "id"),
    ("slot", "id", "kind"),
    ("slot", "id", "parameters"),
    ("slot", "id", "salt"),
    ("slot", "id", "commitment"),
    ("slot", "id", "wrapped"),
    ("header", "one", "one"),
    ("header", "one", "vault_id"),
    ("header", "one", "schema"),
    ("header", "one", "epoch"),
    ("manifest", "one", "counter"),
    ("manifest", "one", "mac"),
    ("_sqlx_migrations", "version", "version"),
];

/// What is done; the numbers are those of a patch's first byte.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    SetBlob,
    SetNumber,
    SetText,
    SetNull,
    Flip,
    Remove,
    /// The row once more, with these bytes for its key.
    Double,
    /// A record with these bytes inside its padding, really sealed.
    Seal,
}

pub(super) const ACTS: [Act; 8] = [
    Act::SetBlob,
    Act::SetNumber,
    Act::SetText,
    Act::SetNull,
    Act::Flip,
    Act::Remove,
    Act::Double,
    Act::Seal,
];

struct Patch<'a> {
    act: Act,
    column: (&'static str, &'static str, &'static str),
    row: u8,
    bytes: &'a [u8],
}

/// The list in the input behind its first byte, as far as it goes.
fn parse(mut input: &[u8]) -> Vec<Patch<'_>> {
    let mut patches = Vec::new();
    while let ([act, column, row, length, rest @ ..], true) = (input, patches.len() < MOST) {
        let (bytes, behind) = rest.split_at(usize::from(*length).min(rest.len()));
        let act = ACTS[usize::from(*act) % ACTS.len()];
        let column = COLUMNS[usize::from(*column) % COLUMNS.len()];
        patches.push(Patch { act, column, row: *row, bytes });
        input = behind;
    }
    patches
}

/// Does what the input says, as far as SQLite lets it.
pub(super) async fn apply(connection: &mut SqliteConnection, input: &[u8]) {
    let (signed, list) = input.split_first().map_or((false, input), |(first, rest)| (first % 2 == 1, rest));
    // Whoever has the file is not held to the promises of its tables.
    let loose = "PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON; \
                 UPDATE sqlite_schema SET sql = replace(replace(replace(sql, 'STRICT, ', ''), ' STRICT', ''), \
                 ' NOT NULL', '') WHERE sql IS NOT NULL; PRAGMA writable_schema = RESET;";
    sqlx::raw_sql(loose).execute(&mut *connection).await.expect("loose tables");
    for patch in parse(list) {
        patch.apply(connection).await;
    }
    if signed {
        sign(connection).await;
    }
}

impl Patch<'_> {
    async fn apply(&self, connection: &mut SqliteConnection) {
        let (table, key, column) = self.column;
        let row = format!(
            "{key} = (SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 \
             OFFSET {} % max((SELECT count(*) FROM {table}), 1))",
            self.row
        );
        let set = |value: &str| format!("UPDATE {table} SET {column} = {value} WHERE {row}");
        let (sql, bytes) = match self.act {
            Act::SetBlob => (set("?1"), self.bytes.to_vec()),
            Act::SetNumber => (set(&self.number().to_string()), Vec::new()),
            Act::SetText => (set("CAST(?1 AS TEXT)"), self.bytes.to_vec()),
            Act::SetNull => (set("NULL"), Vec::new()),
            Act::Flip => {
                let value = format!("SELECT CAST({column} AS BLOB) FROM {table} WHERE {row}");
                let value = sqlx::query_scalar::<_, Option<Vec<u8>>>(AssertSqlSafe(value));
                let Ok(Some(value)) = value.fetch_one(&mut *connection).await else { return };
                (set("?1"), self.flip(value))
            }
            Act::Remove => (format!("DELETE FROM {table} WHERE {row}"), Vec::new()),
            Act::Double => {
                let copied = format!(
                    "DROP TABLE IF EXISTS temp.copied; CREATE TEMP TABLE copied AS SELECT * FROM {table} WHERE {row}"
                );
                drop(sqlx::raw_sql(AssertSqlSafe(copied)).execute(&mut *connection).await);
                let named = sqlx::query(AssertSqlSafe(format!("UPDATE temp.copied SET {key} = ?1")));
                drop(named.bind(self.bytes).execute(&mut *connection).await);
                (format!("INSERT INTO {table} SELECT * FROM temp.copied"), Vec::new())
            }
            Act::Seal => {
                let Some(blob) = self.seal(connection).await else { return };
                let nth = format!("(SELECT id FROM record ORDER BY id LIMIT 1 OFFSET {})", self.row);
                (format!("UPDATE record SET blob = ?1 WHERE id = {nth}"), blob)
            }
        };
        // A key that is taken, for one, is refused: then nothing is changed.
        drop(sqlx::query(AssertSqlSafe(sql)).bind(bytes).execute(connection).await);
    }

    fn number(&self) -> i64 {
        let mut number = [0; 8];
        number.iter_mut().zip(self.bytes).for_each(|(to, from)| *to = *from);
        i64::from_le_bytes(number)
    }

    /// The first two bytes say where, the others are what is turned.
    fn flip(&self, mut value: Vec<u8>) -> Vec<u8> {
        if let ([high, low, turned @ ..], false) = (self.bytes, value.is_empty()) {
            let at = usize::from(u16::from_be_bytes([*high, *low])) % value.len();
            value.iter_mut().skip(at).zip(turned).for_each(|(byte, turn)| *byte ^= turn);
        }
        value
    }

    async fn seal(&self, connection: &mut SqliteConnection) -> Option<Vec<u8>> {
        let row = rows::read_records(connection).await.ok()?.into_iter().nth(usize::from(self.row));
        let (id, row): (RecordId, _) = row?;
        let plaintext = pad(self.bytes.len(), |buffer| {
            buffer.copy_from_slice(self.bytes);
            Ok::<_, ()>(())
        });
        let nonce = Nonce::make(&mut ChaCha20Rng::seed_from_u64(u64::from(self.row)));
        VAULT.keys.record.seal(id, row.ver, nonce, &plaintext.ok()?).ok()
    }
}

/// Makes the manifest anew, for what stands in the file now, if that can be read.
async fn sign(connection: &mut SqliteConnection) {
    let (Ok(slots), Ok(records)) =
        (store::read_slots(connection).await, rows::read_records(connection).await)
    else {
        return;
    };
    let rows = Rows { slots, records, mark: None, version: None };
    let mut contents = Contents::read(&rows, &VAULT.keys);
    drop(sign_anew(connection, &VAULT.keys.manifest, &mut contents, 1).await);
}
