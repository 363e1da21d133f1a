-- What stands before answers come: a shop, and parked requests that were fetched. `:parked` is filled in.
INSERT INTO shops (sector, root_jkt, added_at) VALUES ('shop.example', 'root', 0);
INSERT INTO transactions (sector, id) SELECT 'shop.example', 'transaction-' || n FROM generate_series(1, :parked) AS n;
INSERT INTO requests (id, sector, transaction_id, request, redirect_uri, client_id, nonce, response_uri, terms_hash, exp,
                      response_by, retention_days, parked_at, bound_jkt)
SELECT 'request-' || n, 'shop.example', 'transaction-' || n, repeat('r', 5000), 'https://shop.example/back',
       'verifier_attestation:shop.example', 'nonce', 'https://relay.example/v1/response/request-' || n, 'terms', 300, 1700,
       30, 0, repeat('w', 43)
FROM generate_series(1, :parked) AS n;
ANALYZE;
