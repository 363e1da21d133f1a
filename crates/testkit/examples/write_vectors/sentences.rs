//! Sentences of docs/protocol.md that no other vector decides.

use passerby_protocol::wire::b64u;
use passerby_testkit::forge;
use passerby_testkit::scene::{Scene, statement_header};
use serde_json::{Value, json};

use crate::Writer;
use crate::passport::Parts;
use crate::request::accepted;
use crate::reveal::{input as opening, reissue, resealed};

type AlterJson = fn(&mut Value);

/// Shapes of DCQL that this profile leaves out (section 5.3).
pub fn queries(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let cases: [(&str, &str, AlterJson, &str); 9] = [
        (
            "query-values-null",
            "Values that are null",
            |q| q["credentials"][1]["claims"][0]["values"] = Value::Null,
            "request-query",
        ),
        (
            "query-trusted-authorities",
            "Trusted authorities",
            |q| q["credentials"][1]["trusted_authorities"] = json!([{ "type": "aki", "values": ["AAAA"] }]),
            "request-query",
        ),
        (
            "query-claim-sets",
            "Claims in alternative sets",
            |q| {
                q["credentials"][1]["claims"][0]["id"] = "a".into();
                q["credentials"][1]["claim_sets"] = json!([["a"]]);
            },
            "request-query",
        ),
        (
            "query-33-claims",
            "Thirty-three claims",
            |q| {
                let claims = (0..30).map(|n| json!({ "path": [format!("claim_{n}")] }));
                q["credentials"][1]["claims"] = claims.collect();
            },
            "request-query",
        ),
        (
            "query-no-claims",
            "An empty list of claims",
            |q| q["credentials"][1]["claims"] = json!([]),
            "request-query",
        ),
        (
            "query-sets-alternatives",
            "Required queries in two alternatives",
            |q| q["credential_sets"][0]["options"] = json!([["passport", "profile"], ["passport"]]),
            "request-query",
        ),
        (
            "query-sets-without-profile",
            "The required attributes in no required set",
            |q| q["credential_sets"][0]["options"] = json!([["passport"]]),
            "request-query",
        ),
        (
            "query-sets-two-optional",
            "Two optional queries in one set",
            |q| {
                let both = json!([["optional_email", "optional_phone_number"]]);
                q["credential_sets"][1]["options"] = both;
            },
            "request-query",
        ),
        (
            "query-id-twice",
            "Two queries under one id",
            |q| q["credentials"][3]["id"] = "optional_email".into(),
            "request-query",
        ),
    ];
    for (name, about, alter, word) in cases {
        let request = scene.request(|payload| alter(&mut payload["dcql_query"]));
        let input = json!({ "link": scene.link(), "request": request, "relay_keys": scene.relay_keys() });
        writer.refuses(name, about, input, word)?;
    }
    let request = scene.request(|_| {});
    let mut keys = json!(scene.relay_keys());
    let foreign = json!({ "kty": "RSA", "kid": "later", "alg": "RS256", "n": "AQAB", "e": "AQAB" });
    keys["jwks"]["keys"].as_array_mut().expect("a list").insert(0, foreign);
    let ok = accepted();
    let input = json!({ "link": scene.link(), "request": request, "relay_keys": keys });
    writer.accepts("relay-key-of-another-kind", "The relay also publishes a key of another kind", input, ok)
}

