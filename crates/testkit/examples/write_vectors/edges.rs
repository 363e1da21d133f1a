//! Bounds (docs/protocol.md sections 1, 2 and 5): on the last good step and on the first bad one.

use passerby_testkit::clock::NOON;
use passerby_testkit::scene::{REQUEST_ID, Scene, unaltered};
use passerby_testkit::vectors::Expect;
use serde_json::{Value, json};

use crate::Writer;
use crate::passport::Parts;
use crate::request::{accepted, input as asking};

type AlterJson = fn(&mut Value);

pub fn links(writer: &mut Writer) -> std::io::Result<()> {
    let link = |sector: &str, uri: &str| {
        let coded = |text: &str| text.replace(':', "%3A").replace('/', "%2F");
        format!("openid4vp://?client_id=verifier_attestation%3A{}&request_uri={}", coded(sector), coded(uri))
    };
    let parked = format!("https://relay.example/r/{REQUEST_ID}");
    let good = link("shoes.example", &parked);
    let fill = |length: usize| format!("{good}&x={}", "x".repeat(length - good.len() - 3));
    let here = format!("http://127.0.0.1:4000/r/{REQUEST_ID}");
    let long_id = format!("https://relay.example/r/{}", "a".repeat(128));
    for (name, about, link, sector, uri) in [
        ("link-2048", "A link of 2,048 bytes", fill(2_048), "shoes.example", &parked),
        (
            "link-http-loopback",
            "Without https, on this computer",
            link("shoes.localhost:4001", &here),
            "shoes.localhost:4001",
            &here,
        ),
        (
            "link-id-128",
            "An id of 128 characters",
            link("shoes.example", &long_id),
            "shoes.example",
            &long_id,
        ),
        (
            "link-sector-a-label",
            "A sector of A-labels",
            link("xn--schh-1na.example", &parked),
            "xn--schh-1na.example",
            &parked,
        ),
    ] {
        writer.accepts(
            name,
            about,
            json!({ "link": link }),
            json!({ "sector": sector, "request_uri": uri }),
        )?;
    }
    let alike = format!("http://localhost.example/r/{REQUEST_ID}");
    let local_https = format!("https://relay.example/r/{}", "a".repeat(129));
    for (name, about, link, word) in [
        ("link-with-host", "A link with a host", good.replacen("://?", "://authorize?", 1), "link-malformed"),
        (
            "link-with-path",
            "A link with a path",
            good.replacen("://?", ":///authorize?", 1),
            "link-malformed",
        ),
        ("link-with-fragment", "A link with a fragment", format!("{good}#x"), "link-malformed"),
        ("link-2049", "A link of 2,049 bytes", fill(2_049), "link-malformed"),
        (
            "link-http-lookalike",
            "Without https, at a name that only begins as this computer's",
            link("shoes.example", &alike),
            "link-request-uri",
        ),
        ("link-id-129", "An id of 129 characters", link("shoes.example", &local_https), "link-request-uri"),
        ("link-sector-port", "A sector with a port", link("shoes.example:443", &parked), "link-client-id"),
        (
            "link-sector-dot",
            "A sector with a trailing dot",
            link("shoes.example.", &parked),
            "link-client-id",
        ),
        ("link-sector-one-label", "A sector without a dot", link("shoes", &parked), "link-client-id"),
        (
            "link-sector-hyphens",
            "Two hyphens at the third place",
            link("ab--cd.example", &parked),
            "link-client-id",
        ),
        (
            "link-sector-unicode",
            "A sector that is not ASCII",
            link("sch%C3%B6h.example", &parked),
            "link-client-id",
        ),
        (
            "link-sector-local-without-port",
            "A sector of this computer without its port",
            link("shoes.localhost", &parked),
            "link-client-id",
        ),
    ] {
        writer.refuses(name, about, json!({ "link": link }), word)?;
    }
    Ok(())
}

