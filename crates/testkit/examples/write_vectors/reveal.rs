//! Opening a release (docs/protocol.md section 10).

use passerby_protocol::claim::ClaimName;
use passerby_protocol::keys::{Jkt, ReleaseKey, ReleaseSuite, SigningKey};
use passerby_protocol::passport::{Answered, Order};
use passerby_protocol::seal::hash_release;
use passerby_protocol::wire::{b64u, jwe};
use passerby_testkit::scene::{Answer, Scene};
use passerby_testkit::{forge, rng};
use serde_json::{Value, json};

use crate::Writer;

pub(crate) fn input(order: &Order, release: &str, key: &ReleaseKey) -> Value {
    let jwk: Value = serde_json::from_str(&key.to_jwk()).expect("a JWK");
    json!({ "order": order, "release": release, "release_keys": [jwk] })
}

/// The `info` of a release, rebuilt from its order.
pub(crate) fn info(order: &Order) -> Vec<u8> {
    let context = &order.context;
    ["OpenID4VP-si", &context.client_id, &context.nonce, &context.response_uri].map(str::as_bytes).join(&0xff)
}

/// Opens the scene's release, alters the answer inside, and seals it again for the same order.
pub(crate) fn resealed(scene: &Scene, alter: impl FnOnce(&mut Value)) -> (Order, String) {
    resealed_bytes(scene, |response| {
        let mut response = response.clone();
        alter(&mut response);
        response.to_string().into_bytes()
    })
}

/// The same with exactly these bytes inside.
pub(crate) fn resealed_bytes(scene: &Scene, write: impl FnOnce(&Value) -> Vec<u8>) -> (Order, String) {
    let Answer { sealed, mut order } = scene.answer(1);
    let keys = [scene.release_key.clone()];
    let plaintext = jwe::open(&sealed.jwe, &keys, &info(&order)).expect("it opens");
    let response: Value = serde_json::from_slice(&plaintext).expect("JSON");
    let plaintext = write(&response);
    let release = jwe::seal(&plaintext, scene.release_key.public(), &info(&order), &mut rng::seeded(5))
        .expect("a seal");
    order.release_sha256 = hash_release(&release);
    (order, release)
}

/// What the order of a Passerby wallet says of the customer.
pub(crate) fn customer(order: &mut Order) -> (&mut String, &mut Jkt, &mut Vec<ClaimName>) {
    let Answered::ByPasserby { user_ref, passport_jkt, claims } = &mut order.answered else {
        unreachable!("the scene's person has a Passerby wallet")
    };
    (user_ref, passport_jkt, claims)
}

pub fn write(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let Answer { sealed, order } = scene.answer(1);
    let release = sealed.jwe.as_str();
    let ok = json!({ "values": {
        "name": "Anna Żółć-O'Neill", "address.street_address": "Große Straße 12\n3. OG", "address.postal_code": "10115",
        "address.locality": "Berlin", "email": "anna@post.example",
    } });
    writer.accepts(
        "accepted",
        "A release as it should be",
        input(&order, release, &scene.release_key),
        ok,
    )?;
    envelopes(writer, scene, &order, release)?;
    orders(writer, scene, &order, release)?;
    answers(writer, scene)?;
    profiles(writer, scene)
}

