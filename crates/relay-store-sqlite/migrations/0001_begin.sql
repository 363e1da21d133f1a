-- Times are seconds since 1970, digests are 32 bytes.

CREATE TABLE shops (
    sector TEXT PRIMARY KEY NOT NULL,
    root_jkt TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    -- The newest Statement, with the thumbprint of the root that signed it.
    statement TEXT,
    statement_seq INTEGER,
    statement_root_jkt TEXT
) STRICT;

-- What a shop calls a purchase. Two shops may use the same id.
CREATE TABLE transactions (
    sector TEXT NOT NULL REFERENCES shops (sector) ON DELETE CASCADE,
    id TEXT NOT NULL,
    wrong_codes INTEGER NOT NULL DEFAULT 0,
    -- Set together, by the one answer.
    answered_at INTEGER,
    code_sha256 BLOB,
    -- NULL when declined, and after the grant was deleted.
    grant_id TEXT,
    declined INTEGER NOT NULL DEFAULT 0,
    -- The first time the right code was presented.
    collected_at INTEGER,
    PRIMARY KEY (sector, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
    id TEXT PRIMARY KEY NOT NULL,
    sector TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    request TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    client_id TEXT NOT NULL,
    nonce TEXT NOT NULL,
    response_uri TEXT NOT NULL,
    terms_hash TEXT NOT NULL,
    exp INTEGER NOT NULL,
    response_by INTEGER NOT NULL,
    retention_days INTEGER NOT NULL,
    parked_at INTEGER NOT NULL,
    -- Thumbprint of the wallet key that came first.
    bound_jkt TEXT,
    FOREIGN KEY (sector, transaction_id) REFERENCES transactions (sector, id) ON DELETE CASCADE
) STRICT;

CREATE INDEX requests_by_transaction ON requests (sector, transaction_id);
CREATE INDEX requests_by_response_by ON requests (response_by);

-- The same body gets the same reply.
CREATE TABLE answers (
    request_id TEXT PRIMARY KEY NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    body_sha256 BLOB NOT NULL,
    reply TEXT NOT NULL,
    answered_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
    id TEXT PRIMARY KEY NOT NULL,
    sector TEXT NOT NULL REFERENCES shops (sector) ON DELETE CASCADE,
    -- Thumbprint of the person's key at this shop.
    holder_jkt TEXT,
    -- Forgotten once they can no longer be collected.
    grant_claim TEXT,
    consent_receipt TEXT,
    relay_receipt TEXT,
    -- Sealed to the shop: nothing here can open it.
    release TEXT NOT NULL,
    release_sha256 BLOB NOT NULL,
    granted_at INTEGER NOT NULL,
    keep_until INTEGER NOT NULL,
    collected_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX grants_by_sector ON grants (sector);
CREATE INDEX grants_by_keep_until ON grants (keep_until);

CREATE TABLE openings (
    id INTEGER PRIMARY KEY NOT NULL,
    grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    opened_at INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT;

CREATE INDEX openings_by_grant ON openings (grant_id);
