-- Requests of one shop that park at the same moment do not wait for one row: each of a few slots counts for itself. The slots are a table
-- of their own, so that a relay of the former program, which counts in parked_by_day, goes on beside this one. What a shop parked on a day
-- is the sum of both.
CREATE TABLE parked_by_slot (
    sector TEXT COLLATE "C" NOT NULL REFERENCES shops (sector) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    parked BIGINT NOT NULL,
    PRIMARY KEY (sector, day, slot)
);
