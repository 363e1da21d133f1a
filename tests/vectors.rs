//! Every vector in `tests/vectors`, read by the Rust implementation. `sdk/js` reads the same files.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use passerby_protocol::claim::ClaimName;
use passerby_protocol::foreign::{
    CertifiedRequest, Fetch, FetchMethod, ForeignLink, ForeignRefusal, TrustAnchors,
};
use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::{PairwiseKey, RelayKeys, ReleaseKey, RootSecret, find_friendly_name};
use passerby_protocol::passport::Question;
use passerby_protocol::request::{RequestLink, SignedRequest, TimeLimit};
use passerby_protocol::reveal::RevealRefusal;
use passerby_protocol::sector::Sector;
use passerby_protocol::self_copy::SealedCopy;
use passerby_protocol::verify::{ParsedStatement, Pin};
use passerby_protocol::{reveal, wire::b64u};
use passerby_testkit::vectors::{self, Expect, Vector};
use passerby_wallet::RecoveryWords;
use passerby_wallet::trouble::Trouble as _;
use serde_json::{Value, json};

/// Runs all vectors of a step and compares; a step without vectors fails.
fn run(step: &str, read: impl Fn(&Vector) -> Result<Value, &'static str>) {
    let all = vectors::of_step(step);
    assert!(!all.is_empty(), "no vectors of step {step}");
    let mut wrong = Vec::new();
    for (name, vector) in &all {
        let got = match read(vector) {
            Ok(value) => Expect::Ok(value),
            Err(word) => Expect::Refused(word.to_owned()),
        };
        if got != vector.expect {
            wrong.push(format!(
                "{step}/{name}: {}\n  expected {:?}\n  got      {got:?}",
                vector.about, vector.expect
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} vectors:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

fn relay_keys(vector: &Vector) -> RelayKeys {
    let issuer = Issuer::parse("https://relay.example").unwrap();
    RelayKeys::parse(vector.input["relay_keys"].to_string().as_bytes(), &issuer).unwrap()
}

fn signed(vector: &Vector) -> Result<SignedRequest, &'static str> {
    let link =
        RequestLink::parse(vector.text("link")).map_err(passerby_protocol::request::LinkRefusal::word)?;
    SignedRequest::parse(
        &link,
        vector.text("request"),
        &relay_keys(vector),
        TimeLimit::FirstFetch,
        vector.now,
    )
    .map_err(passerby_protocol::request::RequestRefusal::word)
}

fn names<'a>(claims: impl Iterator<Item = &'a ClaimName>) -> Vec<&'a str> {
    claims.map(ClaimName::as_str).collect()
}

fn root_secret(vector: &Vector) -> RootSecret {
    let hex = vector.text("root_hex").as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    let root: Vec<u8> = hex.chunks(2).map(byte).collect();
    RootSecret::from_bytes(<[u8; 32]>::try_from(root).unwrap().into())
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

#[test]
fn words() {
    run("words", |vector| {
        let words = RecoveryWords::parse(vector.text("words")).map_err(|error| error.code())?;
        let root = words.root();
        assert!(RecoveryWords::of(&root).unwrap() == words, "what was read is spelled the same way");
        Ok(json!({ "root_hex": hex(root.expose()) }))
    });
}

#[test]
fn keys() {
    run("keys", |vector| {
        let root = root_secret(vector);
        let sector: Sector = vector.part("sector");
        let key = PairwiseKey::derive(&root, &sector, vector.part("n")).unwrap();
        Ok(json!({ "jwk": key.public(), "jkt": key.public().jkt(), "user_ref": key.user_ref() }))
    });
}

#[test]
fn friendly_names() {
    run("names", |vector| {
        let user_refs: Vec<String> = vector.part("user_refs");
        let names: Vec<_> = user_refs.iter().map(|user_ref| find_friendly_name(user_ref)).collect();
        Ok(json!({ "friendly_names": names }))
    });
}

#[test]
fn self_copy() {
    run("self-copy", |vector| {
        let sealed: SealedCopy = vector.part("sealed");
        let (relay, sector) = (vector.part("relay"), vector.part("sector"));
        let copy = sealed.open(&root_secret(vector), &relay, &sector, vector.part("n"));
        let copy = copy.map_err(passerby_protocol::self_copy::SelfCopyRefusal::word)?;
        Ok(serde_json::to_value(&copy).unwrap())
    });
}

#[test]
fn request() {
    run("request", |vector| {
        if vector.input.get("request").is_none() {
            let link = RequestLink::parse(vector.text("link"))
                .map_err(passerby_protocol::request::LinkRefusal::word)?;
            return Ok(
                json!({ "sector": link.claimed_sector(), "request_uri": link.request_uri().to_text() }),
            );
        }
        let signed = signed(vector)?;
        let mut read = json!({
            "sector": signed.claimed_sector(),
            "purpose": signed.terms().purpose,
            "required": names(signed.asked().required.iter()),
            "optional": names(signed.asked().optional.iter().map(|optional| &optional.claim)),
        });
        let graded = signed.asked().graded.iter();
        let graded: Vec<_> = graded
            .map(|graded| json!({ "query": graded.query, "needed": graded.ways.needed, "sets": graded.ways.sets }))
            .collect();
        if !graded.is_empty() {
            read["graded"] = graded.into();
        }
        Ok(read)
    });
}

#[test]
fn verify() {
    run("verify", |vector| {
        if let Some(statement) = vector.input.get("statement").and_then(Value::as_str) {
            let parsed = ParsedStatement::parse(statement, &vector.part("sector"), vector.now)
                .map_err(passerby_protocol::verify::StatementRefusal::word)?;
            return Ok(
                json!({ "root_jkt": parsed.root_jkt(), "seq": parsed.statement().seq, "sha256": b64u::sha256(statement) }),
            );
        }
        let pin: Option<Pin> = vector.part("pin");
        let verified = signed(vector)?
            .verify(vector.text("fetched_statement"), pin.as_ref(), vector.now)
            .map_err(passerby_protocol::verify::VerifyRefusal::word)?;
        Ok(json!({
            "familiarity": verified.familiarity(),
            "seq": verified.statement().seq,
            "dropped": names(verified.dropped().iter()),
            "optional": names(verified.optional().iter().map(|optional| &optional.claim)),
        }))
    });
}

#[test]
fn foreign() {
    run("foreign", |vector| {
        let link =
            ForeignLink::parse(vector.text("link")).map_err(passerby_protocol::request::LinkRefusal::word)?;
        if vector.input.get("request").is_none() {
            let posts = link.method() == FetchMethod::Post;
            return Ok(
                json!({ "client_id": link.client_id().to_text(), "request_uri": link.request_uri(), "post": posts }),
            );
        }
        let mut anchors = TrustAnchors::default();
        for anchor in vector.part::<Vec<String>>("anchors") {
            anchors.add(&b64u::decode(&anchor).unwrap()).unwrap();
        }
        let wallet_nonce: Option<String> = vector.part("wallet_nonce");
        let fetch = Fetch { wallet_nonce: wallet_nonce.as_deref(), at: vector.part("fetched_at") };
        let found: Option<String> = vector.part("well_known");
        let pin: Option<Pin> = vector.part("pin");
        let request = CertifiedRequest::parse(&link, vector.text("request"), fetch, &anchors, vector.now)
            .and_then(|request| request.without_statement(found.as_deref(), pin.as_ref()))
            .map_err(ForeignRefusal::word)?;
        let required: BTreeMap<_, _> =
            request.asked().required.iter().map(|part| (&part.query, &part.claims)).collect();
        Ok(json!({
            "host": request.host().as_sector(),
            "required": required,
            "optional": names(request.asked().optional.iter().map(|optional| &optional.claim)),
            "answer_by": request.answer_by(),
        }))
    });
}

#[test]
fn passport() {
    run("passport", |vector| {
        let question: Question = vector.part("question");
        let grant_id = vector.text("grant_id");
        let Some(claim) = vector.input["grant_claim"].as_str() else {
            let (release, passerby_claim) =
                (vector.text("release_sha256"), vector.input["passerby_claim"].as_str());
            return question
                .accept_unsigned(grant_id, release, passerby_claim, vector.part("only_passerby"))
                .map(|order| json!(order))
                .map_err(passerby_protocol::passport::GrantClaimRefusal::word);
        };
        let sector: Sector = vector.part("sector");
        question
            .accept(grant_id, claim, vector.text("passerby_claim"), &relay_keys(vector), &sector, vector.now)
            .map(|order| json!(order))
            .map_err(passerby_protocol::passport::GrantClaimRefusal::word)
    });
}

#[test]
fn reveal() {
    run("reveal", |vector| {
        let keys: Vec<Value> = vector.part("release_keys");
        let keys: Vec<ReleaseKey> =
            keys.iter().map(|jwk| ReleaseKey::parse_jwk(&jwk.to_string()).unwrap()).collect();
        let disclosure = reveal::open(&vector.part("order"), vector.text("release"), &keys, vector.now)
            .map_err(RevealRefusal::word)?;
        let values: BTreeMap<_, _> =
            disclosure.values.iter().map(|(claim, value)| (claim, value.expose())).collect();
        Ok(json!({ "values": values }))
    });
}
