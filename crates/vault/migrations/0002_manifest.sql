-- What makes the vault one whole: a code over all slots and records, rewritten with every write. See docs/vault-format.md.

-- One row, which only the holder of the vault key can make. The program lays it down with this migration; a vault that
-- has lost it is reported as altered.
CREATE TABLE manifest (
    one     INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    -- Grows by one with every write, so that an older state can be told from a newer one.
    counter INTEGER NOT NULL CHECK (counter >= 1),
    mac     BLOB    NOT NULL CHECK (length(mac) = 32)
) STRICT;

UPDATE header SET schema = 2 WHERE one = 1;
