//! Links and request objects (docs/protocol.md sections 5 and 6, steps 1 to 3).

use passerby_protocol::wire::b64u;
use passerby_testkit::clock::NOON;
use passerby_testkit::forge;
use passerby_testkit::scene::{REQUEST_ID, Scene, unaltered};
use passerby_testkit::vectors::Expect;
use serde_json::{Value, json};

use crate::Writer;

pub fn write(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    links(writer)?;
    envelope(writer, scene)?;
    attestation(writer, scene)?;
    payload(writer, scene)?;
    query(writer, scene)?;
    terms(writer, scene)
}

fn links(writer: &mut Writer) -> std::io::Result<()> {
    let uri = format!("https%3A%2F%2Frelay.example%2Fr%2F{REQUEST_ID}");
    let id = "client_id=verifier_attestation%3Ashoes.example";
    let good = [
        ("link-openid4vp", format!("openid4vp://?{id}&request_uri={uri}")),
        ("link-passerby", format!("passerby://?request_uri={uri}&{id}")),
        ("link-further-parameter", format!("openid4vp://?{id}&request_uri={uri}&request_uri_method=get")),
    ];
    let ok =
        json!({ "sector": "shoes.example", "request_uri": format!("https://relay.example/r/{REQUEST_ID}") });
    for (name, link) in good {
        writer.accepts(name, "A link that leads to a parked request", json!({ "link": link }), ok.clone())?;
    }
    let long = "x".repeat(2_100);
    let bad = [
        ("link-other-scheme", format!("https://?{id}&request_uri={uri}"), "link-malformed"),
        ("link-repeated", format!("openid4vp://?{id}&request_uri={uri}&request_uri={uri}"), "link-malformed"),
        ("link-repeated-unknown", format!("openid4vp://?{id}&request_uri={uri}&x=1&x=1"), "link-malformed"),
        ("link-without-request-uri", format!("openid4vp://?{id}"), "link-malformed"),
        ("link-without-client-id", format!("openid4vp://?request_uri={uri}"), "link-malformed"),
        ("link-too-long", format!("openid4vp://?{id}&request_uri={uri}&x={long}"), "link-malformed"),
        (
            "link-unsigned-kind",
            format!("openid4vp://?client_id=redirect_uri%3Ahttps%3A%2F%2Fshoes.example&request_uri={uri}"),
            "link-client-id",
        ),
        (
            "link-address-as-sector",
            format!("openid4vp://?client_id=verifier_attestation%3A192.168.1.1&request_uri={uri}"),
            "link-client-id",
        ),
        (
            "link-upper-case-sector",
            format!("openid4vp://?client_id=verifier_attestation%3AShoes.example&request_uri={uri}"),
            "link-client-id",
        ),
        (
            "link-http",
            format!("openid4vp://?{id}&request_uri=http%3A%2F%2Frelay.example%2Fr%2F{REQUEST_ID}"),
            "link-request-uri",
        ),
        (
            "link-user-name",
            format!("openid4vp://?{id}&request_uri=https%3A%2F%2Fa%3Ab%40relay.example%2Fr%2F{REQUEST_ID}"),
            "link-request-uri",
        ),
        ("link-fragment-in-uri", format!("openid4vp://?{id}&request_uri={uri}%23x"), "link-request-uri"),
        (
            "link-file",
            format!("openid4vp://?{id}&request_uri=file%3A%2F%2F%2Fetc%2Fpasswd"),
            "link-request-uri",
        ),
        (
            "link-short-id",
            format!("openid4vp://?{id}&request_uri=https%3A%2F%2Frelay.example%2Fr%2Fabc"),
            "link-request-uri",
        ),
    ];
    for (name, link, word) in bad {
        writer.refuses(name, "A link that must not be followed", json!({ "link": link }), word)?;
    }
    Ok(())
}

pub(crate) fn input(scene: &Scene, request: &str) -> Value {
    json!({ "link": scene.link(), "request": request, "relay_keys": scene.relay_keys() })
}

/// What the scene's request says.
pub(crate) fn accepted() -> Value {
    json!({
        "sector": "shoes.example",
        "purpose": "To deliver your order",
        "required": ["name", "address.street_address", "address.postal_code", "address.locality"],
        "optional": ["email", "phone_number", "birthdate"],
    })
}

