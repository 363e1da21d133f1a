-- One delivery, statement by statement: look at the request, look for an answer, then store the answer and its grant in one transaction.
-- The relay asks the same of the same rows in two statements. This stays as it is, so that relays are compared with what stands still.
\set i :i + 1
\set n :first + :client_id * :each + :i
SELECT r.id, r.sector, r.transaction_id, r.request, r.redirect_uri, r.client_id, r.nonce, r.response_uri, r.terms_hash, r.exp,
       r.response_by, r.retention_days, r.parked_at, r.bound_jkt, t.wrong_codes, t.answered_at
FROM requests r JOIN transactions t ON t.sector = r.sector AND t.id = r.transaction_id
WHERE r.id = 'request-' || :n::text;
SELECT body_sha256, reply FROM answers WHERE request_id = 'request-' || :n::text;
BEGIN;
SELECT t.sector, t.id, t.answered_at, t.wrong_codes
FROM requests r JOIN transactions t ON t.sector = r.sector AND t.id = r.transaction_id
WHERE r.id = 'request-' || :n::text FOR NO KEY UPDATE OF t;
SELECT body_sha256, reply FROM answers WHERE request_id = 'request-' || :n::text;
INSERT INTO answers (request_id, body_sha256, reply, answered_at)
VALUES ('request-' || :n::text, decode(repeat('ab', 32), 'hex'), repeat('a', 1200), 1);
INSERT INTO grants (id, sector, holder_jkt, grant_claim, consent_receipt, relay_receipt, release, release_sha256, granted_at,
                    keep_until)
VALUES ('grant-' || :n::text, 'shop.example', repeat('h', 43), repeat('c', 2200), repeat('k', 2200), repeat('e', 800),
        repeat('s', 4096), decode(repeat('ab', 32), 'hex'), 1, 2592001);
UPDATE transactions SET answered_at = 1, code_sha256 = decode(repeat('ab', 32), 'hex'), grant_id = 'grant-' || :n::text,
       declined = FALSE
WHERE sector = 'shop.example' AND id = 'transaction-' || :n::text;
COMMIT;
