-- The same tables, under the same numbers, as in relay-store-sqlite. Times are seconds since 1970, digests are 32 bytes.
-- Names are compared byte for byte ("C"), whatever the database's own order is.

CREATE TABLE shops (
    sector TEXT COLLATE "C" PRIMARY KEY,
    root_jkt TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    -- The newest Statement, with the thumbprint of the root that signed it.
    statement TEXT,
    statement_seq BIGINT,
    statement_root_jkt TEXT
);

-- What a shop calls a purchase. Two shops may use the same id.
CREATE TABLE transactions (
    sector TEXT COLLATE "C" NOT NULL REFERENCES shops (sector) ON DELETE CASCADE,
    id TEXT COLLATE "C" NOT NULL,
    wrong_codes BIGINT NOT NULL DEFAULT 0,
    -- Set together, by the one answer.
    answered_at BIGINT,
    code_sha256 BYTEA,
    -- NULL when declined, and after the grant was deleted.
    grant_id TEXT COLLATE "C",
    declined BOOLEAN NOT NULL DEFAULT FALSE,
    -- The first time the right code was presented.
    collected_at BIGINT,
    PRIMARY KEY (sector, id)
);

CREATE TABLE requests (
    id TEXT COLLATE "C" PRIMARY KEY,
    sector TEXT COLLATE "C" NOT NULL,
    transaction_id TEXT COLLATE "C" NOT NULL,
    request TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    client_id TEXT NOT NULL,
    nonce TEXT NOT NULL,
    response_uri TEXT NOT NULL,
    terms_hash TEXT NOT NULL,
    exp BIGINT NOT NULL,
    response_by BIGINT NOT NULL,
    retention_days BIGINT NOT NULL,
    parked_at BIGINT NOT NULL,
    -- Thumbprint of the wallet key that came first.
    bound_jkt TEXT,
    FOREIGN KEY (sector, transaction_id) REFERENCES transactions (sector, id) ON DELETE CASCADE
);

CREATE INDEX requests_by_transaction ON requests (sector, transaction_id);
CREATE INDEX requests_by_response_by ON requests (response_by);

-- The same body gets the same reply.
CREATE TABLE answers (
    request_id TEXT COLLATE "C" PRIMARY KEY REFERENCES requests (id) ON DELETE CASCADE,
    body_sha256 BYTEA NOT NULL,
    reply TEXT NOT NULL,
    answered_at BIGINT NOT NULL
);

CREATE TABLE grants (
    id TEXT COLLATE "C" PRIMARY KEY,
    sector TEXT COLLATE "C" NOT NULL REFERENCES shops (sector) ON DELETE CASCADE,
    -- Thumbprint of the person's key at this shop.
    holder_jkt TEXT COLLATE "C",
    -- Forgotten once they can no longer be collected.
    grant_claim TEXT,
    consent_receipt TEXT,
    relay_receipt TEXT,
    -- Sealed to the shop: nothing here can open it.
    release TEXT NOT NULL,
    release_sha256 BYTEA NOT NULL,
    granted_at BIGINT NOT NULL,
    keep_until BIGINT NOT NULL,
    collected_at BIGINT
);

-- Sealed bytes do not get smaller, and trying costs time.
ALTER TABLE grants ALTER COLUMN release SET STORAGE EXTERNAL;

CREATE INDEX grants_by_sector ON grants (sector);
CREATE INDEX grants_by_keep_until ON grants (keep_until);
-- What the sweep looks for each minute.
CREATE INDEX grants_uncollected ON grants (granted_at) WHERE collected_at IS NULL;
CREATE INDEX grants_to_forget ON grants (collected_at) WHERE relay_receipt IS NOT NULL;

CREATE TABLE openings (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    grant_id TEXT COLLATE "C" NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    opened_at BIGINT NOT NULL,
    reason TEXT NOT NULL
);

CREATE INDEX openings_by_grant ON openings (grant_id);
