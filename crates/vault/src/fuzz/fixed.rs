//! A vault that is the same in every run: its keys, its records, its file and a backup of it.

use std::path::Path;
use std::sync::LazyLock;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use super::{Note, run};
use crate::error::VaultError;
use crate::manifest::{Contents, Rows, sign_anew};
use crate::opening::lay_out;
use crate::record::{Change, RecordId, encode, make_id};
use crate::rows;
use crate::unlock::{
    FIRST_EPOCH, Keys, Nonce, RecoverySecret, Slot, SlotHead, SlotKey, SlotKind, Stretching, VaultId,
    VaultKey,
};

/// 2026-11-22, in Unix seconds.
pub(crate) const NOW: i64 = 1_795_000_000;
/// The smallest that SQLite knows, so that a whole vault is a small seed.
const PAGE: u32 = 512;
/// One is longer than what is kept in memory, and than a page.
const TEXTS: [&str; 4] = ["Ada", "ada@home.example", "", "The longest of all. "];

/// The vault, its file as it is after the last write, and what is in it.
pub(crate) struct Fixed {
    pub(crate) keys: Keys,
    pub(crate) slots: Vec<Slot>,
    pub(crate) notes: Vec<(RecordId, Note)>,
    pub(crate) file: Vec<u8>,
}

/// As this program makes it.
pub(crate) static VAULT: LazyLock<Fixed> = LazyLock::new(|| Fixed::new(FIRST_EPOCH));

/// The words that open it.
pub(crate) fn words() -> RecoverySecret {
    RecoverySecret::new(&[5; 32])
}

impl Fixed {
    fn new(epoch: i64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(17);
        let (vault, key) = (VaultId::make(&mut rng), VaultKey::make(&mut rng));
        let keys = key.derive_keys(vault, epoch).expect("keys");
        // The passphrase slot opens for the words too: nothing is stretched, and its parameters are read all the same.
        let stretching = Stretching::FLOOR.encode().expect("parameters");
        let slots = [(SlotKind::Passphrase, stretching), (SlotKind::Words, Vec::new())];
        let slots = slots.map(|(kind, parameters)| {
            let salt = vec![4; 16];
            let slot_key = SlotKey::derive_from_words(&words(), &salt).expect("a slot key");
            let id = make_id(NOW, &mut rng).as_bytes().to_vec();
            let head = SlotHead { id, kind: kind.name().to_owned(), parameters, salt };
            Slot::wrap(head, (vault, epoch), &slot_key, &key, Nonce::make(&mut rng)).expect("a slot")
        });
        let mut slots = slots.to_vec();
        slots.sort_by(|one, next| one.head.id.cmp(&next.head.id));

        let mut notes: Vec<_> = TEXTS
            .into_iter()
            .zip(NOW..)
            .map(|(text, at)| {
                let text = if text.ends_with(' ') { text.repeat(60) } else { text.to_owned() };
                (make_id(at, &mut rng), Note { text, at })
            })
            .collect();
        notes.sort_by_key(|(id, _)| *id);
        let changes: Vec<_> = notes
            .iter()
            .map(|(id, note)| {
                let plaintext = encode(note).expect("a note");
                let blob = keys.record.seal(*id, 1, Nonce::make(&mut rng), &plaintext).expect("a blob");
                Change::Insert { id: *id, ver: 1, blob }
            })
            .collect();
        let file = run(write_file(&keys, &slots, &changes)).expect("the fixed vault");
        Self { keys, slots, notes, file }
    }

    /// A vault as the first programs left it: schema 1, and a key of the first epoch.
    pub(crate) fn old() -> Vec<u8> {
        let old = Self::new(FIRST_EPOCH - 1);
        run(rewrite(&old.file, async |connection| {
            let older = "DROP TABLE manifest; DELETE FROM _sqlx_migrations WHERE version = 2; \
                         UPDATE header SET schema = 1; VACUUM;";
            sqlx::raw_sql(older).execute(&mut *connection).await.expect("schema 1");
        }))
    }
}

async fn write_file(keys: &Keys, slots: &[Slot], changes: &[Change]) -> Result<Vec<u8>, VaultError> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("vault.db");
    let mut connection = connect(&path).await;
    lay_out(&mut connection, keys.record.place(), slots).await?;
    rows::write_changes(&mut connection, keys.record.epoch(), changes).await.expect("rows");
    let records = rows::read_records(&mut connection).await?;
    let rows = Rows { slots: slots.to_vec(), records, mark: None, version: None };
    let mut contents = Contents::read(&rows, keys);
    sign_anew(&mut connection, &keys.manifest, &mut contents, 0).await?;
    // The only columns that tell when it was.
    let timeless = "UPDATE _sqlx_migrations SET installed_on = '2026-11-22 12:00:00', execution_time = 0";
    sqlx::raw_sql(timeless).execute(&mut connection).await.expect("no times");
    finish(connection).await;
    Ok(std::fs::read(&path)?)
}

/// The file after somebody wrote to it who has no key.
pub(crate) async fn rewrite(file: &[u8], write: impl AsyncFnOnce(&mut SqliteConnection)) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vault.db");
    std::fs::write(&path, file).expect("a file");
    let mut connection = connect(&path).await;
    write(&mut connection).await;
    finish(connection).await;
    std::fs::read(&path).expect("the file")
}

/// Without waiting for the disk: nothing of this is kept.
async fn connect(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .page_size(PAGE)
        .journal_mode(SqliteJournalMode::Memory)
        .synchronous(SqliteSynchronous::Off)
        .disable_statement_logging();
    options.connect().await.expect("SQLite")
}

/// As the vault leaves a file: with its log switched on.
async fn finish(mut connection: SqliteConnection) {
    // A file that was made unreadable stays as it is.
    drop(sqlx::raw_sql("PRAGMA journal_mode = WAL").execute(&mut connection).await);
    drop(connection.close().await);
}
