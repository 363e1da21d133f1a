-- The vault's first shape. A migration that has landed is never edited; a later one adds a file here and ends with
-- `UPDATE header SET schema = <its number>`, and `SCHEMA` in src/store.rs follows.

-- 'PSBY' in the file's own header tells a vault from any other SQLite file before a byte of it is touched.
PRAGMA application_id = 1347633753;

-- One row. Its columns are the promise every later program can rely on to say "this vault is newer than I am".
CREATE TABLE header (
    one      INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    vault_id BLOB    NOT NULL CHECK (length(vault_id) = 16),
    schema   INTEGER NOT NULL,
    -- Counts the vault keys this vault has had. Bound into every seal, so it cannot be changed alone.
    epoch    INTEGER NOT NULL
) STRICT;

-- The ways in: each slot holds the same vault key, wrapped for one kind of secret.
CREATE TABLE slot (
    id         BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind       TEXT NOT NULL,
    parameters BLOB NOT NULL,
    salt       BLOB NOT NULL,
    commitment BLOB NOT NULL,
    wrapped    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What the person keeps. Kind, label, times and values are all inside the padded, sealed blob.
CREATE TABLE record (
    id    BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    ver   INTEGER NOT NULL CHECK (ver >= 1),
    epoch INTEGER NOT NULL,
    blob  BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