fn envelope(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let ok = accepted();
    let good = scene.request(unaltered);
    writer.accepts("accepted", "A request as it should be", input(scene, &good), ok.clone())?;
    let later = scene.request(|payload| payload["unknown_member"] = json!({ "a": 1 }));
    writer.accepts("unknown-member", "Unknown members are ignored", input(scene, &later), ok)?;

    let text = scene.request_payload().to_string();
    let header = scene.request_header();
    let twice = text.replacen('{', r#"{"nonce":"bm9uY2Utb2YtYS1zY2VuZS0y","#, 1);
    let nested = text.replacen(r#""dcql_query":{"#, r#""dcql_query":{"credentials":[],"#, 1);
    let by = |header: &Value, text: &str| forge::jws_of_text(&header.to_string(), text, &scene.request_key);
    let altered = |alter: &dyn Fn(&mut Value)| {
        let mut header = header.clone();
        alter(&mut header);
        by(&header, &text)
    };
    let unsigned =
        format!("{}.{}.", b64u::encode(r#"{"alg":"none","typ":"oauth-authz-req+jwt"}"#), b64u::encode(&text));
    let (signed, signature) = good.rsplit_once('.').expect("three parts");
    let header_twice = header.to_string().replacen('{', r#"{"typ":"JWT","#, 1);
    let cases = [
        (
            "too-large",
            "A request of more than 65,536 bytes",
            scene.request(|p| p["x"] = "x".repeat(60_000).into()),
            "request-too-large",
        ),
        ("repeated-member", "A member that stands twice", by(&header, &twice), "request-malformed"),
        (
            "repeated-member-nested",
            "A member that stands twice, further in",
            by(&header, &nested),
            "request-malformed",
        ),
        (
            "repeated-member-in-header",
            "A header member that stands twice",
            forge::jws_of_text(&header_twice, &text, &scene.request_key),
            "request-malformed",
        ),
        ("two-parts", "Not three parts", signed.to_owned(), "request-malformed"),
        ("padded", "base64url with padding", format!("{signed}.{signature}=="), "request-malformed"),
        ("not-json", "A payload that is not JSON", by(&header, "nonce=1"), "request-malformed"),
        ("array", "A payload that is an array", by(&header, &format!("[{text}]")), "request-malformed"),
        (
            "without-nonce",
            "A member that is needed is missing",
            scene.request(|p| drop(p.as_object_mut().expect("an object").remove("nonce"))),
            "request-malformed",
        ),
        (
            "time-as-text",
            "A time that is no number",
            scene.request(|p| p["exp"] = p["exp"].to_string().into()),
            "request-malformed",
        ),
        (
            "time-with-fraction",
            "A time that is no whole number",
            scene.request(|p| p["exp"] = json!(1_795_349_090.5)),
            "request-malformed",
        ),
        ("unsigned", "alg none and an empty signature", unsigned, "request-type"),
        (
            "signature-short",
            "A signature of 63 bytes",
            format!("{signed}.{}", &signature[..84]),
            "request-malformed",
        ),
        (
            "alg-none-with-signature",
            "alg none, with a signature all the same",
            altered(&|h| h["alg"] = "none".into()),
            "request-type",
        ),
        ("alg-hs256", "A symmetric algorithm", altered(&|h| h["alg"] = "HS256".into()), "request-type"),
        ("typ-jwt", "Another typ", altered(&|h| h["typ"] = "JWT".into()), "request-type"),
        (
            "typ-with-prefix",
            "The typ with a media type's prefix",
            altered(&|h| h["typ"] = "application/oauth-authz-req+jwt".into()),
            "request-type",
        ),
        ("crit", "A crit member", altered(&|h| h["crit"] = json!(["exp"])), "request-type"),
        (
            "signature-broken",
            "One bit of the signature is turned",
            forge::with_broken_signature(&good),
            "request-signature",
        ),
        (
            "signature-of-stranger",
            "Signed by a key that the attestation does not name",
            forge::jws(&header, &scene.request_payload(), &scene.stranger),
            "request-signature",
        ),
        (
            "kid-of-stranger",
            "kid names another key than the one that signed",
            altered(&|h| h["kid"] = scene.stranger.public().jkt().as_str().into()),
            "request-signature",
        ),
    ];
    for (name, about, request, word) in cases {
        writer.refuses(name, about, input(scene, &request), word)?;
    }
    Ok(())
}

fn attestation(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let payload = forge::payload_of(&scene.attestation(unaltered));
    let header = |typ: &str| json!({ "alg": "ES256", "typ": typ, "kid": scene.relay_key.public().jkt() });
    let other_typ = forge::jws(&header("JWT"), &payload, &scene.relay_key);
    let by_stranger = forge::jws(&header("verifier-attestation+jwt"), &payload, &scene.stranger);
    let other_kid =
        json!({ "alg": "ES256", "typ": "verifier-attestation+jwt", "kid": scene.stranger.public().jkt() });
    let other_kid = forge::jws(&other_kid, &payload, &scene.stranger);
    let day = 86_400;
    let cases = [
        ("attestation-not-one", "The relay's word is no JWS", "abc".to_owned(), "attestation-malformed"),
        ("attestation-typ", "The relay's word is of another typ", other_typ, "attestation-type"),
        (
            "attestation-by-stranger",
            "The relay's word is signed by somebody else",
            by_stranger,
            "attestation-signature",
        ),
        (
            "attestation-unknown-kid",
            "The relay's word names a key the relay does not publish",
            other_kid,
            "attestation-signature",
        ),
        (
            "attestation-other-issuer",
            "The relay's word comes from another relay",
            scene.attestation(|p| p["iss"] = "https://other.example".into()),
            "attestation-issuer",
        ),
        (
            "attestation-other-prefix",
            "The relay's word sends answers elsewhere",
            scene.attestation(|p| p["response_uri_prefix"] = "https://other.example/v1/response/".into()),
            "attestation-issuer",
        ),
        (
            "attestation-ended",
            "The relay's word has ended",
            scene.attestation(|p| {
                p["iat"] = json!(NOON.seconds() - 20 * day);
                p["exp"] = json!(NOON.seconds() - 121);
            }),
            "attestation-expired",
        ),
        (
            "attestation-too-long",
            "The relay's word would live 31 days",
            scene.attestation(|p| p["exp"] = json!(NOON.seconds() - 3_600 + 31 * day)),
            "attestation-expired",
        ),
        (
            "attestation-ahead",
            "The relay's word comes from the future",
            scene.attestation(|p| p["iat"] = json!(NOON.seconds() + 121)),
            "attestation-expired",
        ),
        (
            "attestation-other-shop",
            "The relay's word is for another shop",
            scene.attestation(|p| p["sub"] = "books.example".into()),
            "attestation-sector",
        ),
    ];
    for (name, about, attestation, word) in cases {
        let request = scene.request_with_header(|header| header["jwt"] = attestation.into());
        writer.refuses(name, about, input(scene, &request), word)?;
    }
    let request =
        scene.request_with_header(|header| drop(header.as_object_mut().expect("an object").remove("jwt")));
    writer.refuses(
        "attestation-missing",
        "There is no word of the relay",
        input(scene, &request),
        "attestation-malformed",
    )
}

fn payload(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let now = NOON.seconds();
    type Alter = fn(&mut Value);
    let cases: [(&str, &str, Alter, &str); 14] = [
        (
            "client-id-other-shop",
            "The request names another shop than the link",
            |p| p["client_id"] = "verifier_attestation:books.example".into(),
            "request-client-id",
        ),
        (
            "client-id-other-kind",
            "The same shop under another kind of client_id",
            |p| p["client_id"] = "x509_san_dns:shoes.example".into(),
            "request-client-id",
        ),
        (
            "audience",
            "Meant for somebody else",
            |p| p["aud"] = "https://relay.example".into(),
            "request-audience",
        ),
        (
            "response-type",
            "Another response type",
            |p| p["response_type"] = "id_token".into(),
            "request-response-mode",
        ),
        (
            "response-mode-open",
            "The answer would travel unsealed",
            |p| p["response_mode"] = "direct_post".into(),
            "request-response-mode",
        ),
        (
            "nonce-short",
            "A nonce of 21 characters",
            |p| p["nonce"] = "abcdefghijklmnopqrstu".into(),
            "request-nonce",
        ),
        (
            "nonce-characters",
            "A nonce with other characters",
            |p| p["nonce"] = "bm9uY2Utb2YtYS1zY2VuZS0+".into(),
            "request-nonce",
        ),
        ("state-short", "A state of 4 characters", |p| p["state"] = "abcd".into(), "request-nonce"),
        (
            "response-uri-other-host",
            "The answer would go to another host",
            |p| p["response_uri"] = format!("https://other.example/v1/response/{REQUEST_ID}").into(),
            "request-response-uri",
        ),
        (
            "response-uri-other-id",
            "The answer would go to another request",
            |p| p["response_uri"] = "https://relay.example/v1/response/b3RoZXItcmVxdWVzdC1vdGhlcg".into(),
            "request-response-uri",
        ),
        (
            "response-uri-query",
            "The address of the answer has a query",
            |p| p["response_uri"] = format!("https://relay.example/v1/response/{REQUEST_ID}?x=1").into(),
            "request-response-uri",
        ),
        ("flow", "Another flow", |p| p["flow"] = "carrier_pigeon".into(), "request-flow"),
        (
            "lifetime-fetch",
            "exp is 301 seconds after iat",
            |p| p["exp"] = (p["iat"].as_i64().expect("a time") + 301).into(),
            "request-lifetime",
        ),
        (
            "lifetime-answer",
            "response_by is 1,801 seconds after iat",
            |p| p["response_by"] = (p["iat"].as_i64().expect("a time") + 1_801).into(),
            "request-lifetime",
        ),
    ];
    for (name, about, alter, word) in cases {
        writer.refuses(name, about, input(scene, &scene.request(alter)), word)?;
    }
    let early = scene.request(|p| p["response_by"] = (p["exp"].as_i64().expect("a time") - 1).into());
    writer.refuses(
        "lifetime-answer-before-exp",
        "response_by lies before exp",
        input(scene, &early),
        "request-lifetime",
    )?;

    let good = input(scene, &scene.request(unaltered));
    let exp = now + 290;
    let at = |seconds| passerby_protocol::time::Timestamp::from_seconds(seconds);
    writer.put(
        "expired",
        "120 seconds after exp",
        at(exp + 120),
        good.clone(),
        Expect::Refused("request-expired".into()),
    )?;
    writer.put(
        "not-yet-valid",
        "iat lies 121 seconds ahead",
        at(now - 10 - 121),
        good,
        Expect::Refused("request-not-yet-valid".into()),
    )
}

fn query(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    type Alter = fn(&mut Value);
    let cases: [(&str, &str, Alter, &str); 14] = [
        (
            "query-values",
            "The query names the value it expects",
            |q| q["credentials"][1]["claims"][0]["values"] = json!(["Anna"]),
            "request-query-values",
        ),
        (
            "query-values-optional",
            "An optional query names the value it expects",
            |q| q["credentials"][2]["claims"][0]["values"] = json!(["a@b.example"]),
            "request-query-values",
        ),
        (
            "query-without-passport",
            "No passport is asked for",
            |q| {
                q["credentials"].as_array_mut().expect("a list").remove(0);
                q["credential_sets"][0]["options"] = json!([["profile"]]);
            },
            "request-query",
        ),
        (
            "query-passport-of-other-relay",
            "A passport of another relay",
            |q| q["credentials"][0]["meta"]["vct_values"] = json!(["https://other.example/vct/passport/1"]),
            "request-query",
        ),
        (
            "query-passport-with-claims",
            "Claims of the passport",
            |q| q["credentials"][0]["claims"] = json!([{ "path": ["sub"] }]),
            "request-query",
        ),
        (
            "query-other-vct",
            "A profile of another kind",
            |q| q["credentials"][1]["meta"]["vct_values"] = json!(["urn:eudi:pid:1"]),
            "request-query",
        ),
        (
            "query-two-vcts",
            "A profile of one kind or another",
            |q| {
                q["credentials"][1]["meta"]["vct_values"] =
                    json!(["urn:passerby:vct:self-asserted-profile:1", "urn:eudi:pid:1"]);
            },
            "request-query",
        ),
        (
            "query-multiple",
            "Several credentials at once",
            |q| q["credentials"][1]["multiple"] = true.into(),
            "request-query",
        ),
        (
            "query-no-binding",
            "Without proof of possession",
            |q| q["credentials"][1]["require_cryptographic_holder_binding"] = false.into(),
            "request-query",
        ),
        (
            "query-claim-twice",
            "A claim that is asked for twice",
            |q| q["credentials"][2]["claims"][0]["path"] = json!(["name"]),
            "request-query",
        ),
        (
            "query-path-index",
            "A path into a list",
            |q| q["credentials"][1]["claims"][0]["path"] = json!(["nationalities", 0]),
            "request-query",
        ),
        (
            "query-whole-address",
            "The whole address at once",
            |q| q["credentials"][1]["claims"][0]["path"] = json!(["address"]),
            "request-query",
        ),
        (
            "query-optional-of-two",
            "An optional query with two claims",
            |q| q["credentials"][2]["claims"] = json!([{ "path": ["email"] }, { "path": ["nickname"] }]),
            "request-query",
        ),
        (
            "query-optional-required",
            "An optional query in a set that is required",
            |q| drop(q["credential_sets"][1].as_object_mut().expect("an object").remove("required")),
            "request-query",
        ),
    ];
    for (name, about, alter, word) in cases {
        let request = scene.request(|payload| alter(&mut payload["dcql_query"]));
        writer.refuses(name, about, input(scene, &request), word)?;
    }
    let without_sets = scene
        .request(|p| drop(p["dcql_query"].as_object_mut().expect("an object").remove("credential_sets")));
    writer.refuses(
        "query-without-sets",
        "Optional queries without credential_sets",
        input(scene, &without_sets),
        "request-query",
    )?;
    let bidi =
        scene.request(|p| p["dcql_query"]["credentials"][1]["claims"][0]["path"] = json!(["na\u{202e}me"]));
    writer.refuses(
        "query-strange-name",
        "A claim name that would deceive the eye",
        input(scene, &bidi),
        "request-query",
    )
}

fn terms(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let base =
        json!({ "purpose": "To deliver your order", "retention": 30, "standing": false, "recipients": [] });
    let with = |member: &str, value: Value| {
        let mut terms = base.clone();
        terms[member] = value;
        b64u::encode(terms.to_string())
    };
    let twice = b64u::encode(base.to_string().replacen('{', r#"{"retention":1,"#, 1));
    let cases = [
        ("terms-repeated-member", "A member of the terms stands twice", twice),
        ("terms-empty-purpose", "No purpose", with("purpose", " ".into())),
        ("terms-long-purpose", "A purpose of 201 characters", with("purpose", "x".repeat(201).into())),
        (
            "terms-deceiving-purpose",
            "A purpose that turns the direction of writing",
            with("purpose", "only\u{202e}your name".into()),
        ),
        ("terms-long-retention", "Kept for 3,651 days", with("retention", 3_651.into())),
        ("terms-negative-retention", "Kept for less than no time", with("retention", (-1).into())),
        (
            "terms-standing",
            "A standing permission, which this revision does not know",
            with("standing", true.into()),
        ),
        (
            "terms-many-recipients",
            "Nine recipients",
            with("recipients", json!(["a", "b", "c", "d", "e", "f", "g", "h", "i"])),
        ),
    ];
    for (name, about, data) in cases {
        let request = scene.request(|payload| payload["verifier_info"][1]["data"] = data.into());
        writer.refuses(name, about, input(scene, &request), "request-terms")?;
    }
    let none = scene.request(|payload| drop(payload["verifier_info"].as_array_mut().expect("a list").pop()));
    writer.refuses("terms-missing", "No terms", input(scene, &none), "request-terms")?;
    let two = scene.request(|payload| {
        let terms = payload["verifier_info"][1].clone();
        payload["verifier_info"].as_array_mut().expect("a list").push(terms);
    });
    writer.refuses("terms-twice", "Terms that stand twice", input(scene, &two), "request-terms")
}
