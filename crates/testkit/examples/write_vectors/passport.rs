//! What a shop checks before it believes an answer (docs/protocol.md section 9.4).

use passerby_protocol::keys::SigningKey;
use passerby_protocol::passport::GrantClaim;
use passerby_protocol::wire::b64u;
use passerby_testkit::clock::NOON;
use passerby_testkit::forge;
use passerby_testkit::scene::{GRANT_ID, Scene};
use passerby_testkit::vectors::Expect;
use serde_json::{Value, json};

use crate::Writer;

/// A grant claim taken apart, so that each of its parts can be altered.
pub(crate) struct Parts<'a> {
    scene: &'a Scene,
    pub(crate) passport: Value,
    pub(crate) passport_header: Value,
    pub(crate) binding: Value,
    pub(crate) claim: Value,
    pub(crate) claim_header: Value,
    pub(crate) binding_header: Value,
    /// What stands between the passport and its key binding: nothing, or a disclosure with its `~`.
    pub(crate) disclosure: String,
    holder: SigningKey,
    relay: SigningKey,
}

impl<'a> Parts<'a> {
    pub(crate) fn of(scene: &'a Scene) -> Self {
        let answer = scene.answer(1);
        let claim = forge::payload_of(&answer.sealed.grant_claim);
        let presentation = claim["passport"].as_str().expect("a presentation").to_owned();
        let (issued, binding) = presentation.split_once('~').expect("a key binding");
        Self {
            scene,
            passport: forge::payload_of(issued),
            passport_header: json!({ "alg": "ES256", "typ": "dc+sd-jwt", "kid": scene.relay_key.public().jkt() }),
            binding: forge::payload_of(binding),
            claim_header: json!({ "alg": "ES256", "typ": "passerby-grant+jwt", "kid": scene.pairwise().public().jkt() }),
            claim,
            binding_header: json!({ "alg": "ES256", "typ": "kb+jwt" }),
            disclosure: String::new(),
            holder: scene.pairwise().signing_key().clone(),
            relay: scene.relay_key.clone(),
        }
    }

    /// Signs the parts anew: passport, key binding over it, claim around both.
    pub(crate) fn sign(&self) -> String {
        let issued = forge::jws(&self.passport_header, &self.passport, &self.relay);
        let unbound = format!("{issued}~{}", self.disclosure);
        let mut binding = self.binding.clone();
        if binding["sd_hash"] != "wrong" {
            binding["sd_hash"] = b64u::sha256(&unbound).into();
        }
        let bound = forge::jws(&self.binding_header, &binding, &self.holder);
        let mut claim = self.claim.clone();
        claim["passport"] = format!("{unbound}{bound}").into();
        forge::jws(&self.claim_header, &claim, &self.holder)
    }

    /// A grant claim of exactly these bytes.
    pub(crate) fn sign_claim_bytes(&self, claim: &[u8]) -> String {
        forge::jws_of_bytes(self.claim_header.to_string().as_bytes(), claim, &self.holder)
    }

    pub(crate) fn input(&self, claim: &str) -> Value {
        input(self.scene, claim, &GrantClaim::hash(claim))
    }
}

fn input(scene: &Scene, claim: &str, passerby_claim: &str) -> Value {
    json!({
        "question": scene.question(),
        "grant_id": GRANT_ID,
        "grant_claim": claim,
        "passerby_claim": passerby_claim,
        "relay_keys": scene.relay_keys(),
        "sector": scene.sector,
    })
}

