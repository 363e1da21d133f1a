//! Statements, the three sources, pins (docs/protocol.md sections 3 and 6, steps 4 to 7).

use passerby_protocol::verify::{ParsedStatement, Pin};
use passerby_protocol::wire::b64u;
use passerby_testkit::clock::NOON;
use passerby_testkit::forge;
use passerby_testkit::scene::{Scene, statement_header, terms, unaltered};
use serde_json::{Value, json};

use crate::Writer;

pub fn write(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    statements(writer, scene)?;
    first_sight(writer, scene)?;
    pinned(writer, scene)?;
    limits(writer, scene)
}

/// Vectors of one Statement by itself: `input` has `sector` and `statement`.
fn statements(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let input = |statement: &str| json!({ "sector": "shoes.example", "statement": statement });
    let good = scene.first_statement().to_owned();
    let ok = json!({ "root_jkt": scene.root.public().jkt(), "seq": 1, "sha256": b64u::sha256(&good) });
    writer.accepts("statement-accepted", "A Statement as it should be", input(&good), ok.clone())?;

    let payload = scene.statement_payload();
    let header = statement_header(&scene.root);
    let altered = |alter: &dyn Fn(&mut Value)| {
        let mut header = header.clone();
        alter(&mut header);
        forge::jws(&header, &payload, &scene.root)
    };
    let twice = payload.to_string().replacen('{', r#"{"seq":9,"#, 1);
    let cases = [
        (
            "statement-repeated-member",
            "A member that stands twice",
            forge::jws_of_text(&header.to_string(), &twice, &scene.root),
            "statement-malformed",
        ),
        (
            "statement-without-jwk",
            "The root key is missing",
            altered(&|h| drop(h.as_object_mut().expect("an object").remove("jwk"))),
            "statement-malformed",
        ),
        (
            "statement-kid-of-other",
            "kid names another key than jwk",
            altered(&|h| h["kid"] = json!(scene.stranger.public().jkt())),
            "statement-malformed",
        ),
        (
            "statement-private-jwk",
            "The root key stands there with its private half",
            altered(&|h| h["jwk"]["d"] = "AAAA".into()),
            "statement-malformed",
        ),
        (
            "statement-point-off-curve",
            "The root key is no point of the curve",
            altered(&|h| h["jwk"]["y"] = h["jwk"]["x"].clone()),
            "statement-malformed",
        ),
        ("statement-typ", "Another typ", altered(&|h| h["typ"] = "JWT".into()), "statement-type"),
        ("statement-alg", "Another algorithm", altered(&|h| h["alg"] = "ES384".into()), "statement-type"),
        ("statement-crit", "A crit member", altered(&|h| h["crit"] = json!(["b64"])), "statement-type"),
        (
            "statement-signature-broken",
            "One bit of the signature is turned",
            forge::with_broken_signature(&good),
            "statement-signature",
        ),
        (
            "statement-by-stranger",
            "Signed by another key than the one it brings along",
            forge::jws(&header, &payload, &scene.stranger),
            "statement-signature",
        ),
    ];
    for (name, about, statement, word) in cases {
        writer.refuses(name, about, input(&statement), word)?;
    }

    type Alter = fn(&mut Value);
    let day = 86_400;
    let cases: [(&str, &str, Alter, &str); 17] = [
        (
            "statement-other-shop",
            "The keys of another shop",
            |p| p["iss"] = "books.example".into(),
            "statement-sector",
        ),
        (
            "statement-ended",
            "Ended 120 seconds ago",
            |p| p["exp"] = json!(NOON.seconds() - 120),
            "statement-expired",
        ),
        (
            "statement-ahead",
            "Made 121 seconds from now",
            |p| p["iat"] = json!(NOON.seconds() + 121),
            "statement-expired",
        ),
        (
            "statement-too-long",
            "Made for 181 days",
            |p| p["exp"] = json!(p["iat"].as_i64().expect("a time") + 181 * 86_400),
            "statement-expired",
        ),
        ("statement-seq-zero", "seq 0", |p| p["seq"] = 0.into(), "statement-malformed"),
        ("statement-seq-negative", "A negative seq", |p| p["seq"] = (-1).into(), "statement-malformed"),
        (
            "statement-prev-missing",
            "seq 2 without a predecessor",
            |p| p["seq"] = 2.into(),
            "statement-malformed",
        ),
        (
            "statement-no-request-key",
            "Nobody may ask",
            |p| p["request_jkts"] = json!([]),
            "statement-malformed",
        ),
        (
            "statement-jkt-short",
            "A thumbprint of 42 characters",
            |p| p["request_jkts"] = json!(["A".repeat(42)]),
            "statement-malformed",
        ),
        (
            "statement-two-keys-one-alg",
            "Two release keys of one algorithm",
            |p| {
                let mut key = p["release_keys"][0].clone();
                key["kid"] = "other".into();
                p["release_keys"].as_array_mut().expect("a list").push(key);
            },
            "statement-malformed",
        ),
        (
            "statement-key-without-kid",
            "A release key without kid",
            |p| drop(p["release_keys"][0].as_object_mut().expect("an object").remove("kid")),
            "statement-malformed",
        ),
        (
            "statement-key-for-signing",
            "A release key that is not for sealing",
            |p| p["release_keys"][0]["use"] = "sig".into(),
            "statement-malformed",
        ),
        (
            "statement-private-release-key",
            "A release key with its private half",
            |p| p["release_keys"][0]["d"] = "AAAA".into(),
            "statement-malformed",
        ),
        (
            "statement-claim-name",
            "A claim name with other characters",
            |p| p["allowed_claims"] = json!(["E-Mail"]),
            "statement-malformed",
        ),
        (
            "statement-name-deceives",
            "A name that turns the direction of writing",
            |p| p["name"] = "shoes\u{202e}elpmaxe".into(),
            "statement-malformed",
        ),
        (
            "statement-policy-http",
            "A privacy policy that is not https",
            |p| p["policy_uri"] = "http://shoes.example/privacy".into(),
            "statement-malformed",
        ),
        (
            "statement-origin-with-path",
            "An origin with a path",
            |p| p["return_origins"] = json!(["https://pay.shoes.example/back"]),
            "statement-malformed",
        ),
    ];
    for (name, about, alter, word) in cases {
        writer.refuses(name, about, input(&scene.statement(alter)), word)?;
    }
    for (name, about, claim) in [
        ("statement-claim-whole-address", "The whole address as one claim", "address"),
        ("statement-claim-two-segments", "Two segments that do not begin with address", "name.first"),
        ("statement-claim-reserved", "A member that every token has", "iss"),
        ("statement-claim-digests", "The member that holds digests", "address._sd"),
    ] {
        let statement = scene.statement(|p| p["allowed_claims"] = json!([claim]));
        writer.refuses(name, about, input(&statement), "statement-malformed")?;
    }
    for (name, about, shown) in [
        ("statement-name-blank", "A name of white space", "  "),
        ("statement-name-zero-width", "A name with a character that nobody sees", "Sho\u{200b}es"),
        ("statement-name-arabic-mark", "A name with a mark that turns the direction", "Shoes\u{61c}"),
        ("statement-name-line-end", "A name of two lines", "Shoes\nVerified"),
        ("statement-name-long", "A name of 81 characters", "\u{1f45f}".repeat(81).as_str()),
    ] {
        let statement = scene.statement(|p| p["name"] = shown.into());
        writer.refuses(name, about, input(&statement), "statement-malformed")?;
    }
    let accepted = |statement: &str| json!({ "root_jkt": scene.root.public().jkt(), "seq": 1, "sha256": b64u::sha256(statement) });
    let eighty = scene.statement(|p| p["name"] = "\u{1f45f}".repeat(80).into());
    writer.accepts(
        "statement-name-80",
        "A name of 80 characters beyond the basic plane",
        input(&eighty),
        accepted(&eighty),
    )?;
    let fraction = scene.statement(|p| p["x"] = json!({ "y": [0.5] }));
    writer.accepts(
        "statement-unknown-fraction",
        "A fraction in a member nobody asked for",
        input(&fraction),
        accepted(&fraction),
    )?;
    for (name, about, number) in [
        (
            "statement-unknown-disguised",
            "An integer written with a fraction, in a member nobody asked for",
            "1.0",
        ),
        (
            "statement-unknown-exponent",
            "An integer written with an exponent, in a member nobody asked for",
            "1e3",
        ),
        ("statement-unknown-large", "2^53, in a member nobody asked for", "9007199254740992"),
        ("statement-unknown-minus-zero", "Minus zero, in a member nobody asked for", "-0"),
    ] {
        let text = payload.to_string().replacen('{', &format!(r#"{{"x":{number},"#), 1);
        let statement = forge::jws_of_text(&header.to_string(), &text, &scene.root);
        writer.refuses(name, about, input(&statement), "statement-malformed")?;
    }
    let longest = scene.statement(|p| p["exp"] = json!(p["iat"].as_i64().expect("a time") + 180 * day));
    let ok = json!({ "root_jkt": scene.root.public().jkt(), "seq": 1, "sha256": b64u::sha256(&longest) });
    writer.accepts("statement-180-days", "Made for 180 days exactly", input(&longest), ok)?;
    let future = scene.statement(|p| {
        p["release_keys"]
            .as_array_mut()
            .expect("a list")
            .push(json!({ "kty": "AKP", "alg": "HPKE-9", "use": "enc", "kid": "pq", "pub": "AAAA" }));
    });
    let ok = json!({ "root_jkt": scene.root.public().jkt(), "seq": 1, "sha256": b64u::sha256(&future) });
    writer.accepts(
        "statement-further-algorithm",
        "A release key of an algorithm that this reader may not know",
        input(&future),
        ok,
    )
}

pub(crate) fn input(scene: &Scene, request: &str, fetched: &str, pin: Option<&Pin>) -> Value {
    json!({ "link": scene.link(), "request": request, "relay_keys": scene.relay_keys(), "fetched_statement": fetched, "pin": pin })
}

pub(crate) fn asking_with(scene: &Scene, statement: &str) -> String {
    scene.request(|payload| payload["verifier_info"][0]["data"] = statement.into())
}

fn first_sight(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let statement = scene.first_statement().to_owned();
    let request = scene.request(unaltered);
    let ok = json!({ "familiarity": "first_time", "seq": 1, "dropped": ["birthdate"], "optional": ["email", "phone_number"] });
    writer.accepts(
        "first-sight",
        "Three sources name one root; what the shop never announced is dropped",
        input(scene, &request, &statement, None),
        ok,
    )?;

    let foreign = scene.statement_by(&scene.stranger, unaltered);
    writer.refuses(
        "first-sight-well-known-differs",
        "The shop's own site names another root: somebody asks in its name",
        input(scene, &request, &foreign, None),
        "statement-equivocation",
    )?;
    let foreign_later = scene.statement_by(&scene.stranger, |p| {
        p["seq"] = 2.into();
        p["prev"] = json!(b64u::sha256("x"));
    });
    writer.refuses(
        "first-sight-well-known-other-root",
        "The shop's own site names another root under another seq",
        input(scene, &request, &foreign_later, None),
        "root-mismatch",
    )?;
    let by_cms = asking_with(scene, &foreign_later);
    writer.refuses(
        "first-sight-request-other-root",
        "The request brings a root of its own: a breached shop system",
        input(scene, &by_cms, &statement, None),
        "root-mismatch",
    )?;
    let attested = scene.attestation(|p| p["statement_root_jkt"] = json!(scene.stranger.public().jkt()));
    let request = scene.request_with_header(|header| header["jwt"] = attested.into());
    writer.refuses(
        "first-sight-relay-other-root",
        "The relay names another root",
        input(scene, &request, &statement, None),
        "root-mismatch",
    )?;
    let both = asking_with(scene, &foreign_later);
    writer.refuses(
        "first-sight-relay-alone-right",
        "Shop system and site agree against what the relay's admin recorded",
        input(scene, &both, &foreign_later, None),
        "root-mismatch",
    )?;
    let missing = scene.request(|p| drop(p["verifier_info"].as_array_mut().expect("a list").remove(0)));
    writer.refuses(
        "statement-not-in-request",
        "The request brings no Statement",
        input(scene, &missing, &statement, None),
        "statement-malformed",
    )?;
    let twice = scene.request(|p| {
        let entry = p["verifier_info"][0].clone();
        p["verifier_info"].as_array_mut().expect("a list").push(entry);
    });
    writer.refuses(
        "statement-twice-in-request",
        "The request brings two Statements",
        input(scene, &twice, &statement, None),
        "statement-malformed",
    )
}

fn pinned(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let parse = |text: &str| ParsedStatement::parse(text, &scene.sector, NOON).expect("a Statement");
    let first = scene.first_statement().to_owned();
    let pin = Pin::of(&parse(&first), NOON + -86_400 * 40);
    let second = scene.statement(|p| {
        p["seq"] = 2.into();
        p["prev"] = json!(b64u::sha256(&first));
    });
    let pin_of_second = Pin::of(&parse(&second), NOON + -86_400 * 40);
    let known = |seq| json!({ "familiarity": { "known": { "since": NOON.seconds() - 86_400 * 40 } }, "seq": seq, "dropped": ["birthdate"], "optional": ["email", "phone_number"] });

    let old_request = scene.request(unaltered);
    let new_request = asking_with(scene, &second);
    writer.accepts(
        "pinned-same",
        "The keys seen before",
        input(scene, &old_request, &first, Some(&pin)),
        known(1),
    )?;
    writer.accepts(
        "pinned-next",
        "The next Statement, chained to the one seen before",
        input(scene, &new_request, &second, Some(&pin)),
        known(2),
    )?;
    writer.accepts(
        "pinned-request-lags",
        "The site is ahead of the request: the highest seq counts",
        input(scene, &old_request, &second, Some(&pin)),
        known(2),
    )?;
    writer.accepts(
        "pinned-site-lags",
        "The request is ahead of the site",
        input(scene, &new_request, &first, Some(&pin)),
        known(2),
    )?;
    writer.refuses(
        "rollback",
        "Both show older keys than were seen before",
        input(scene, &old_request, &first, Some(&pin_of_second)),
        "statement-rollback",
    )?;

    let other_bytes = scene.statement(|p| p["name"] = "Shoes and Sons".into());
    writer.refuses(
        "equivocation-with-pin",
        "Other bytes under the seq that was seen before",
        input(scene, &asking_with(scene, &other_bytes), &other_bytes, Some(&pin)),
        "statement-equivocation",
    )?;
    writer.refuses(
        "equivocation-two-sources",
        "Request and site differ under one seq",
        input(scene, &asking_with(scene, &other_bytes), &first, None),
        "statement-equivocation",
    )?;
    let unchained = scene.statement(|p| {
        p["seq"] = 2.into();
        p["prev"] = json!(b64u::sha256("another one"));
    });
    writer.refuses(
        "chain-broken",
        "seq follows, prev does not",
        input(scene, &asking_with(scene, &unchained), &unchained, Some(&pin)),
        "statement-chain",
    )?;

    let rolled = |root: &passerby_protocol::keys::SigningKey| {
        scene.statement_by(root, |p| {
            p["seq"] = 2.into();
            p["prev"] = json!(b64u::sha256(&first));
        })
    };
    let asks = |statement: &str, attested: &passerby_protocol::keys::SigningKey| {
        let attestation = scene.attestation(|p| p["statement_root_jkt"] = json!(attested.public().jkt()));
        let mut header = scene.request_header();
        header["jwt"] = attestation.into();
        let mut payload = scene.request_payload();
        payload["verifier_info"][0]["data"] = statement.into();
        forge::jws(&header, &payload, &scene.request_key)
    };
    let announced = rolled(&scene.next_root);
    let ok = json!({ "familiarity": { "announced_new_root": { "since": NOON.seconds() - 86_400 * 40 } }, "seq": 2, "dropped": ["birthdate"], "optional": ["email", "phone_number"] });
    writer.accepts(
        "rollover-announced",
        "The root that the pinned Statement announced",
        input(scene, &asks(&announced, &scene.next_root), &announced, Some(&pin)),
        ok,
    )?;
    writer.refuses(
        "rollover-relay-lags",
        "The announced root, but the relay still names the old one",
        input(scene, &asks(&announced, &scene.root), &announced, Some(&pin)),
        "root-changed",
    )?;
    writer.refuses(
        "rollover-site-lags",
        "The announced root in the request only",
        input(scene, &asks(&announced, &scene.next_root), &first, Some(&pin)),
        "root-changed",
    )?;
    let stranger = rolled(&scene.stranger);
    writer.refuses(
        "root-changed",
        "A root that nobody announced, though all three sources name it",
        input(scene, &asks(&stranger, &scene.stranger), &stranger, Some(&pin)),
        "root-changed",
    )?;
    writer.refuses(
        "root-changed-site-only",
        "A root that nobody announced, at the site only",
        input(scene, &old_request, &stranger, Some(&pin)),
        "root-changed",
    )
}

fn limits(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    type Alter = fn(&Scene, &mut Value);
    let cases: [(&str, &str, Alter, &str); 6] = [
        (
            "request-key-unlisted",
            "The request is signed by a key the shop does not list",
            |s, p| p["request_jkts"] = json!([s.stranger.public().jkt()]),
            "request-key-unlisted",
        ),
        (
            "request-key-revoked",
            "The request is signed by a key that was taken back",
            |s, p| p["revoked_jkts"] = json!([s.request_key.public().jkt()]),
            "request-key-unlisted",
        ),
        ("release-key-none", "No release key", |_, p| p["release_keys"] = json!([]), "release-key-missing"),
        (
            "release-key-revoked",
            "The release key was taken back",
            |s, p| p["revoked_jkts"] = json!([s.release_key.public().jkt()]),
            "release-key-missing",
        ),
        (
            "retention-too-long",
            "Kept for longer than announced",
            |_, p| p["retention_max"] = 29.into(),
            "retention-too-long",
        ),
        (
            "required-not-allowed",
            "Something needed that was never announced",
            |_, p| p["allowed_claims"] = json!(["name", "email"]),
            "claim-not-allowed",
        ),
    ];
    for (name, about, alter, word) in cases {
        let statement = scene.statement(|payload| alter(scene, payload));
        writer.refuses(name, about, input(scene, &asking_with(scene, &statement), &statement, None), word)?;
    }
    let statement = scene.statement(|p| p["retention_max"] = 30.into());
    let ok = json!({ "familiarity": "first_time", "seq": 1, "dropped": ["birthdate"], "optional": ["email", "phone_number"] });
    debug_assert_eq!(terms().read().expect("terms").retention, 30);
    writer.accepts(
        "retention-at-limit",
        "Kept for exactly as long as announced",
        input(scene, &asking_with(scene, &statement), &statement, None),
        ok,
    )
}
