//! What is almost the form (docs/protocol.md section 1): bytes that are no UTF-8, arrays where objects belong, other headers, sizes.

use passerby_protocol::wire::b64u;
use passerby_testkit::forge;
use passerby_testkit::scene::{Scene, statement_header, terms, unaltered};
use serde_json::{Value, json};

use crate::Writer;
use crate::passport::Parts;
use crate::request::input as asking;
use crate::reveal::{input as opening, reissue, reissue_as, resealed, resealed_bytes};

type AlterJson = fn(&mut Value);

/// The members of an object in the order given, as an array.
fn to_array(object: &Value, members: &[&str]) -> Value {
    members.iter().map(|member| object[*member].clone()).collect()
}

/// The JSON text with one byte in a member nobody asked for that is not UTF-8.
fn with_stray_byte(value: &Value) -> Vec<u8> {
    let mut bytes = value.to_string().replacen('{', r#"{"x":"?","#, 1).into_bytes();
    let place = bytes.iter().position(|byte| *byte == b'?').expect("the mark");
    bytes[place] = 0xff;
    bytes
}

pub fn requests(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let header = scene.request_header().to_string();
    let stray = forge::jws_of_bytes(
        header.as_bytes(),
        &with_stray_byte(&scene.request_payload()),
        &scene.request_key,
    );
    writer.refuses("not-utf8", "A byte that is no UTF-8", asking(scene, &stray), "request-malformed")?;

    let cases: [(&str, &str, AlterJson, &str); 6] = [
        (
            "verifier-info-array",
            "An entry of verifier_info as an array of its members",
            |p| p["verifier_info"][1] = to_array(&p["verifier_info"][1], &["format", "data"]),
            "request-malformed",
        ),
        (
            "query-credential-array",
            "A credential query as an array of its members",
            |p| {
                let query = &mut p["dcql_query"]["credentials"][0];
                *query = to_array(query, &["id", "format", "meta"]);
            },
            "request-query",
        ),
        (
            "query-array",
            "The query as an array of its members",
            |p| p["dcql_query"] = to_array(&p["dcql_query"], &["credentials", "credential_sets"]),
            "request-query",
        ),
        (
            "query-meta-null",
            "A member of the query that is null",
            |p| p["dcql_query"]["credentials"][0]["claims"] = Value::Null,
            "request-query",
        ),
        ("time-negative", "A time before 1970", |p| p["iat"] = (-1).into(), "request-malformed"),
        (
            "terms-array",
            "The terms as an array of their members",
            |p| {
                let text = json!(["To deliver your order", 30, false, ["the parcel carrier"]]).to_string();
                p["verifier_info"][1]["data"] = b64u::encode(text).into();
            },
            "request-terms",
        ),
    ];
    for (name, about, alter, word) in cases {
        writer.refuses(name, about, asking(scene, &scene.request(alter)), word)?;
    }
    let padded = scene.request(|p| p["verifier_info"][1]["data"] = format!("{}=", terms().as_str()).into());
    writer.refuses("terms-padded", "Terms with padding", asking(scene, &padded), "request-terms")?;
    attestations(writer, scene)
}

fn attestations(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let header =
        json!({ "alg": "ES256", "typ": "verifier-attestation+jwt", "kid": scene.relay_key.public().jkt() });
    let payload = forge::payload_of(&scene.attestation(unaltered));
    let mut put = |name: &str, about: &str, attestation: String, word: &str| {
        let request = scene.request_with_header(|header| header["jwt"] = attestation.into());
        writer.refuses(name, about, asking(scene, &request), word)
    };
    let headers: [(&str, &str, AlterJson); 4] = [
        ("attestation-alg", "The relay's word is of another algorithm", |h| h["alg"] = "HS256".into()),
        ("attestation-crit", "The relay's word has a crit member", |h| h["crit"] = json!(["x"])),
        ("attestation-crit-null", "The relay's word has a crit member that is null", |h| {
            h["crit"] = Value::Null;
        }),
        ("attestation-typ-missing", "The relay's word has no typ", |h| {
            h.as_object_mut().expect("an object").remove("typ");
        }),
    ];
    for (name, about, alter) in headers {
        let mut header = header.clone();
        alter(&mut header);
        put(name, about, forge::jws(&header, &payload, &scene.relay_key), "attestation-type")?;
    }
    let stray =
        forge::jws_of_bytes(header.to_string().as_bytes(), &with_stray_byte(&payload), &scene.relay_key);
    put(
        "attestation-not-utf8",
        "The relay's word has a byte that is no UTF-8",
        stray,
        "attestation-malformed",
    )?;
    let payloads: [(&str, &str, AlterJson, &str); 5] = [
        (
            "attestation-cnf-array",
            "cnf as an array of its members",
            |p| p["cnf"] = to_array(&p["cnf"], &["jwk"]),
            "attestation-malformed",
        ),
        (
            "attestation-key-array",
            "The request key as an array of its members",
            |p| p["cnf"]["jwk"] = to_array(&p["cnf"]["jwk"], &["kty", "crv", "x", "y"]),
            "attestation-malformed",
        ),
        (
            "attestation-private",
            "The request key stands there with a private half",
            |p| p["cnf"]["jwk"]["d"] = "AAAA".into(),
            "attestation-malformed",
        ),
        (
            "attestation-point-off-curve",
            "The request key is no point of the curve",
            |p| p["cnf"]["jwk"]["y"] = p["cnf"]["jwk"]["x"].clone(),
            "attestation-malformed",
        ),
        (
            "attestation-ends-before-it-begins",
            "exp is before iat",
            |p| p["exp"] = json!(p["iat"].as_i64().expect("a time") - 1),
            "attestation-expired",
        ),
    ];
    for (name, about, alter, word) in payloads {
        put(name, about, scene.attestation(alter), word)?;
    }
    Ok(())
}

pub fn statements(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let input = |statement: &str| json!({ "sector": "shoes.example", "statement": statement });
    let mut malformed = |name: &str, about: &str, statement: String| {
        writer.refuses(name, about, input(&statement), "statement-malformed")
    };
    let header = statement_header(&scene.root).to_string();
    let of_bytes = |payload: &[u8]| forge::jws_of_bytes(header.as_bytes(), payload, &scene.root);
    malformed(
        "statement-not-utf8",
        "A byte that is no UTF-8",
        of_bytes(&with_stray_byte(&scene.statement_payload())),
    )?;
    let marked = format!("\u{feff}{}", scene.statement_payload());
    malformed(
        "statement-byte-order-mark",
        "A byte order mark before the object",
        of_bytes(marked.as_bytes()),
    )?;
    let good = scene.first_statement();
    malformed("statement-white-space", "A line end within the base64url", good.replacen('.', ".\n", 1))?;
    malformed("statement-padding", "Padding after the signature", format!("{good}=="))?;
    let mut header = statement_header(&scene.root);
    header["jwk"] = to_array(&header["jwk"], &["kty", "crv", "x", "y"]);
    let by_array = forge::jws(&header, &scene.statement_payload(), &scene.root);
    malformed("statement-key-array", "The root key as an array of its members", by_array)?;
    let cases: [(&str, &str, AlterJson); 3] = [
        ("statement-release-key-array", "A release key as an array of its members", |p| {
            let key = &mut p["release_keys"][0];
            *key = to_array(key, &["kty", "crv", "x", "kid", "alg", "use"]);
        }),
        ("statement-time-negative", "A time before 1970", |p| p["iat"] = (-1).into()),
        ("statement-sector-upper-case", "A sector with a capital letter", |p| {
            p["iss"] = "Shoes.example".into();
        }),
    ];
    for (name, about, alter) in cases {
        malformed(name, about, scene.statement(alter))?;
    }
    Ok(())
}

pub fn claims(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    type Alter = fn(&mut Parts<'_>);
    let cases: [(&str, &str, Alter, &str); 9] = [
        (
            "claim-too-large",
            "A claim of more than 65,536 bytes",
            |p| p.claim["x"] = "x".repeat(50_000).into(),
            "claim-malformed",
        ),
        (
            "claim-typ-missing",
            "The claim has no typ",
            |p| drop(p.claim_header.as_object_mut().expect("an object").remove("typ")),
            "claim-type",
        ),
        (
            "passport-alg",
            "The passport is of another algorithm",
            |p| p.passport_header["alg"] = "ES384".into(),
            "passport-type",
        ),
        (
            "passport-cnf-array",
            "cnf of the passport as an array of its members",
            |p| p.passport["cnf"] = to_array(&p.passport["cnf"], &["jwk"]),
            "passport-malformed",
        ),
        (
            "passport-key-array",
            "The person's key as an array of its members",
            |p| p.passport["cnf"]["jwk"] = to_array(&p.passport["cnf"]["jwk"], &["kty", "crv", "x", "y"]),
            "passport-malformed",
        ),
        (
            "passport-point-off-curve",
            "The person's key is no point of the curve",
            |p| p.passport["cnf"]["jwk"]["y"] = p.passport["cnf"]["jwk"]["x"].clone(),
            "passport-malformed",
        ),
        (
            "kb-alg",
            "The proof of possession is of another algorithm",
            |p| p.binding_header["alg"] = "none".into(),
            "kb-signature",
        ),
        (
            "kb-crit",
            "The proof of possession has a crit member",
            |p| p.binding_header["crit"] = json!(["x"]),
            "kb-signature",
        ),
        (
            "kb-without-time",
            "The proof of possession lacks its time",
            |p| drop(p.binding.as_object_mut().expect("an object").remove("iat")),
            "kb-signature",
        ),
    ];
    for (name, about, alter, word) in cases {
        let mut parts = Parts::of(scene);
        alter(&mut parts);
        writer.refuses(name, about, parts.input(&parts.sign()), word)?;
    }
    let parts = Parts::of(scene);
    let stray = parts.sign_claim_bytes(&with_stray_byte(&parts.claim));
    writer.refuses("claim-not-utf8", "A byte that is no UTF-8", parts.input(&stray), "claim-malformed")?;
    let mut parts = Parts::of(scene);
    parts.disclosure = "WyJzYWx0IiwibmFtZSIsIkFubmEiXQ~".into();
    writer.refuses(
        "passport-with-disclosure",
        "A passport that discloses something",
        parts.input(&parts.sign()),
        "passport-malformed",
    )
}

pub fn releases(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let holder = scene.pairwise().signing_key().clone();
    let mut put = |name: &str, about: &str, (order, release): (_, String), word: &str| {
        writer.refuses(name, about, opening(&order, &release, &scene.release_key), word)
    };
    let large = |length: usize| resealed(scene, |response| response["_pad"] = "0".repeat(length).into());
    put("release-too-large", "More than 65,536 bytes", large(50_000), "release-malformed")?;
    let stray = resealed_bytes(scene, with_stray_byte);
    put("response-not-utf8", "A byte that is no UTF-8", stray, "response-malformed")?;
    let array = resealed(scene, |response| {
        let token = &response["vp_token"];
        response["vp_token"] = to_array(token, &["passport", "profile", "optional_email"]);
    });
    put("response-token-array", "vp_token as an array", array, "response-malformed")?;

    let headers: [(&str, &str, AlterJson); 3] = [
        ("profile-typ", "A profile of another typ", |h| h["typ"] = "vc+sd-jwt".into()),
        ("profile-alg", "A profile of another algorithm", |h| h["alg"] = "ES384".into()),
        ("profile-crit", "A profile with a crit member", |h| h["crit"] = json!(["x"])),
    ];
    for (name, about, alter) in headers {
        let altered = resealed(scene, |response| reissue_as(response, &holder, alter, |_| {}));
        put(name, about, altered, "profile-malformed")?;
    }
    let payloads: [(&str, &str, AlterJson); 5] = [
        ("profile-cnf-array", "cnf as an array of its members", |p| p["cnf"] = to_array(&p["cnf"], &["jwk"])),
        ("profile-key-array", "The person's key as an array of its members", |p| {
            p["cnf"]["jwk"] = to_array(&p["cnf"]["jwk"], &["kty", "crv", "x", "y"]);
        }),
        ("profile-private", "The person's key with a private half", |p| p["cnf"]["jwk"]["d"] = "AAAA".into()),
        ("profile-address-array", "address as an array of its members", |p| {
            p["address"] = to_array(&p["address"], &["_sd"]);
        }),
        ("profile-without-time", "A profile without iat", |p| {
            p.as_object_mut().expect("an object").remove("iat");
        }),
    ];
    for (name, about, alter) in payloads {
        let altered = resealed(scene, |response| reissue(response, &holder, alter));
        put(name, about, altered, "profile-malformed")?;
    }
    let other_nonce = resealed(scene, |response| {
        let text = response["vp_token"]["profile"][0].as_str().expect("a text").to_owned();
        let (unbound, binding) = text.rsplit_once('~').expect("a key binding");
        let mut binding = forge::payload_of(binding);
        binding["nonce"] = "b3RoZXItbm9uY2Utb3RoZXI".into();
        let binding = forge::jws(&json!({ "alg": "ES256", "typ": "kb+jwt" }), &binding, &holder);
        response["vp_token"]["profile"][0] = format!("{unbound}~{binding}").into();
    });
    put(
        "profile-of-other-request",
        "A profile that was presented for another request",
        other_nonce,
        "kb-nonce",
    )
}