pub fn statements(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let input = |statement: &str| json!({ "sector": "shoes.example", "statement": statement });
    for (name, about, shown) in [
        ("statement-name-space-before", "A name that begins with white space", " Shoes"),
        ("statement-name-two-spaces", "A name with room for a line of its own", "Shoes   Checked: honest"),
        ("statement-name-tag", "A name with characters that only programs read", "Shoes\u{e0041}"),
    ] {
        let statement = scene.statement(|p| p["name"] = shown.into());
        writer.refuses(name, about, input(&statement), "statement-malformed")?;
    }
    for (name, about, member, address) in [
        (
            "statement-policy-spaces",
            "An address with white space",
            "policy_uri",
            "https://shoes.example/a b".to_owned(),
        ),
        (
            "statement-policy-long",
            "An address of 2,049 characters",
            "policy_uri",
            format!("https://shoes.example/{}", "x".repeat(2_027)),
        ),
        (
            "statement-contact-unicode",
            "A contact that is not ASCII",
            "deletion_contact",
            "mailto:m\u{fc}ller@shoes.example".to_owned(),
        ),
    ] {
        let statement = scene.statement(|p| p[member] = address.into());
        writer.refuses(name, about, input(&statement), "statement-malformed")?;
    }
    let cases: [(&str, &str, AlterJson, &str); 6] = [
        (
            "statement-retention-long",
            "Kept for more than ten years",
            |p| p["retention_max"] = 3_651.into(),
            "statement-malformed",
        ),
        (
            "statement-contact-http",
            "A contact without https",
            |p| p["deletion_contact"] = "http://shoes.example/delete".into(),
            "statement-malformed",
        ),
        (
            "statement-kid-twice",
            "Two release keys of one kid",
            |p| {
                let mut key = p["release_keys"][0].clone();
                key["alg"] = "HPKE-9".into();
                p["release_keys"].as_array_mut().expect("a list").push(key);
            },
            "statement-malformed",
        ),
        (
            "statement-development-sector",
            "A development sector without its port",
            |p| p["iss"] = "shoes.localhost".into(),
            "statement-malformed",
        ),
        (
            "statement-seq-large",
            "seq is 2^53",
            |p| p["seq"] = 9_007_199_254_740_992_u64.into(),
            "statement-malformed",
        ),
        (
            "statement-too-large",
            "More than 65,536 bytes",
            |p| p["x"] = "x".repeat(50_000).into(),
            "statement-malformed",
        ),
    ];
    for (name, about, alter, word) in cases {
        writer.refuses(name, about, input(&scene.statement(alter)), word)?;
    }
    let header = statement_header(&scene.root).to_string();
    let with = |member: &str| {
        let text = scene.statement_payload().to_string().replacen('{', &format!("{{{member},"), 1);
        forge::jws_of_text(&header, &text, &scene.root)
    };
    let surrogate = with(r#""x":"\ud800""#);
    writer.refuses(
        "statement-lone-surrogate",
        "Half a character",
        input(&surrogate),
        "statement-malformed",
    )?;
    let nested = with(&format!(r#""x":{}1{}"#, "[".repeat(31), "]".repeat(31)));
    let ok = json!({ "root_jkt": scene.root.public().jkt(), "seq": 1, "sha256": b64u::sha256(&nested) });
    writer.accepts(
        "statement-nested-32",
        "A nesting of 32, in a member nobody asked for",
        input(&nested),
        ok,
    )?;
    // 64 bytes leave four bits over in the last character.
    let good = scene.first_statement();
    let (rest, last) = good.split_at(good.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let place = alphabet.find(last).expect("base64url") + 1;
    let stray = format!("{rest}{}", &alphabet[place..=place]);
    writer.refuses(
        "statement-stray-bits",
        "Trailing bits that mean nothing",
        input(&stray),
        "statement-malformed",
    )
}

pub fn claims(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let mut parts = Parts::of(scene);
    parts.passport_header["crit"] = json!(["x"]);
    writer.refuses(
        "passport-crit",
        "The passport has a crit member",
        parts.input(&parts.sign()),
        "passport-type",
    )
}

pub fn releases(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let holder = scene.pairwise().signing_key().clone();
    let (order, release) = resealed(scene, |response| {
        reissue(response, &holder, |p| {
            p["_sd"].as_array_mut().expect("a list").push(b64u::sha256("decoy").into());
        });
    });
    let values = json!({ "values": crate::differences::opened(scene) });
    let input = opening(&order, &release, &scene.release_key);
    writer.accepts("profile-decoy", "A digest without a disclosure", input, values)?;

    let (order, release) = resealed(scene, |response| {
        let text = response["vp_token"]["profile"][0].as_str().expect("a text").to_owned();
        let (unbound, binding) = text.rsplit_once('~').expect("a key binding");
        let binding =
            forge::jws(&json!({ "alg": "ES256", "typ": "JWT" }), &forge::payload_of(binding), &holder);
        response["vp_token"]["profile"][0] = format!("{unbound}~{binding}").into();
    });
    let input = opening(&order, &release, &scene.release_key);
    writer.refuses("kb-typ", "A proof of possession of another typ", input, "kb-signature")
}
