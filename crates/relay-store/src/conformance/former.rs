//! What a relay of an earlier schema had in its database, and that today's finds all of it.
//!
//! A store crate lays a database out by its first migrations, as many as it likes, puts [`FORMER_ROWS`] into it, opens it, and hands it
//! to [`finds_what_was_there`]. When a migration adds a table or a column that matters, add rows with its number here.

use super::{NoTombstones, T0, code, grant_id, request};
use crate::{
    Collect, Collected, DAY, KeptRelease, LeaveCopy, NewOpening, NewRequest, Park, RelayStore, SelfCopy,
};

/// Statements with the number of the migration that they stand on, in the order to run. They are the same in both databases but for
/// what stands in brackets: `{no}` is false, `{100x32}` is 32 bytes of the value 100.
pub const FORMER_ROWS: &[(i64, &str)] = &[
    (
        1,
        "INSERT INTO shops (sector, root_jkt, added_at, statement, statement_seq, statement_root_jkt)
         VALUES ('shop.example', 'root', 1800000000, 'statement', 3, 'root')",
    ),
    (
        1,
        "INSERT INTO transactions (sector, id, wrong_codes, answered_at, code_sha256, grant_id, declined, collected_at)
         VALUES ('shop.example', 'asked', 0, NULL, NULL, NULL, {no}, NULL),
                ('shop.example', 'answered', 1, 1800000010, {107x32}, '{grant 7}', {no}, NULL),
                ('shop.example', 'collected', 0, 1800000010, {108x32}, '{grant 8}', {no}, 1800000011)",
    ),
    (
        1,
        "INSERT INTO requests (id, sector, transaction_id, request, redirect_uri, client_id, nonce, response_uri, terms_hash, exp,
                               response_by, retention_days, parked_at, bound_jkt)
         VALUES ('r1', 'shop.example', 'asked', 'request object', 'https://shop.example/back', 'verifier_attestation:shop.example',
                 'nonce', 'https://relay.example/v1/response/r1', 'terms', 1800000300, 1800001800, 30, 1800000000, 'holder 1'),
                ('r2', 'shop.example', 'answered', 'request object', 'https://shop.example/back', 'verifier_attestation:shop.example',
                 'nonce', 'https://relay.example/v1/response/r2', 'terms', 1800000300, 1800001800, 30, 1800000000, 'holder 7')",
    ),
    (
        1,
        "INSERT INTO answers (request_id, body_sha256, reply, answered_at) VALUES ('r2', {9x32}, 'reply', 1800000010)",
    ),
    (
        1,
        "INSERT INTO grants (id, sector, holder_jkt, grant_claim, consent_receipt, relay_receipt, release, release_sha256, granted_at,
                             keep_until, collected_at)
         VALUES ('{grant 7}', 'shop.example', 'holder 7', 'claim', 'consent', 'receipt', 'sealed 7', {57x32}, 1800000010, 1802592000, NULL),
                ('{grant 8}', 'shop.example', 'holder 8', NULL, NULL, NULL, 'sealed 8', {58x32}, 1800000010, 1802592000, 1800000011)",
    ),
    (1, "INSERT INTO openings (grant_id, opened_at, reason) VALUES ('{grant 8}', 1800000020, 'packing')"),
    (2, "INSERT INTO self_copies (holder_jkt, seq, copy) VALUES ('holder 8', 4, 'sealed copy')"),
    (
        3,
        "UPDATE shops SET proof = 'file', suspended_at = 1800000030, suspended_because = 'complaints', allowed_claims = 'name email',
                          requests_a_day = 5",
    ),
    (3, "INSERT INTO challenges (sector, token, made_at) VALUES ('next.example', 'token', 1800000000)"),
    (3, "INSERT INTO parked_by_day (sector, day, parked) VALUES ('shop.example', 20833, 2)"),
];

