//! Seeds from `tests/vectors`: each is one fault away from what is accepted.

use passerby_protocol::keys::ReleaseKey;
use passerby_protocol::passport::Order;
use passerby_protocol::wire::{b64u, jwe};
use passerby_testkit::vectors::Expect;
use passerby_testkit::{fuzz, vectors};
use serde_json::Value;

use crate::{Corpora, find_content};

type Seeds = Vec<(String, String)>;

pub fn put(corpora: &mut Corpora) -> std::io::Result<()> {
    put_asking(corpora)?;
    put_foreign(corpora)?;
    put_answering(corpora)?;
    put_self_copies(corpora)?;
    put_releases(corpora)
}

fn put_asking(corpora: &mut Corpora) -> std::io::Result<()> {
    let [mut links, mut requests, mut statements, mut attestations, mut queries, mut terms, mut keys]: [Seeds;
        7] = Default::default();
    for (name, vector) in vectors::of_step("request").into_iter().chain(vectors::of_step("verify")) {
        let text = |member: &str| vector.input.get(member).and_then(Value::as_str);
        links.extend(text("link").map(|link| (name.clone(), link.to_owned())));
        keys.extend(vector.input.get("relay_keys").map(|keys| (name.clone(), keys.to_string())));
        for statement in ["statement", "fetched_statement"].into_iter().filter_map(text) {
            statements.extend(find_content(statement).map(|content| (name.clone(), content)));
        }
        let Some(content) = text("request").and_then(find_content) else { continue };
        let mut values = content.splitn(2, '\n').map(serde_json::from_str::<Value>);
        if let (Some(Ok(header)), Some(Ok(payload))) = (values.next(), values.next()) {
            let attestation = header["jwt"].as_str().and_then(find_content);
            attestations.extend(attestation.map(|content| (name.clone(), content)));
            queries.extend(payload.get("dcql_query").map(|query| (name.clone(), query.to_string())));
            let found = payload["verifier_info"].as_array().into_iter().flatten();
            let found = found
                .filter(|info| info["format"] == "passerby-terms")
                .filter_map(|info| info["data"].as_str());
            let inside = found.filter_map(|text| String::from_utf8(b64u::decode(text).ok()?).ok());
            terms.extend(inside.map(|inside| (name.clone(), inside)));
        }
        requests.push((name, content));
    }
    corpora.put_some("link", links)?;
    corpora.put_some("request", requests)?;
    corpora.put_some("statement", statements)?;
    corpora.put_some("attestation", attestations)?;
    corpora.put_some("dcql", queries)?;
    corpora.put_some("terms", terms)?;
    corpora.put_some("relay_keys", keys)
}

fn put_foreign(corpora: &mut Corpora) -> std::io::Result<()> {
    let [mut links, mut requests, mut queries]: [Seeds; 3] = Default::default();
    for (name, vector) in vectors::of_step("foreign") {
        let Some(content) = vector.input.get("request").and_then(Value::as_str).and_then(find_content) else {
            links.push((name, vector.text("link").to_owned()));
            continue;
        };
        let mut values = content.splitn(2, '\n').map(serde_json::from_str::<Value>);
        if let (Some(Ok(mut header)), Some(Ok(mut payload))) = (values.next(), values.next()) {
            queries.extend(payload.get("dcql_query").map(|query| (name.clone(), query.to_string())));
            // A null has the target put its own certificate there, whose hash is another one each time.
            header["x5c"] = Value::Null;
            if payload["client_id"].is_string() {
                payload["client_id"] = "x509_san_dns:bank.example".into();
            }
            let seed = format!("{header}\n{payload}");
            if name == "accepted-name" {
                corpora.put("foreign_request", &name, &seed)?;
            }
            requests.push((name.clone(), seed));
        }
        requests.push((name, content));
    }
    corpora.put_some("link", links)?;
    corpora.put_some("foreign_request", requests)?;
    corpora.put_some("foreign_query", queries)
}

fn put_answering(corpora: &mut Corpora) -> std::io::Result<()> {
    let [mut claims, mut passports, mut presentations]: [Seeds; 3] = Default::default();
    for (name, vector) in vectors::of_step("passport") {
        // The answers of other makes have none.
        let Some(content) = vector.input["grant_claim"].as_str().and_then(find_content) else { continue };
        if let Some(presentation) =
            content.split_once("\"passport\":\"").and_then(|(_, rest)| rest.split('"').next())
        {
            let issued = presentation.split('~').next().and_then(find_content);
            passports.extend(issued.map(|content| (name.clone(), content)));
            presentations.push((name.clone(), presentation.to_owned()));
        }
        claims.push((name, content));
    }
    corpora.put_some("grant_claim", claims)?;
    corpora.put_some("passport", passports)?;
    corpora.put_some("presentation", presentations)
}

fn put_self_copies(corpora: &mut Corpora) -> std::io::Result<()> {
    let mut copies = Seeds::new();
    for (name, vector) in vectors::of_step("self-copy") {
        if let Expect::Ok(copy) = &vector.expect {
            copies.push((format!("inside-{name}"), copy.to_string()));
        }
        copies.push((name, vector.input["sealed"].to_string()));
    }
    corpora.put_some("self_copy", copies)
}

fn put_releases(corpora: &mut Corpora) -> std::io::Result<()> {
    let [mut releases, mut responses, mut profiles]: [Seeds; 3] = Default::default();
    for (name, vector) in vectors::of_step("reveal") {
        let jwe = vector.text("release");
        releases.push((name.clone(), jwe.to_owned()));
        let keys: Vec<Value> = vector.part("release_keys");
        let keys: Vec<_> =
            keys.iter().filter_map(|jwk| ReleaseKey::parse_jwk(&jwk.to_string()).ok()).collect();
        let Ok(order) = serde_json::from_value::<Order>(vector.input["order"].clone()) else { continue };
        let Ok(plaintext) = jwe::open(jwe, &keys, &fuzz::info(&order)) else { continue };
        let Ok(mut response) = serde_json::from_slice::<Value>(&plaintext) else { continue };
        if let Some(pad) = response.get_mut("_pad") {
            *pad = "0".into();
        }
        for presentation in response["vp_token"]["profile"].as_array().into_iter().flatten() {
            let lines = presentation.as_str().and_then(find_lines);
            profiles.extend(lines.map(|lines| (name.clone(), lines)));
        }
        responses.push((name, response.to_string()));
    }
    corpora.put_some("release", releases)?;
    corpora.put_some("response", responses)?;
    corpora.put_some("profile", profiles)
}

/// A presentation as the target `profile` takes it.
fn find_lines(presentation: &str) -> Option<String> {
    let (unbound, _) = presentation.rsplit_once('~')?;
    let mut parts = unbound.split('~');
    let mut lines = find_content(parts.next()?)?;
    let disclosures: Vec<_> = parts.collect();
    for disclosure in &disclosures {
        lines.push('\n');
        lines.push_str(&String::from_utf8(b64u::decode(disclosure).ok()?).ok()?);
    }
    for (number, disclosure) in disclosures.iter().enumerate() {
        lines = lines.replace(&b64u::sha256(disclosure), &format!("#{number}"));
    }
    Some(lines)
}
