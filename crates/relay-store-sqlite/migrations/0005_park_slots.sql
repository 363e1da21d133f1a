-- The same tables as in relay-store-postgres. There is one writer here, and parked_by_day counts for everybody: nothing stands in this one.
CREATE TABLE parked_by_slot (
    sector TEXT NOT NULL REFERENCES shops (sector) ON DELETE CASCADE,
    day INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    parked INTEGER NOT NULL,
    PRIMARY KEY (sector, day, slot)
) STRICT, WITHOUT ROWID;
