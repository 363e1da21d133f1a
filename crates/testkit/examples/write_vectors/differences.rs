//! What two readers of the same text understood differently, or the text alone decides: `null` where something may be left
//! out, members of another kind, two faults in one message, signatures of another length.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::seal::hash_release;
use passerby_protocol::wire::b64u;
use passerby_testkit::clock::NOON;
use passerby_testkit::forge;
use passerby_testkit::scene::{Answer, Scene, statement_header};
use passerby_testkit::vectors::Expect;
use serde_json::{Value, json};

use crate::Writer;
use crate::passport::Parts;
use crate::reveal::{customer, input as opening, reissue, resealed};

type AlterJson = fn(&mut Value);

/// The same JWS with the last byte of its signature cut off.
fn with_short_signature(compact: &str) -> String {
    let (signed, signature) = compact.rsplit_once('.').expect("three parts");
    let bytes = b64u::decode(signature).expect("base64url");
    format!("{signed}.{}", b64u::encode(&bytes[..63]))
}

pub fn statements(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let input = |statement: &str| json!({ "sector": "shoes.example", "statement": statement });
    let cases: [(&str, &str, AlterJson, &str); 13] = [
        ("statement-prev-null", "prev is null", |p| p["prev"] = Value::Null, "statement-malformed"),
        (
            "statement-prev-of-first",
            "seq 1 has no predecessor to name",
            |p| p["prev"] = b64u::sha256("x").into(),
            "statement-malformed",
        ),
        (
            "statement-revoked-null",
            "revoked_jkts is null",
            |p| p["revoked_jkts"] = Value::Null,
            "statement-malformed",
        ),
        (
            "statement-return-origins-null",
            "return_origins is null",
            |p| p["return_origins"] = Value::Null,
            "statement-malformed",
        ),
        (
            "statement-contact-null",
            "deletion_contact is null",
            |p| p["deletion_contact"] = Value::Null,
            "statement-malformed",
        ),
        (
            "statement-next-root-null",
            "next_root_jkt_hash is null",
            |p| p["next_root_jkt_hash"] = Value::Null,
            "statement-malformed",
        ),
        (
            "statement-desk-origin-http",
            "A desk without https, though the shop is not on this computer",
            |p| p["desk_origins"] = json!(["http://desk.shoes.example"]),
            "statement-malformed",
        ),
        (
            "statement-return-origin-blob",
            "A blob address, which has the origin of the one inside it",
            |p| p["return_origins"] = json!(["blob:https://shoes.example/x"]),
            "statement-malformed",
        ),
        (
            "statement-ends-before-it-begins",
            "exp is before iat",
            |p| p["iat"] = json!(p["exp"].as_i64().expect("a time") + 1),
            "statement-expired",
        ),
        (
            "statement-release-key-priv",
            "A release key of another kind with its private half",
            |p| {
                let key = json!({ "kty": "AKP", "alg": "HPKE-9", "use": "enc", "kid": "pq", "pub": "AAAA", "priv": "AAAA" });
                p["release_keys"].as_array_mut().expect("a list").push(key);
            },
            "statement-malformed",
        ),
        (
            "statement-allowed-claims-null",
            "allowed_claims is null",
            |p| p["allowed_claims"] = Value::Null,
            "statement-malformed",
        ),
        ("statement-without-iss", "iss is missing", |p| remove(p, "iss"), "statement-malformed"),
        ("statement-iat-true", "A time that is true", |p| p["iat"] = true.into(), "statement-malformed"),
    ];
    for (name, about, alter, word) in cases {
        let statement = scene.statement(|payload| {
            if name == "statement-ends-before-it-begins" {
                payload["exp"] = json!(NOON.seconds());
            }
            alter(payload);
        });
        writer.refuses(name, about, input(&statement), word)?;
    }

    let payload = scene.statement_payload();
    let header = |alter: AlterJson| {
        let mut header = statement_header(&scene.root);
        alter(&mut header);
        header
    };
    let sign = |alter| forge::jws(&header(alter), &payload, &scene.root);
    let without_name = {
        let mut payload = payload.clone();
        remove(&mut payload, "name");
        forge::jws(&header(|h| h["typ"] = "JWT".into()), &payload, &scene.root)
    };
    let blank_and_broken = forge::with_broken_signature(&scene.statement(|p| p["name"] = " ".into()));
    let cases = [
        (
            "statement-crit-null",
            "A crit member that is null",
            sign(|h| h["crit"] = Value::Null),
            "statement-type",
        ),
        ("statement-alg-number", "alg is a number", sign(|h| h["alg"] = 256.into()), "statement-type"),
        ("statement-typ-missing", "typ is missing", sign(|h| remove(h, "typ")), "statement-type"),
        (
            "statement-private-null",
            "The root key has a member d that is null",
            sign(|h| h["jwk"]["d"] = Value::Null),
            "statement-malformed",
        ),
        (
            "statement-signature-63",
            "A signature of 63 bytes",
            with_short_signature(scene.first_statement()),
            "statement-malformed",
        ),
        (
            "statement-typ-and-form",
            "Another typ, and no name: form comes first",
            without_name,
            "statement-malformed",
        ),
        (
            "statement-form-and-signature",
            "A blank name, and a broken signature: form comes first",
            blank_and_broken,
            "statement-malformed",
        ),
    ];
    for (name, about, statement, word) in cases {
        writer.refuses(name, about, input(&statement), word)?;
    }
    Ok(())
}

