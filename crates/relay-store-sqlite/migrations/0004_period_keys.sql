-- What the relay keeps of a release is sealed once more, under a key of the grant's own; that key is wrapped under the key of a period,
-- which is kept in a file and in no database.

CREATE TABLE periods (
    -- Goes up, and never comes again.
    number INTEGER PRIMARY KEY NOT NULL,
    -- Tells its key from another one that was made for the same number. No secret.
    mark TEXT NOT NULL,
    begun_at INTEGER NOT NULL
) STRICT;

-- Set together. Once they are set, release is empty. NULL: from before there were periods.
ALTER TABLE grants ADD COLUMN sealed_release BLOB;
ALTER TABLE grants ADD COLUMN wrapped_key BLOB;
ALTER TABLE grants ADD COLUMN period INTEGER REFERENCES periods (number);

CREATE INDEX grants_by_period ON grants (period, id);

-- Which state of the tombstone journal, which is a file, this database has been through.
CREATE TABLE journal_seen (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    state BLOB NOT NULL
) STRICT;