pub fn write(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let answer = scene.answer(1);
    let claim = answer.sealed.grant_claim.as_str();
    let good = input(scene, claim, &GrantClaim::hash(claim));
    writer.accepts(
        "accepted",
        "An answer as it should be, with one optional detail",
        good.clone(),
        json!(answer.order),
    )?;
    writer.refuses(
        "claim-mismatch",
        "The browser vouches for another claim than the relay handed over",
        input(scene, claim, &GrantClaim::hash("x")),
        "claim-mismatch",
    )?;
    let at = |seconds| NOON + seconds;
    writer.put(
        "kb-old",
        "Presented longer ago than a request lives",
        at(1_921),
        good.clone(),
        Expect::Refused("kb-time".into()),
    )?;
    writer.put(
        "kb-ahead",
        "Presented 121 seconds from now",
        at(-121),
        good,
        Expect::Refused("kb-time".into()),
    )?;

    let (signed, _) = claim.rsplit_once('.').expect("three parts");
    writer.refuses(
        "claim-two-parts",
        "Not a JWS",
        input(scene, signed, &GrantClaim::hash(signed)),
        "claim-malformed",
    )?;

    type Alter = fn(&mut Parts<'_>);
    let cases: [(&str, &str, Alter, &str); 29] = [
        ("claim-typ", "The claim is of another typ", |p| p.claim_header["typ"] = "JWT".into(), "claim-type"),
        (
            "claim-alg",
            "The claim is of another algorithm",
            |p| p.claim_header["alg"] = "HS256".into(),
            "claim-type",
        ),
        (
            "claim-crit",
            "The claim has a crit member",
            |p| p.claim_header["crit"] = json!(["x"]),
            "claim-type",
        ),
        (
            "claim-audience",
            "The claim is for another shop",
            |p| p.claim["aud"] = "verifier_attestation:books.example".into(),
            "claim-binding",
        ),
        (
            "claim-client-id",
            "The claim names another shop",
            |p| p.claim["client_id"] = "verifier_attestation:books.example".into(),
            "claim-binding",
        ),
        (
            "claim-nonce",
            "The claim names another request",
            |p| p.claim["nonce"] = "b3RoZXItbm9uY2Utb3RoZXI".into(),
            "claim-binding",
        ),
        (
            "claim-response-uri",
            "The claim went elsewhere",
            |p| p.claim["response_uri"] = "https://relay.example/v1/response/x".into(),
            "claim-binding",
        ),
        (
            "claim-terms",
            "The claim is on other terms",
            |p| p.claim["terms_hash"] = b64u::sha256("other").into(),
            "claim-binding",
        ),
        ("claim-seq", "A later revision of the grant", |p| p.claim["seq"] = 1.into(), "claim-binding"),
        ("claim-completion", "Another way back", |p| p.claim["completion"] = "code".into(), "claim-binding"),
        (
            "claim-missing-required",
            "Something needed is missing",
            |p| p.claim["claims"].as_array_mut().expect("a list").retain(|c| c != "name"),
            "claim-claims",
        ),
        (
            "claim-unasked",
            "Something that was not asked for",
            |p| p.claim["claims"].as_array_mut().expect("a list").push("nickname".into()),
            "claim-claims",
        ),
        (
            "claim-twice",
            "Something that stands twice",
            |p| p.claim["claims"].as_array_mut().expect("a list").push("name".into()),
            "claim-claims",
        ),
        (
            "passport-typ",
            "The passport is of another typ",
            |p| p.passport_header["typ"] = "vc+sd-jwt".into(),
            "passport-type",
        ),
        (
            "passport-by-stranger",
            "The passport is signed by somebody else",
            |p| p.relay = p.scene.stranger.clone(),
            "passport-signature",
        ),
        (
            "passport-unknown-kid",
            "The passport names a key the relay does not publish",
            |p| {
                p.relay = p.scene.stranger.clone();
                p.passport_header["kid"] = json!(p.scene.stranger.public().jkt());
            },
            "passport-signature",
        ),
        (
            "passport-other-issuer",
            "The passport comes from another relay",
            |p| p.passport["iss"] = "https://other.example".into(),
            "passport-issuer",
        ),
        (
            "passport-other-vct",
            "Something else by the same relay",
            |p| p.passport["vct"] = "https://relay.example/vct/other/1".into(),
            "passport-issuer",
        ),
        (
            "passport-user-ref",
            "The relay names another person's pseudonym",
            |p| p.passport["sub"] = b64u::sha256("somebody else").into(),
            "user-ref-mismatch",
        ),
        (
            "passport-sector",
            "The passport is for another shop, the pseudonym for this one",
            |p| p.passport["sector"] = "books.example".into(),
            "passport-sector",
        ),
        (
            "passport-ended",
            "The passport has ended",
            |p| {
                p.passport["iat"] = json!(NOON.seconds() - 80 * 86_400);
                p.passport["exp"] = json!(NOON.seconds() - 120);
            },
            "passport-expired",
        ),
        (
            "passport-too-long",
            "The passport would live 91 days",
            |p| p.passport["exp"] = json!(p.passport["iat"].as_i64().expect("a time") + 91 * 86_400),
            "passport-expired",
        ),
        (
            "passport-ahead",
            "The passport comes from the future",
            |p| p.passport["iat"] = json!(NOON.seconds() + 121),
            "passport-expired",
        ),
        (
            "kb-audience",
            "Presented to another shop",
            |p| p.binding["aud"] = "verifier_attestation:books.example".into(),
            "kb-audience",
        ),
        (
            "kb-audience-bare",
            "Presented to the host without its prefix",
            |p| p.binding["aud"] = "shoes.example".into(),
            "kb-audience",
        ),
        (
            "kb-nonce",
            "Presented for another request",
            |p| p.binding["nonce"] = "b3RoZXItbm9uY2Utb3RoZXI".into(),
            "kb-nonce",
        ),
        (
            "kb-terms",
            "Presented on other terms",
            |p| p.binding["passerby_terms_hash"] = b64u::sha256("other").into(),
            "kb-terms",
        ),
        (
            "kb-sd-hash",
            "Presented over something else",
            |p| p.binding["sd_hash"] = "wrong".into(),
            "kb-signature",
        ),
        (
            "kb-by-stranger",
            "Presented and claimed by somebody who does not hold the key",
            |p| p.holder = p.scene.stranger.clone(),
            "kb-signature",
        ),
    ];
    for (name, about, alter, word) in cases {
        let mut parts = Parts::of(scene);
        alter(&mut parts);
        writer.refuses(name, about, parts.input(&parts.sign()), word)?;
    }

    let mut parts = Parts::of(scene);
    parts.claim_header["kid"] = json!(scene.stranger.public().jkt());
    writer.refuses(
        "claim-kid-of-stranger",
        "kid names another key than the one that signed",
        parts.input(&parts.sign()),
        "claim-signature",
    )?;
    let parts = Parts::of(scene);
    let by_stranger = forge::jws(&parts.claim_header, &parts.claim, &scene.stranger);
    writer.refuses(
        "claim-by-stranger",
        "A genuine passport in a claim by somebody else",
        parts.input(&by_stranger),
        "claim-signature",
    )?;
    let twice = parts.claim.to_string().replacen('{', r#"{"claims":[],"#, 1);
    let twice = forge::jws_of_text(&parts.claim_header.to_string(), &twice, &parts.holder);
    writer.refuses(
        "claim-repeated-member",
        "A member that stands twice",
        parts.input(&twice),
        "claim-malformed",
    )?;
    let mut parts = Parts::of(scene);
    parts.claim["passport"] = "x".into();
    let no_passport = forge::jws(&parts.claim_header, &parts.claim, &parts.holder);
    writer.refuses(
        "passport-not-one",
        "What should be the passport is none",
        parts.input(&no_passport),
        "passport-malformed",
    )
}
