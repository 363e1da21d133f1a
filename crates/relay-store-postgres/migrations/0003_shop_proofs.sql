-- What the admin knows and says of a shop.

-- 'file' or 'dns': where its host showed the challenge. NULL: added at the admin's word.
ALTER TABLE shops ADD COLUMN proof TEXT;
-- Set together, while it may ask for nothing.
ALTER TABLE shops ADD COLUMN suspended_at BIGINT;
ALTER TABLE shops ADD COLUMN suspended_because TEXT;
-- Claim names with a space between two. NULL: all that its Statement names.
ALTER TABLE shops ADD COLUMN allowed_claims TEXT;
-- NULL: as usual at this relay.
ALTER TABLE shops ADD COLUMN requests_a_day BIGINT;

-- What a host has to show before it becomes a shop.
CREATE TABLE challenges (
    sector TEXT COLLATE "C" PRIMARY KEY,
    token TEXT NOT NULL,
    made_at BIGINT NOT NULL
);

-- How many requests a shop parked, by days since 1970.
CREATE TABLE parked_by_day (
    sector TEXT COLLATE "C" NOT NULL REFERENCES shops (sector) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    parked BIGINT NOT NULL,
    PRIMARY KEY (sector, day)
);
