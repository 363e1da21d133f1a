-- What the relay keeps of a release is sealed once more, under a key of the grant's own; that key is wrapped under the key of a period,
-- which is kept in a file and in no database.

CREATE TABLE periods (
    -- Goes up, and never comes again.
    number BIGINT PRIMARY KEY,
    -- Tells its key from another one that was made for the same number. No secret.
    mark TEXT NOT NULL,
    begun_at BIGINT NOT NULL
);

-- Set together. Once they are set, release is empty. NULL: from before there were periods.
ALTER TABLE grants ADD COLUMN sealed_release BYTEA;
ALTER TABLE grants ADD COLUMN wrapped_key BYTEA;
ALTER TABLE grants ADD COLUMN period BIGINT CONSTRAINT grants_lie_under_a_period REFERENCES periods (number);

ALTER TABLE grants ALTER COLUMN sealed_release SET STORAGE EXTERNAL;

CREATE INDEX grants_by_period ON grants (period, id);

-- Which state of the tombstone journal, which is a file, this database has been through.
CREATE TABLE journal_seen (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    state BYTEA NOT NULL
);
