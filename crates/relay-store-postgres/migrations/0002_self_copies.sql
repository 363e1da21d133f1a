-- What wallets leave for their own persons, sealed: one for each pseudonym. It goes with the last grant of its key.

CREATE TABLE self_copies (
    -- Thumbprint of the person's key at a shop.
    holder_jkt TEXT COLLATE "C" PRIMARY KEY,
    -- Raised by the wallet with each copy.
    seq BIGINT NOT NULL,
    copy TEXT NOT NULL
);

ALTER TABLE self_copies ALTER COLUMN copy SET STORAGE EXTERNAL;

CREATE INDEX grants_by_holder ON grants (holder_jkt);

-- However a grant goes: swept, burned, or with its shop. The copy's row is locked before the other grants are looked at: of two grants
-- that go at the same moment, in two transactions, the second then sees that the first is gone.
CREATE FUNCTION self_copies_go_with_the_last_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM self_copies WHERE holder_jkt = old.holder_jkt FOR UPDATE;
    IF FOUND AND NOT EXISTS (SELECT 1 FROM grants WHERE holder_jkt = old.holder_jkt) THEN
        DELETE FROM self_copies WHERE holder_jkt = old.holder_jkt;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER self_copies_go_with_the_last_grant AFTER DELETE ON grants
FOR EACH ROW WHEN (old.holder_jkt IS NOT NULL) EXECUTE FUNCTION self_copies_go_with_the_last_grant();
