CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
CREATE TABLE shops (
    sector TEXT PRIMARY KEY NOT NULL,
    root_jkt TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    -- The newest Statement, with the thumbprint of the root that signed it.
    statement TEXT,
    statement_seq INTEGER,
    statement_root_jkt TEXT
, proof TEXT, suspended_at INTEGER, suspended_because TEXT, allowed_claims TEXT, requests_a_day INTEGER) STRICT;
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
, sealed_release BLOB, wrapped_key BLOB, period INTEGER REFERENCES periods (number)) STRICT, WITHOUT ROWID;
CREATE INDEX grants_by_sector ON grants (sector);
CREATE INDEX grants_by_keep_until ON grants (keep_until);
CREATE TABLE openings (
    id INTEGER PRIMARY KEY NOT NULL,
    grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    opened_at INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX openings_by_grant ON openings (grant_id);
CREATE TABLE self_copies (
    -- Thumbprint of the person's key at a shop.
    holder_jkt TEXT PRIMARY KEY NOT NULL,
    -- Raised by the wallet with each copy.
    seq INTEGER NOT NULL,
    copy TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_by_holder ON grants (holder_jkt);
CREATE TRIGGER self_copies_go_with_the_last_grant AFTER DELETE ON grants
WHEN old.holder_jkt IS NOT NULL AND NOT EXISTS (SELECT 1 FROM grants WHERE holder_jkt = old.holder_jkt)
BEGIN
    DELETE FROM self_copies WHERE holder_jkt = old.holder_jkt;
END;
CREATE TABLE challenges (
    sector TEXT PRIMARY KEY NOT NULL,
    token TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE parked_by_day (
    sector TEXT NOT NULL REFERENCES shops (sector) ON DELETE CASCADE,
    day INTEGER NOT NULL,
    parked INTEGER NOT NULL,
    PRIMARY KEY (sector, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE periods (
    -- Goes up, and never comes again.
    number INTEGER PRIMARY KEY NOT NULL,
    -- Tells its key from another one that was made for the same number. No secret.
    mark TEXT NOT NULL,
    begun_at INTEGER NOT NULL
) STRICT;
CREATE INDEX grants_by_period ON grants (period, id);
CREATE TABLE journal_seen (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    state BLOB NOT NULL
) STRICT;
INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) VALUES (
  1,
  'begin',
  '2026-11-23 22:32:13',
  1,
  X'1B6BE88F6585F8DCAEBF555B76563B08263DD25EB9B6F50CD1094683D3438856376012C6E60ED30400DAE894877E8555',
  2180043);
INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) VALUES (
  2,
  'self copies',
  '2026-11-23 22:32:13',
  1,
  X'893185BA68015BF8BEAA331115676FA967B07D14D4021B6AB3E9E7252BD3E6393091B2FE570AE71E0515A0D3BF04B5FD',
  1048620);
INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) VALUES (
  3,
  'shop proofs',
  '2026-11-23 22:32:13',
  1,
  X'40B2A6A5F71EE0B546538B99EF1BF3F188DC152DCC44EC75A3DAB38915681FAE3EA7C5EEB0327323818373B2B053FB76',
  2933327);
INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) VALUES (
  4,
  'period keys',
  '2026-11-23 22:32:13',
  1,
  X'661B28E24C94D5A07E008E12641F64FC22BE2986FDB648656DAF4893B58FF425449C09A72ED2C28ED24D2939F7039B03',
  2164130);