pub fn requests(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let good = asking(scene, &scene.request(unaltered));
    let ok = Expect::Ok(accepted());
    writer.put("expired-119", "119 seconds after exp", NOON + (290 + 119), good.clone(), ok.clone())?;
    writer.put("ahead-120", "iat lies 120 seconds ahead", NOON + -130, good, ok)?;
    let cases: [(&str, &str, AlterJson); 3] = [
        ("lifetime-longest", "exp is 300 seconds after iat, response_by 1,800", |p| {
            p["response_by"] = json!(p["iat"].as_i64().expect("a time") + 1_800);
        }),
        ("nonce-128", "A nonce of 128 characters", |p| p["nonce"] = "a".repeat(128).into()),
        ("verifier-info-further", "An entry of verifier_info of a format that comes later", |p| {
            p["verifier_info"]
                .as_array_mut()
                .expect("a list")
                .push(json!({ "format": "later", "data": { "a": 1 } }));
        }),
    ];
    for (name, about, alter) in cases {
        writer.accepts(name, about, asking(scene, &scene.request(alter)), accepted())?;
    }
    let cases: [(&str, &str, AlterJson, &str); 5] = [
        ("nonce-129", "A nonce of 129 characters", |p| p["nonce"] = "a".repeat(129).into(), "request-nonce"),
        (
            "state-characters",
            "A state with other characters",
            |p| p["state"] = "c3RhdGUtb2YtYS1zY2VuZS0/".into(),
            "request-nonce",
        ),
        (
            "lifetime-nothing",
            "exp is iat",
            |p| {
                p["iat"] = json!(NOON.seconds());
                p["exp"] = json!(NOON.seconds());
            },
            "request-lifetime",
        ),
        ("query-32-and-one", "Thirty-two claims and an optional one", thirty_three, "request-query"),
        (
            "query-passport-twice",
            "Two queries for the passport",
            |p| {
                let again = p["dcql_query"]["credentials"][0].clone();
                p["dcql_query"]["credentials"].as_array_mut().expect("a list").push(again);
            },
            "request-query",
        ),
    ];
    for (name, about, alter, word) in cases {
        writer.refuses(name, about, asking(scene, &scene.request(alter)), word)?;
    }
    for (name, about, recipient) in [
        ("terms-long-recipient", "A recipient of 81 characters", "x".repeat(81)),
        (
            "terms-deceiving-recipient",
            "A recipient that turns the direction of writing",
            "carrier\u{202e}".into(),
        ),
    ] {
        let terms = json!({ "purpose": "To deliver your order", "retention": 30, "standing": false, "recipients": [recipient] });
        let request = scene.request(|p| {
            p["verifier_info"][1]["data"] = passerby_protocol::wire::b64u::encode(terms.to_string()).into();
        });
        writer.refuses(name, about, asking(scene, &request), "request-terms")?;
    }
    Ok(())
}

/// The three optional ones are there already.
fn thirty_three(payload: &mut Value) {
    let claims = (0..30).map(|n| json!({ "path": [format!("claim_{n}")] }));
    payload["dcql_query"]["credentials"][1]["claims"] = claims.collect();
}

pub fn statements(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let statement = scene.first_statement();
    let input = json!({ "sector": "shoes.example", "statement": statement });
    let ok = json!({ "root_jkt": scene.root.public().jkt(), "seq": 1, "sha256": passerby_protocol::wire::b64u::sha256(statement) });
    let end = scene.statement_payload()["exp"].as_i64().expect("a time");
    let late = NOON + (end - NOON.seconds() + 119);
    writer.put(
        "statement-ended-119",
        "Ended 119 seconds ago",
        late,
        input.clone(),
        Expect::Ok(ok.clone()),
    )?;
    let begin = scene.statement_payload()["iat"].as_i64().expect("a time");
    let early = NOON + (begin - NOON.seconds() - 120);
    writer.put("statement-ahead-120", "Made 120 seconds from now", early, input, Expect::Ok(ok))
}

pub fn claims(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let answer = scene.answer(1);
    let parts = Parts::of(scene);
    let input = parts.input(&answer.sealed.grant_claim);
    let ok = Expect::Ok(json!(answer.order));
    writer.put("kb-1920", "Presented as long ago as is allowed", NOON + 1_920, input.clone(), ok.clone())?;
    writer.put("kb-ahead-120", "Presented 120 seconds from now", NOON + -120, input, ok)
}