fn envelopes(writer: &mut Writer, scene: &Scene, order: &Order, release: &str) -> std::io::Result<()> {
    let parts: Vec<&str> = release.split('.').collect();
    let header: Value = serde_json::from_slice(&b64u::decode(parts[0]).expect("base64url")).expect("JSON");
    let with = |alter: &dyn Fn(&mut Value)| {
        let mut header = header.clone();
        alter(&mut header);
        format!("{}.{}..{}.", b64u::encode(header.to_string()), parts[1], parts[3])
    };
    let mut turned = b64u::decode(parts[3]).expect("base64url");
    turned[100] ^= 1;
    let twice = b64u::encode(header.to_string().replacen('{', r#"{"alg":"HPKE-9","#, 1));
    let cases = [
        ("release-four-parts", "Four parts", parts[..4].join("."), "release-malformed"),
        (
            "release-with-iv",
            "An initialization vector where none belongs",
            format!("{}.{}.AAAA.{}.", parts[0], parts[1], parts[3]),
            "release-malformed",
        ),
        (
            "release-with-tag",
            "A tag where none belongs",
            format!("{}.{}..{}.AAAA", parts[0], parts[1], parts[3]),
            "release-malformed",
        ),
        (
            "release-with-enc",
            "enc, which integrated HPKE must not have",
            with(&|h| h["enc"] = "A256GCM".into()),
            "release-malformed",
        ),
        ("release-with-zip", "Compressed", with(&|h| h["zip"] = "DEF".into()), "release-malformed"),
        ("release-with-crit", "A crit member", with(&|h| h["crit"] = json!(["x"])), "release-malformed"),
        (
            "release-header-twice",
            "A header member that stands twice",
            format!("{twice}.{}..{}.", parts[1], parts[3]),
            "release-malformed",
        ),
        (
            "release-other-alg",
            "Another algorithm under the same kid",
            with(&|h| h["alg"] = "HPKE-3".into()),
            "release-key",
        ),
        (
            "release-other-kid",
            "Sealed to a key that is not here",
            with(&|h| h["kid"] = "other".into()),
            "release-key",
        ),
        (
            "release-turned-bit",
            "One bit is turned",
            format!("{}.{}..{}.", parts[0], parts[1], b64u::encode(turned)),
            "release-open",
        ),
        (
            "release-short-key",
            "An encapsulated key of 31 bytes",
            format!("{}.{}..{}.", parts[0], b64u::encode([9; 31]), parts[3]),
            "release-open",
        ),
        (
            "release-zero-key",
            "An encapsulated key of low order",
            format!("{}.{}..{}.", parts[0], b64u::encode([0; 32]), parts[3]),
            "release-open",
        ),
    ];
    for (name, about, altered, word) in cases {
        let mut order = order.clone();
        order.release_sha256 = hash_release(&altered);
        writer.refuses(name, about, input(&order, &altered, &scene.release_key), word)?;
    }
    Ok(())
}

fn orders(writer: &mut Writer, scene: &Scene, order: &Order, release: &str) -> std::io::Result<()> {
    type Alter = fn(&Scene, &mut Order);
    let cases: [(&str, &str, Alter, &str); 9] = [
        (
            "order-other-release",
            "The release of another order",
            |_, o| o.release_sha256 = hash_release("other"),
            "release-hash",
        ),
        (
            "order-other-nonce",
            "Sealed for another request",
            |_, o| o.context.nonce = "b3RoZXItbm9uY2Utb3RoZXI".into(),
            "release-open",
        ),
        (
            "order-other-shop",
            "Sealed for another shop",
            |_, o| o.context.client_id = "verifier_attestation:books.example".into(),
            "release-open",
        ),
        (
            "order-other-address",
            "Sealed for another address of the answer",
            |_, o| o.context.response_uri.push('x'),
            "release-open",
        ),
        (
            "order-other-user",
            "The order is another customer's",
            |_, o| *customer(o).0 = b64u::sha256("other"),
            "reveal-user",
        ),
        (
            "order-other-key",
            "The order names another key of the customer",
            |s, o| *customer(o).1 = s.stranger.public().jkt(),
            "reveal-user",
        ),
        (
            "order-other-terms",
            "The order is on other terms",
            |_, o| o.terms_hash = b64u::sha256("other"),
            "kb-terms",
        ),
        (
            "order-fewer-claims",
            "The release holds more than was promised",
            |_, o| drop(customer(o).2.pop()),
            "reveal-claims",
        ),
        (
            "order-more-claims",
            "The release holds less than was promised",
            |_, o| {
                customer(o).2.push(ClaimName::parse("nickname").expect("a claim name"));
            },
            "reveal-claims",
        ),
    ];
    for (name, about, alter, word) in cases {
        let mut order = order.clone();
        alter(scene, &mut order);
        writer.refuses(name, about, input(&order, release, &scene.release_key), word)?;
    }
    let other = ReleaseKey::make(ReleaseSuite::Hpke4, &mut rng::seeded(9));
    writer.refuses(
        "key-not-here",
        "The key is on another computer",
        input(order, release, &other),
        "release-key",
    )
}

fn answers(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    type Alter = fn(&mut Value);
    let cases: [(&str, &str, Alter, &str); 5] = [
        (
            "response-without-passport",
            "No passport inside",
            |r| drop(r["vp_token"].as_object_mut().expect("an object").remove("passport")),
            "response-malformed",
        ),
        (
            "response-two-presentations",
            "Two presentations for one query",
            |r| {
                let one = r["vp_token"]["profile"][0].clone();
                r["vp_token"]["profile"].as_array_mut().expect("a list").push(one);
            },
            "response-malformed",
        ),
        (
            "response-text",
            "A presentation that is not in a list",
            |r| r["vp_token"]["profile"] = r["vp_token"]["profile"][0].clone(),
            "response-malformed",
        ),
        (
            "response-profile-twice",
            "The same detail in two profiles",
            |r| r["vp_token"]["again"] = r["vp_token"]["profile"].clone(),
            "reveal-claims",
        ),
        (
            "profile-unbound",
            "A profile without proof of possession",
            |r| {
                let text = r["vp_token"]["profile"][0].as_str().expect("a text");
                r["vp_token"]["profile"][0] = text[..=text.rfind('~').expect("parts")].into();
            },
            "response-malformed",
        ),
    ];
    for (name, about, alter, word) in cases {
        let (order, release) = resealed(scene, alter);
        writer.refuses(name, about, input(&order, &release, &scene.release_key), word)?;
    }
    let twice = r#"{"vp_token":{},"vp_token":{},"state":"x"}"#;
    let (order, release) = resealed_bytes(scene, |_| twice.into());
    writer.refuses(
        "response-repeated-member",
        "A member that stands twice",
        input(&order, &release, &scene.release_key),
        "response-malformed",
    )
}

fn profiles(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let holder = scene.pairwise().signing_key().clone();
    type Alter = fn(&Scene, &mut Value);
    let cases: [(&str, &str, Alter, &str); 5] = [
        (
            "profile-other-vct",
            "A profile of another kind",
            |_, p| p["vct"] = "urn:eudi:pid:1".into(),
            "profile-malformed",
        ),
        (
            "profile-plain-member",
            "A member that is not disclosed but simply there",
            |_, p| p["nickname"] = "Annie".into(),
            "profile-malformed",
        ),
        (
            "profile-digest-alg",
            "Another digest algorithm",
            |_, p| p["_sd_alg"] = "sha-512".into(),
            "profile-malformed",
        ),
        (
            "profile-digest-missing",
            "A disclosure without a digest",
            |_, p| drop(p["_sd"].as_array_mut().expect("a list").pop()),
            "profile-malformed",
        ),
        (
            "profile-other-issuer",
            "iss names another key than cnf",
            |s, p| p["iss"] = s.stranger.public().jkt().urn().into(),
            "profile-signature",
        ),
    ];
    for (name, about, alter, word) in cases {
        let (order, release) =
            resealed(scene, |response| reissue(response, &holder, |payload| alter(scene, payload)));
        writer.refuses(name, about, input(&order, &release, &scene.release_key), word)?;
    }
    let (order, release) = resealed(scene, |response| reissue(response, &scene.stranger, |_| {}));
    writer.refuses(
        "profile-signed-by-stranger",
        "Signed by somebody who does not hold the key in it",
        input(&order, &release, &scene.release_key),
        "profile-signature",
    )?;
    let (order, release) = resealed(scene, |response| {
        reissue(response, &scene.stranger, |payload| {
            payload["cnf"]["jwk"] = json!(scene.stranger.public());
            payload["iss"] = scene.stranger.public().jkt().urn().into();
        });
    });
    writer.refuses(
        "profile-of-stranger",
        "A profile of somebody else beside this person's passport",
        input(&order, &release, &scene.release_key),
        "profile-key",
    )?;
    let (order, release) = resealed(scene, |response| {
        reissue_under(response, &holder, scene.stranger.public().jkt().as_str());
    });
    writer.refuses(
        "profile-kid-of-stranger",
        "kid names another key than the one that signed",
        input(&order, &release, &scene.release_key),
        "profile-signature",
    )?;
    let (order, release) = resealed(scene, |response| {
        let text = response["vp_token"]["passport"][0].as_str().expect("a text").to_owned();
        let (issued, binding) = text.split_once('~').expect("a key binding");
        let mut binding = forge::payload_of(binding);
        binding["nonce"] = "b3RoZXItbm9uY2Utb3RoZXI".into();
        let binding = forge::jws(&json!({ "alg": "ES256", "typ": "kb+jwt" }), &binding, &holder);
        response["vp_token"]["passport"][0] = format!("{issued}~{binding}").into();
    });
    writer.refuses(
        "passport-of-other-request",
        "The passport inside was presented for another request",
        input(&order, &release, &scene.release_key),
        "kb-nonce",
    )?;
    let (order, release) = resealed(scene, |response| {
        let text = response["vp_token"]["profile"][0].as_str().expect("a text").to_owned();
        let mut parts: Vec<&str> = text.split('~').collect();
        parts.remove(1);
        response["vp_token"]["profile"][0] = parts.join("~").into();
    });
    writer.refuses(
        "profile-disclosure-dropped",
        "A disclosure was cut out after signing",
        input(&order, &release, &scene.release_key),
        "kb-signature",
    )
}

/// Signs the profile inside an answer anew, with a fresh key binding by the same key.
pub(crate) fn reissue(response: &mut Value, key: &SigningKey, alter: impl FnOnce(&mut Value)) {
    reissue_as(response, key, |_| {}, alter);
}

/// The same, unaltered, under another `kid`.
fn reissue_under(response: &mut Value, key: &SigningKey, kid: &str) {
    reissue_as(response, key, |header| header["kid"] = kid.into(), |_| {});
}

/// The same with another header.
pub(crate) fn reissue_as(
    response: &mut Value,
    key: &SigningKey,
    alter_header: impl FnOnce(&mut Value),
    alter: impl FnOnce(&mut Value),
) {
    let text = response["vp_token"]["profile"][0].as_str().expect("a text").to_owned();
    let parts: Vec<&str> = text.split('~').collect();
    let (issued, binding) = (parts[0], parts[parts.len() - 1]);
    let mut payload = forge::payload_of(issued);
    alter(&mut payload);
    let mut header = json!({ "alg": "ES256", "typ": "dc+sd-jwt", "kid": key.public().jkt() });
    alter_header(&mut header);
    let issued = forge::jws(&header, &payload, key);
    let unbound = format!("{issued}~{}~", parts[1..parts.len() - 1].join("~"));
    let mut binding = forge::payload_of(binding);
    binding["sd_hash"] = b64u::sha256(&unbound).into();
    let binding = forge::jws(&json!({ "alg": "ES256", "typ": "kb+jwt" }), &binding, key);
    response["vp_token"]["profile"][0] = format!("{unbound}{binding}").into();
}