pub fn claims(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    type Alter = fn(&mut Parts<'_>);
    let cases: [(&str, &str, Alter, &str); 11] = [
        (
            "claim-crit-null",
            "The claim has a crit member that is null",
            |p| p.claim_header["crit"] = Value::Null,
            "claim-type",
        ),
        (
            "claim-release-hash-short",
            "release_sha256 is no digest",
            |p| p.claim["release_sha256"] = "AAAA".into(),
            "claim-malformed",
        ),
        ("claim-seq-negative", "A negative seq", |p| p.claim["seq"] = (-1).into(), "claim-malformed"),
        (
            "claim-strange-name",
            "A claim name that is none",
            |p| p.claim["claims"] = json!(["name", "_sd"]),
            "claim-malformed",
        ),
        (
            "passport-without-assurance",
            "The passport lacks a member",
            |p| remove(&mut p.passport, "assurance"),
            "passport-malformed",
        ),
        (
            "passport-without-issuer",
            "The passport does not say who issued it",
            |p| remove(&mut p.passport, "iss"),
            "passport-malformed",
        ),
        (
            "passport-private-null",
            "The key in the passport has a member d that is null",
            |p| p.passport["cnf"]["jwk"]["d"] = Value::Null,
            "passport-malformed",
        ),
        (
            "passport-ends-before-it-begins",
            "exp is before iat",
            |p| {
                p.passport["iat"] = json!(NOON.seconds() + 60);
                p.passport["exp"] = json!(NOON.seconds());
            },
            "passport-expired",
        ),
        (
            "kb-without-nonce",
            "The proof of possession lacks its nonce",
            |p| remove(&mut p.binding, "nonce"),
            "kb-signature",
        ),
        (
            "kb-without-terms",
            "The proof of possession lacks its terms",
            |p| remove(&mut p.binding, "passerby_terms_hash"),
            "kb-signature",
        ),
        (
            "kb-audience-list",
            "The audience of the proof of possession is a list",
            |p| p.binding["aud"] = json!([p.binding["aud"]]),
            "kb-signature",
        ),
    ];
    for (name, about, alter, word) in cases {
        let mut parts = Parts::of(scene);
        alter(&mut parts);
        writer.refuses(name, about, parts.input(&parts.sign()), word)?;
    }
    let parts = Parts::of(scene);
    let short = with_short_signature(&parts.sign());
    writer.refuses("claim-signature-63", "A signature of 63 bytes", parts.input(&short), "claim-malformed")
}

pub fn releases(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let Answer { sealed, order } = scene.answer(1);
    let parts: Vec<&str> = sealed.jwe.split('.').collect();
    let header: Value = serde_json::from_slice(&b64u::decode(parts[0]).expect("base64url")).expect("JSON");
    for member in ["enc", "zip", "crit"] {
        let mut header = header.clone();
        header[member] = Value::Null;
        let altered = format!("{}.{}..{}.", b64u::encode(header.to_string()), parts[1], parts[3]);
        let mut order = order.clone();
        order.release_sha256 = hash_release(&altered);
        writer.refuses(
            &format!("release-with-{member}-null"),
            &format!("{member} is there, and null"),
            opening(&order, &altered, &scene.release_key),
            "release-malformed",
        )?;
    }
    writer.put(
        "kb-ahead",
        "Presented 121 seconds from now: only the age does not count when a release is opened",
        NOON + -121,
        opening(&order, &sealed.jwe, &scene.release_key),
        Expect::Refused("kb-time".into()),
    )?;
    let values = json!({ "values": opened(scene) });
    writer.put(
        "opened-late",
        "Opened 30 days after it was answered",
        NOON + 30 * 86_400,
        opening(&order, &sealed.jwe, &scene.release_key),
        Expect::Ok(values.clone()),
    )?;
    let mut renamed = order.clone();
    customer(&mut renamed).2[0] = ClaimName::parse("name").expect("a claim name");
    writer.refuses(
        "order-claim-twice",
        "The order names one detail twice and another not at all",
        opening(&renamed, &sealed.jwe, &scene.release_key),
        "reveal-claims",
    )?;

    let (order, release) = resealed(scene, |response| remove(response, "state"));
    writer.accepts(
        "response-without-state",
        "state is not looked at",
        opening(&order, &release, &scene.release_key),
        values,
    )?;

    let cases: [(&str, &str, AlterJson); 3] = [
        ("passport-inside-without-key", "The passport inside has no key", |p| remove(p, "cnf")),
        ("passport-inside-without-sector", "The passport inside lacks a member", |p| remove(p, "sector")),
        ("passport-inside-sub-number", "sub of the passport inside is a number", |p| p["sub"] = 1.into()),
    ];
    for (name, about, alter) in cases {
        let (order, release) = resealed(scene, |response| {
            let text = response["vp_token"]["passport"][0].as_str().expect("a text").to_owned();
            let (issued, binding) = text.split_once('~').expect("a key binding");
            let mut payload = forge::payload_of(issued);
            alter(&mut payload);
            let header = json!({ "alg": "ES256", "typ": "dc+sd-jwt", "kid": scene.relay_key.public().jkt() });
            let issued = forge::jws(&header, &payload, &scene.relay_key);
            response["vp_token"]["passport"][0] = format!("{issued}~{binding}").into();
        });
        let input = opening(&order, &release, &scene.release_key);
        writer.refuses(name, about, input, "response-malformed")?;
    }
    profiles(writer, scene)
}

fn profiles(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let holder = scene.pairwise().signing_key().clone();
    let cases: [(&str, &str, AlterJson); 3] = [
        ("profile-address-null", "address is null", |p| p["address"] = Value::Null),
        ("profile-address-empty", "address without digests", |p| p["address"] = json!({})),
        ("profile-digest-twice", "A digest that stands twice", |p| {
            let digest = p["_sd"][0].clone();
            p["_sd"].as_array_mut().expect("a list").push(digest);
        }),
    ];
    for (name, about, alter) in cases {
        let (order, release) = resealed(scene, |response| reissue(response, &holder, alter));
        writer.refuses(name, about, opening(&order, &release, &scene.release_key), "profile-malformed")?;
    }
    // One more disclosure, with its digest in its place.
    let cases = [
        (
            "profile-discloses-sub",
            "A disclosure of sub, which is no claim name",
            json!(["c2FsdA", "sub", "x"]),
        ),
        (
            "profile-discloses-iat",
            "A disclosure of a member that stands there",
            json!(["c2FsdA", "iat", "x"]),
        ),
        ("profile-discloses-digests", "A disclosure of _sd", json!(["c2FsdA", "_sd", "x"])),
        ("profile-discloses-address", "A disclosure of the whole address", json!(["c2FsdA", "address", "x"])),
        ("profile-discloses-number", "A value that is a number", json!(["c2FsdA", "nickname", 5])),
        ("profile-discloses-dotted", "A member with a dot", json!(["c2FsdA", "address.country", "x"])),
        ("profile-discloses-element", "A disclosure of an array element", json!(["c2FsdA", "x"])),
    ];
    for (name, about, disclosure) in cases {
        let text = b64u::encode(disclosure.to_string());
        let (order, release) = resealed(scene, |response| {
            let old = response["vp_token"]["profile"][0].as_str().expect("a text").to_owned();
            let (unbound, binding) = old.rsplit_once('~').expect("a key binding");
            response["vp_token"]["profile"][0] = format!("{unbound}~{text}~{binding}").into();
            reissue(response, &holder, |p| {
                p["_sd"].as_array_mut().expect("a list").push(b64u::sha256(&text).into());
            });
        });
        writer.refuses(name, about, opening(&order, &release, &scene.release_key), "profile-malformed")?;
    }
    Ok(())
}

/// What the scene's release holds.
pub fn opened(scene: &Scene) -> Value {
    let Answer { sealed, order } = scene.answer(1);
    let keys = [scene.release_key.clone()];
    let disclosure = passerby_protocol::reveal::open(&order, &sealed.jwe, &keys, NOON).expect("it opens");
    disclosure.values.iter().map(|(claim, value)| (claim.to_string(), json!(value.expose()))).collect()
}

fn remove(object: &mut Value, member: &str) {
    object.as_object_mut().expect("an object").remove(member);
}
