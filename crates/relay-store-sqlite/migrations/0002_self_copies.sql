-- What wallets leave for their own persons, sealed: one for each pseudonym. It goes with the last grant of its key.

CREATE TABLE self_copies (
    -- Thumbprint of the person's key at a shop.
    holder_jkt TEXT PRIMARY KEY NOT NULL,
    -- Raised by the wallet with each copy.
    seq INTEGER NOT NULL,
    copy TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX grants_by_holder ON grants (holder_jkt);

-- However a grant goes: swept, burned, or with its shop.
CREATE TRIGGER self_copies_go_with_the_last_grant AFTER DELETE ON grants
WHEN old.holder_jkt IS NOT NULL AND NOT EXISTS (SELECT 1 FROM grants WHERE holder_jkt = old.holder_jkt)
BEGIN
    DELETE FROM self_copies WHERE holder_jkt = old.holder_jkt;
END;