/// The statements of one migration, as a database reads them.
pub fn write_former_rows(version: i64, no: &str, bytes: impl Fn(&str) -> String) -> Vec<String> {
    let of_this = FORMER_ROWS.iter().filter(|(since, _)| *since == version);
    let filled = of_this.map(|(_, statement)| {
        let mut text = statement.replace("{no}", no);
        for mark in [7, 8] {
            text = text.replace(&format!("{{grant {mark}}}"), &grant_id(mark).to_string());
        }
        for value in [9_u8, 57, 58, 107, 108] {
            text = text.replace(&format!("{{{value}x32}}"), &bytes(&format!("{value:02x}").repeat(32)));
        }
        text
    });
    filled.collect()
}

/// Everything that a relay of schema `version` had is there, and can be used.
pub async fn finds_what_was_there(store: &dyn RelayStore, version: i64) {
    let sector = "shop.example";
    let shop = store.find_shop(sector).await.unwrap().unwrap();
    assert_eq!((shop.root_jkt.as_str(), shop.added_at), ("root", T0));
    let waiting = store.find_transaction(sector, "asked").await.unwrap().unwrap();
    assert!(!waiting.answered && waiting.asked[0].bound && waiting.asked[0].response_by == T0 + 1800);
    assert_eq!(store.find_request("r1").await.unwrap().unwrap().parked.request, "request object");
    assert_eq!(store.find_answer("r2").await.unwrap(), Some(([9; 32], "reply".to_owned())));

    let collected = store.collect(sector, "answered", &code(7), T0 + 40, &NoTombstones).await.unwrap();
    let expected = Collected {
        grant_id: grant_id(7),
        grant_claim: Some("claim".into()),
        consent_receipt: Some("consent".into()),
        relay_receipt: "receipt".into(),
        release_sha256: [57; 32],
    };
    assert_eq!(collected, Collect::Granted(Box::new(expected)));
    for mark in [7, 8] {
        let opening = NewOpening {
            grant_id: grant_id(mark),
            sector: sector.into(),
            opened_at: T0 + 50,
            reason: "again".into(),
        };
        let grant = store.open_release(&opening).await.unwrap().unwrap();
        assert_eq!(grant.release, KeptRelease::AsItCame(format!("sealed {mark}")));
        assert_eq!((grant.release_sha256, grant.keep_until), ([mark + 50; 32], T0 + 30 * 86_400));
    }
    let openings = store.find_openings(grant_id(8), "holder 8").await.unwrap().unwrap();
    assert_eq!(
        openings.iter().map(|opening| opening.reason.as_str()).collect::<Vec<_>>(),
        ["packing", "again"]
    );

    let copy = store.find_self_copy("holder 8").await.unwrap();
    assert_eq!(copy.map(|copy| copy.seq), (version >= 2).then_some(4));
    let newer = SelfCopy { holder_jkt: "holder 8".into(), seq: 5, copy: "newer".into() };
    assert_eq!(store.leave_self_copy(&newer).await.unwrap(), LeaveCopy::Kept);

    // What was parked on a day before the upgrade counts: two, at schema 3.
    let that_day = NewRequest { parked_at: 20_833 * DAY, ..request(sector, "r3", "t3") };
    let parked = store.park_request(&that_day, 2).await.unwrap();
    assert_eq!(parked, if version >= 3 { Park::OverQuota } else { Park::Parked });

    let suspended = shop.suspension.map(|suspension| suspension.reason);
    assert_eq!(suspended.as_deref(), (version >= 3).then_some("complaints"));
    assert_eq!(shop.requests_a_day, (version >= 3).then_some(5));
    assert_eq!(store.find_challenge("next.example").await.unwrap().is_some(), version >= 3);
    assert_eq!(store.count_shop(sector).await.unwrap().unwrap().grants, 2);
    // And all of it goes when its time has come.
    store.sweep(T0 + 400 * 86_400).await.unwrap();
    let left = store.count_shop(sector).await.unwrap().unwrap();
    assert_eq!((left.requests, left.grants), (0, 0));
}
