//! Links and requests of foreign verifiers (docs/protocol.md section 13).

use passerby_protocol::wire::b64u;
use passerby_testkit::clock::NOON;
use passerby_testkit::forge;
use passerby_testkit::scene::{Scene, unaltered};
use passerby_testkit::vectors::Expect;
use passerby_testkit::verifier::{
    RESPONSE_URI, Verifier, client_id_of, key_pair, leaf_params, link, make_authority, query, sign_leaf, x5c,
};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, date_time_ymd};
use serde_json::{Value, json};

use crate::Writer;

pub fn write(writer: &mut Writer) -> std::io::Result<()> {
    let verifier = Verifier::new();
    links(writer, &verifier)?;
    accepted(writer, &verifier)?;
    envelope(writer, &verifier)?;
    certificates(writer, &verifier)?;
    payload(writer, &verifier)?;
    queries(writer, &verifier)?;
    encryption(writer, &verifier)?;
    statements(writer, &verifier)
}

fn links(writer: &mut Writer, verifier: &Verifier) -> std::io::Result<()> {
    let id = verifier.client_id().replace(':', "%3A");
    let uri = "https%3A%2F%2Fbank.example%2Frequests%2F1%3Fa%3Db";
    let ok = |client_id: &str, post: bool| json!({ "client_id": client_id, "request_uri": "https://bank.example/requests/1?a=b", "post": post });
    let by_name = "x509_san_dns:bank.example";
    let good = [
        (
            "link-hash",
            format!("openid4vp://?client_id={id}&request_uri={uri}"),
            ok(&verifier.client_id(), false),
        ),
        (
            "link-haip-post",
            format!("haip-vp://?client_id={id}&request_uri={uri}&request_uri_method=post"),
            ok(&verifier.client_id(), true),
        ),
        (
            "link-name-get",
            format!(
                "passerby://?client_id=x509_san_dns%3Abank.example&request_uri={uri}&request_uri_method=get"
            ),
            ok(by_name, false),
        ),
    ];
    for (name, link, ok) in good {
        writer.accepts(name, "A link of a foreign verifier", json!({ "link": link }), ok)?;
    }
    let with = |client_id: &str| format!("openid4vp://?client_id={client_id}&request_uri={uri}");
    let bad = [
        ("link-unsigned", with("redirect_uri%3Ahttps%3A%2F%2Fbank.example%2Fanswers"), "link-client-id"),
        ("link-plain", with("bank.example"), "link-client-id"),
        ("link-did", with("decentralized_identifier%3Adid%3Aweb%3Abank.example"), "link-client-id"),
        ("link-federation", with("openid_federation%3Ahttps%3A%2F%2Fbank.example"), "link-client-id"),
        ("link-hash-short", with("x509_hash%3AAAAA"), "link-client-id"),
        ("link-hash-padded", with(&format!("{id}%3D")), "link-client-id"),
        ("link-name-address", with("x509_san_dns%3A192.0.2.1"), "link-client-id"),
        ("link-name-loopback-address", with("x509_san_dns%3A127.0.0.1"), "link-client-id"),
        ("link-name-upper-case", with("x509_san_dns%3ABank.example"), "link-client-id"),
        ("link-name-wildcard", with("x509_san_dns%3A*.bank.example"), "link-client-id"),
        ("link-other-method", format!("{}&request_uri_method=put", with(&id)), "link-malformed"),
        (
            "link-method-twice",
            format!("{0}&request_uri_method=post&request_uri_method=post", with(&id)),
            "link-malformed",
        ),
        (
            "link-http",
            format!("openid4vp://?client_id={id}&request_uri=http%3A%2F%2Fbank.example%2Fr"),
            "link-request-uri",
        ),
        (
            "link-user-name",
            format!("openid4vp://?client_id={id}&request_uri=https%3A%2F%2Fa%3Ab%40bank.example%2Fr"),
            "link-request-uri",
        ),
        (
            "link-fragment-in-uri",
            format!("openid4vp://?client_id={id}&request_uri=https%3A%2F%2Fbank.example%2Fr%23x"),
            "link-request-uri",
        ),
    ];
    for (name, link, word) in bad {
        writer.refuses(name, "A link that must not be followed", json!({ "link": link }), word)?;
    }
    Ok(())
}

fn input(verifier: &Verifier, link: &str, request: &str) -> Value {
    json!({
        "link": link,
        "request": request,
        "wallet_nonce": passerby_testkit::verifier::WALLET_NONCE,
        "fetched_at": NOON,
        "anchors": [b64u::encode(verifier.authority())],
        "well_known": null,
        "pin": null,
    })
}

fn posted(verifier: &Verifier, request: &str) -> Value {
    input(verifier, &verifier.link("post"), request)
}

fn ok(answer_by: i64) -> Value {
    json!({ "host": "bank.example", "required": { "who": ["name", "email"] }, "optional": [], "answer_by": NOON + answer_by })
}

/// The same request, fetched by GET.
fn got(verifier: &Verifier, alter: impl FnOnce(&mut Value)) -> Value {
    let request = verifier.request(|payload| {
        remove(payload, "wallet_nonce");
        alter(payload);
    });
    let mut input = input(verifier, &verifier.link("get"), &request);
    input["wallet_nonce"] = Value::Null;
    input
}

fn remove(payload: &mut Value, name: &str) {
    if let Some(members) = payload.as_object_mut() {
        members.remove(name);
    }
}

fn by_name(payload: &mut Value) {
    payload["client_id"] = "x509_san_dns:bank.example".into();
}

fn accepted(writer: &mut Writer, verifier: &Verifier) -> std::io::Result<()> {
    let good = posted(verifier, &verifier.request(unaltered));
    writer.accepts(
        "accepted-hash-post",
        "A request by the hash of a certificate, fetched by POST",
        good,
        ok(300),
    )?;
    let named = verifier.request(by_name);
    let named = input(verifier, &verifier.link_by_name("post"), &named);
    writer.accepts("accepted-name", "A request by the name in a certificate", named, ok(300))?;
    writer.accepts("accepted-get", "A request fetched by GET", got(verifier, unaltered), ok(300))?;
    let short = verifier.request(|payload| {
        for name in ["state", "exp", "iat"] {
            remove(payload, name);
        }
        payload["something_else"] = json!({ "a": 1 });
    });
    let short = posted(verifier, &short);
    writer.accepts("accepted-without-exp", "A wallet nonce says how old a request is", short, ok(1_800))?;
    let long = posted(verifier, &verifier.request(|payload| payload["exp"] = json!(NOON + 86_400)));
    writer.accepts(
        "accepted-long-exp",
        "An answer is given within half an hour all the same",
        long,
        ok(1_800),
    )?;
    let mut web_page = posted(verifier, &verifier.request(unaltered));
    web_page["well_known"] = "<!doctype html><title>Nothing here</title>".into();
    writer.accepts("accepted-page-for-statement", "A page is no Statement", web_page, ok(300))
}

fn envelope(writer: &mut Writer, verifier: &Verifier) -> std::io::Result<()> {
    let good = verifier.request(unaltered);
    let header = |alter: &dyn Fn(&mut Value)| {
        let mut header = verifier.header();
        alter(&mut header);
        forge::jws(&header, &verifier.payload(), &verifier.key)
    };
    let twice = verifier.payload().to_string().replacen('{', r#"{"nonce":"bm9uY2Utb2YtYS1zY2VuZS0y","#, 1);
    let scene = Scene::new();
    let cases = [
        (
            "too-large",
            "More than 65,536 bytes",
            verifier.request(|p| p["x"] = "x".repeat(60_000).into()),
            "request-too-large",
        ),
        ("not-a-jws", "A page instead of a request", "<html>".to_owned(), "request-malformed"),
        (
            "repeated-member",
            "A member twice",
            forge::jws_of_text(&verifier.header().to_string(), &twice, &verifier.key),
            "request-malformed",
        ),
        ("without-nonce", "No nonce", verifier.request(|p| remove(p, "nonce")), "request-malformed"),
        (
            "state-null",
            "A state that is null",
            verifier.request(|p| p["state"] = Value::Null),
            "request-malformed",
        ),
        ("typ", "Another type", header(&|h| h["typ"] = "JWT".into()), "request-type"),
        ("alg", "Another algorithm", header(&|h| h["alg"] = "RS256".into()), "request-type"),
        (
            "crit",
            "An extension that must be understood",
            header(&|h| h["crit"] = json!(["b64"])),
            "request-type",
        ),
        ("signature-broken", "A turned bit", forge::with_broken_signature(&good), "request-signature"),
        (
            "signature-of-stranger",
            "Signed by another key than the certificate's",
            forge::jws(&verifier.header(), &verifier.payload(), &scene.stranger),
            "request-signature",
        ),
    ];
    for (name, about, request, word) in cases {
        writer.refuses(name, about, posted(verifier, &request), word)?;
    }
    Ok(())
}

fn certificates(writer: &mut Writer, verifier: &Verifier) -> std::io::Result<()> {
    let scene = Scene::new();
    let raw = |chain: Option<Value>| {
        let mut header = verifier.header();
        match chain {
            Some(chain) => header["x5c"] = chain,
            None => remove(&mut header, "x5c"),
        }
        posted(verifier, &forge::jws(&header, &verifier.payload(), &verifier.key))
    };
    let unpadded = base64_without_padding(&verifier.leaf);
    let own = verifier.leaf.as_slice();
    let malformed = [
        ("x5c-missing", "No certificate", raw(None)),
        ("x5c-text", "A certificate that is no list", raw(Some(x5c(&[own])[0].clone()))),
        ("x5c-empty", "An empty list", raw(Some(json!([])))),
        ("x5c-five", "Five certificates", raw(Some(x5c(&[own; 5])))),
        ("x5c-not-der", "Base64 of something else", raw(Some(json!(["bm90IGEgY2VydGlmaWNhdGU="])))),
        ("x5c-b64u", "Base64url, where Base64 is due", raw(Some(json!([unpadded])))),
        ("x5c-trailing", "A byte after the certificate", raw(Some(x5c(&[&[own, b"\0"].concat()])))),
        ("x5c-number", "A number in the list", raw(Some(json!([x5c(&[own])[0], 1])))),
    ];
    for (name, about, input) in malformed {
        writer.refuses(name, about, input, "x509-malformed")?;
    }
    let by = |leaf: &[u8], chain: &[&[u8]]| {
        let mut header = verifier.header();
        header["x5c"] = x5c(chain);
        let mut payload = verifier.payload();
        payload["client_id"] = client_id_of(leaf).into();
        input(verifier, &link(&client_id_of(leaf), "post"), &forge::jws(&header, &payload, &verifier.key))
    };
    let leaf = |alter: &dyn Fn(&mut CertificateParams)| {
        let leaf = verifier.make_leaf(&["bank.example"], alter);
        by(&leaf, &[&leaf])
    };
    let stranger = make_authority(&scene.stranger);
    let foreign = sign_leaf(&stranger, &verifier.key, &["bank.example"], |_| {});
    let self_signed =
        leaf_params(&["bank.example"]).self_signed(&key_pair(&verifier.key)).expect("a certificate");
    let mut anchored = by(self_signed.der(), &[self_signed.der()]);
    anchored["anchors"] = json!([b64u::encode(self_signed.der())]);
    let below = sign_leaf(&stranger, &verifier.key, &["bank.example"], |_| {});
    let mut from_authority = by(&verifier.authority(), &[&verifier.authority()]);
    from_authority["request"] = {
        let mut header = verifier.header();
        header["x5c"] = x5c(&[&verifier.authority()]);
        forge::jws(&header, &verifier.payload(), &verifier.key).into()
    };
    let chain = [
        ("chain-stranger", "Issued by nobody who is trusted", by(&foreign, &[&foreign])),
        (
            "chain-stranger-brings-root",
            "A stranger brings its own root along",
            by(&below, &[&below, stranger.der()]),
        ),
        ("chain-self-signed", "Signed by itself", by(self_signed.der(), &[self_signed.der()])),
        ("chain-self-signed-anchor", "Signed by itself, and an anchor", anchored),
        ("chain-authority-as-leaf", "The authority itself asks", from_authority),
        ("chain-leaf-as-authority", "Issued by a certificate that may not issue", {
            let mid = verifier.make_leaf(&["bank.example"], |_| {});
            let params = leaf_params(&["bank.example"]);
            let issuer = rcgen::Issuer::new(leaf_params(&["bank.example"]), key_pair(&verifier.key));
            let below = params.signed_by(&key_pair(&verifier.key), &issuer).expect("a certificate");
            by(below.der(), &[below.der(), &mid])
        }),
        ("chain-ended", "Ended", leaf(&|p| p.not_after = date_time_ymd(2026, 11, 21))),
        ("chain-not-yet", "Not yet valid", leaf(&|p| p.not_before = date_time_ymd(2026, 11, 24))),
        (
            "chain-code-signing",
            "For signing programs",
            leaf(&|p| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning]),
        ),
    ];
    for (name, about, input) in chain {
        writer.refuses(name, about, input, "x509-chain")?;
    }
    let ok = ok(300);
    let client = leaf(&|p| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    writer.accepts("chain-client-auth", "A certificate for clients will do", client, ok.clone())?;
    let any = leaf(&|p| p.extended_key_usages.clear());
    writer.accepts("chain-any-usage", "A certificate that names no usage will do", any, ok)?;

    let other_host = verifier.make_leaf(&["other.example"], |_| {});
    let hash_of_other = {
        let mut header = verifier.header();
        header["x5c"] = x5c(&[&other_host]);
        posted(verifier, &forge::jws(&header, &verifier.payload(), &verifier.key))
    };
    let for_other = by(&other_host, &[&other_host]);
    let named = |leaf: &[u8]| {
        let mut header = verifier.header();
        header["x5c"] = x5c(&[leaf]);
        let mut payload = verifier.payload();
        by_name(&mut payload);
        input(verifier, &verifier.link_by_name("post"), &forge::jws(&header, &payload, &verifier.key))
    };
    let common_name =
        verifier.make_leaf(&[], |p| p.distinguished_name.push(rcgen::DnType::CommonName, "bank.example"));
    let both = verifier.make_leaf(&["bank.example", "pay.bank.example"], |_| {});
    let answer_elsewhere = {
        let mut header = verifier.header();
        header["x5c"] = x5c(&[&both]);
        let mut payload = verifier.payload();
        by_name(&mut payload);
        payload["response_uri"] = "https://pay.bank.example/answers/1".into();
        input(verifier, &verifier.link_by_name("post"), &forge::jws(&header, &payload, &verifier.key))
    };
    let wrong = [
        ("name-other-hash", "Another certificate than client_id names", hash_of_other),
        ("name-other-host", "The answer would go to a host that the certificate does not name", for_other),
        ("name-san-missing", "client_id names a host that the certificate does not", named(&other_host)),
        ("name-common-name", "A host in the common name does not count", named(&common_name)),
        (
            "name-answer-elsewhere",
            "The answer would go to another host of the certificate than client_id names",
            answer_elsewhere,
        ),
    ];
    for (name, about, input) in wrong {
        writer.refuses(name, about, input, "x509-name")?;
    }
    Ok(())
}

fn base64_without_padding(der: &[u8]) -> String {
    // One more byte makes sure that Base64 would have to be padded.
    b64u::encode(if der.len().is_multiple_of(3) { &der[..der.len() - 1] } else { der })
}

fn payload(writer: &mut Writer, verifier: &Verifier) -> std::io::Result<()> {
    type Alter = fn(&mut Value);
    let cases: [(&str, &str, Alter, &str); 24] = [
        ("client-id-other", "Another client_id than in the link", |p| by_name(p), "request-client-id"),
        ("audience", "For somebody else", |p| p["aud"] = "https://wallet.example".into(), "request-audience"),
        (
            "response-type",
            "Another response type",
            |p| p["response_type"] = "vp_token id_token".into(),
            "request-response-mode",
        ),
        (
            "response-mode",
            "An answer that would not be sealed",
            |p| p["response_mode"] = "direct_post".into(),
            "request-response-mode",
        ),
        (
            "wallet-nonce-missing",
            "The wallet's number is not echoed",
            |p| remove(p, "wallet_nonce"),
            "request-wallet-nonce",
        ),
        (
            "wallet-nonce-other",
            "Another number",
            |p| p["wallet_nonce"] = "b3RoZXItbnVtYmVyLW9mLWE".into(),
            "request-wallet-nonce",
        ),
        ("ended", "Ended", |p| p["exp"] = json!(NOON + -121), "request-expired"),
        ("ahead", "From the future", |p| p["iat"] = json!(NOON + 121), "request-not-yet-valid"),
        (
            "nonce-short",
            "A nonce that could be guessed",
            |p| p["nonce"] = "abcdefghijklmnopqrstu".into(),
            "request-nonce",
        ),
        ("nonce-long", "A nonce of 513 characters", |p| p["nonce"] = "a".repeat(513).into(), "request-nonce"),
        (
            "nonce-space",
            "A nonce with a space",
            |p| p["nonce"] = "bm9uY2Utb2YtYS1zY2VuZS0 1".into(),
            "request-nonce",
        ),
        ("state-empty", "An empty state", |p| p["state"] = "".into(), "request-nonce"),
        ("state-quote", "A state with a quotation mark", |p| p["state"] = "a\"b".into(), "request-nonce"),
        (
            "response-uri-http",
            "An answer in the open",
            |p| p["response_uri"] = "http://bank.example/answers/1".into(),
            "request-response-uri",
        ),
        (
            "response-uri-port",
            "Another port",
            |p| p["response_uri"] = "https://bank.example:8443/answers/1".into(),
            "request-response-uri",
        ),
        (
            "response-uri-fragment",
            "A fragment",
            |p| p["response_uri"] = "https://bank.example/answers/1#x".into(),
            "request-response-uri",
        ),
        (
            "response-uri-user",
            "A user name",
            |p| p["response_uri"] = "https://me@bank.example/answers/1".into(),
            "request-response-uri",
        ),
        (
            "response-uri-address",
            "A number instead of a name",
            |p| p["response_uri"] = "https://192.0.2.1/answers/1".into(),
            "request-response-uri",
        ),
        (
            "redirect-uri-beside",
            "A redirect_uri beside it",
            |p| p["redirect_uri"] = RESPONSE_URI.into(),
            "request-response-uri",
        ),
        (
            "redirect-uri-null",
            "A redirect_uri that is null",
            |p| p["redirect_uri"] = Value::Null,
            "request-response-uri",
        ),
        (
            "response-uri-other-host",
            "Another host",
            |p| p["response_uri"] = "https://other.example/answers/1".into(),
            "x509-name",
        ),
        (
            "transaction-data",
            "Agreement to a payment",
            |p| {
                p["transaction_data"] =
                    json!([b64u::encode(r#"{"type":"urn:eudi:sca:payment:1","credential_ids":["who"]}"#)]);
            },
            "request-transaction-data",
        ),
        (
            "transaction-data-empty",
            "Agreement to nothing",
            |p| p["transaction_data"] = json!([]),
            "request-transaction-data",
        ),
        (
            "transaction-data-null",
            "Agreement to null",
            |p| p["transaction_data"] = Value::Null,
            "request-transaction-data",
        ),
    ];
    for (name, about, alter, word) in cases {
        writer.refuses(name, about, posted(verifier, &verifier.request(alter)), word)?;
    }
    let mut unasked = posted(verifier, &verifier.request(unaltered));
    unasked["wallet_nonce"] = Value::Null;
    unasked["link"] = verifier.link("get").into();
    writer.refuses(
        "wallet-nonce-after-get",
        "A number where none was sent",
        unasked,
        "request-wallet-nonce",
    )?;
    let ageless = got(verifier, |payload| remove(payload, "exp"));
    writer.refuses("get-without-exp", "Nobody can tell how old it is", ageless, "request-lifetime")?;
    let late = posted(verifier, &verifier.request(|payload| payload["exp"] = json!(NOON + 86_400)));
    let (now, word) = (NOON + 1_920, Expect::Refused("request-expired".into()));
    writer.put("half-an-hour-later", "Half an hour after the fetch", now, late, word)
}

fn queries(writer: &mut Writer, verifier: &Verifier) -> std::io::Result<()> {
    let asking = |dcql: Value| posted(verifier, &verifier.request(|payload| payload["dcql_query"] = dcql));
    let (who, mail, phone) =
        (query("who", &["name"]), query("mail", &["email"]), query("phone", &["phone_number"]));
    let mut identity = query("pid", &["family_name"]);
    identity["meta"]["vct_values"] = json!(["urn:eudi:pid:1"]);
    let mut licence = query("licence", &["family_name"]);
    licence["format"] = "mso_mdoc".into();
    licence["meta"] = json!({ "doctype_value": "org.iso.18013.5.1.mDL" });
    licence["claims"] = json!([{ "path": ["org.iso.18013.5.1", "family_name"] }]);
    let set = |id: &str, required: bool| json!({ "options": [[id]], "required": required });
    let expect = |required: Value, optional: Value| json!({ "host": "bank.example", "required": required, "optional": optional, "answer_by": NOON + 300 });
    let two = asking(json!({ "credentials": [who, mail] }));
    writer.accepts(
        "query-two",
        "Two queries, both needed",
        two,
        expect(json!({ "who": ["name"], "mail": ["email"] }), json!([])),
    )?;
    let choice = asking(json!({
        "credentials": [who, mail, phone, identity],
        "credential_sets": [{ "options": [["who"]] }, set("mail", false), set("pid", false)],
    }));
    let about =
        "An optional detail, an optional document this wallet does not have, and a query that no set names";
    writer.accepts("query-sets", about, choice, expect(json!({ "who": ["name"] }), json!(["email"])))?;
    let mut several = query("who", &["name"]);
    several["meta"]["vct_values"] = json!(["urn:eudi:pid:1", "urn:passerby:vct:self-asserted-profile:1"]);
    let several = asking(json!({ "credentials": [several] }));
    writer.accepts(
        "query-one-of-several-vcts",
        "A profile is one of the kinds",
        several,
        expect(json!({ "who": ["name"] }), json!([])),
    )?;

    let altered = |alter: &dyn Fn(&mut Value)| {
        let mut who = query("who", &["name"]);
        alter(&mut who);
        asking(json!({ "credentials": [who] }))
    };
    let sets = |credentials: Value, sets: Value| {
        asking(json!({ "credentials": credentials, "credential_sets": sets }))
    };
    let many: Vec<String> = (0..33).map(|number| format!("claim_{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let bad = [
        (
            "query-other-vct",
            "A document this wallet does not have",
            asking(json!({ "credentials": [identity] })),
        ),
        (
            "query-other-format",
            "A format this wallet does not have",
            asking(json!({ "credentials": [licence] })),
        ),
        (
            "query-one-other",
            "One of two is a document this wallet does not have",
            asking(json!({ "credentials": [who, identity] })),
        ),
        (
            "query-null",
            "null is read differently by two readers",
            altered(&|q| q["claims"][0]["id"] = Value::Null),
        ),
        ("query-no-claims", "No claims", altered(&|q| remove(q, "claims"))),
        (
            "query-claim-sets",
            "Alternatives among claims",
            altered(&|q| {
                q["claims"][0]["id"] = "a".into();
                q["claim_sets"] = json!([["a"]]);
            }),
        ),
        ("query-multiple", "Several at once", altered(&|q| q["multiple"] = true.into())),
        (
            "query-no-binding",
            "Without holder binding",
            altered(&|q| q["require_cryptographic_holder_binding"] = false.into()),
        ),
        (
            "query-authorities",
            "Only from certain authorities",
            altered(&|q| q["trusted_authorities"] = json!([{ "type": "aki", "values": ["AAAA"] }])),
        ),
        (
            "query-strange-name",
            "A name that is no claim name",
            altered(&|q| q["claims"] = json!([{ "path": ["iss"] }])),
        ),
        ("query-33-claims", "33 claims", asking(json!({ "credentials": [query("who", &many)] }))),
        (
            "query-claim-twice",
            "A claim in two queries",
            asking(json!({ "credentials": [who, query("again", &["name"])] })),
        ),
        (
            "query-set-alternatives",
            "A set with two options",
            sets(json!([who, mail]), json!([{ "options": [["who"], ["mail"]] }])),
        ),
        (
            "query-set-two-optional",
            "Two queries in one optional option",
            sets(
                json!([who, mail, phone]),
                json!([{ "options": [["who"]] }, { "options": [["mail", "phone"]], "required": false }]),
            ),
        ),
        (
            "query-set-optional-of-two",
            "An optional query of two claims",
            sets(
                json!([who, query("more", &["email", "phone_number"])]),
                json!([{ "options": [["who"]] }, set("more", false)]),
            ),
        ),
        (
            "query-set-twice",
            "A query both needed and optional",
            sets(json!([who]), json!([{ "options": [["who"]] }, set("who", false)])),
        ),
        (
            "query-set-unknown",
            "A set names a query that is not there",
            sets(json!([who]), json!([{ "options": [["nobody"]] }])),
        ),
        (
            "query-set-only-others",
            "Only an optional document this wallet does not have",
            sets(json!([identity]), json!([set("pid", false)])),
        ),
    ];
    for (name, about, input) in bad {
        writer.refuses(name, about, input, "request-query")?;
    }
    let values = altered(&|q| q["claims"][0]["values"] = json!(["Anna"]));
    writer.refuses("query-values", "Tests for a certain value", values, "request-query-values")
}

fn encryption(writer: &mut Writer, verifier: &Verifier) -> std::io::Result<()> {
    let with = |alter: &dyn Fn(&mut Value)| {
        posted(verifier, &verifier.request(|p| alter(&mut p["client_metadata"])))
    };
    let key = |alter: &dyn Fn(&mut Value)| with(&|m| alter(&mut m["jwks"]["keys"][0]));
    let good = [
        (
            "encryption-default",
            "A128GCM, when nothing is said",
            with(&|m| remove(m, "encrypted_response_enc_values_supported")),
        ),
        (
            "encryption-without-use",
            "A key without use and kid",
            key(&|k| {
                remove(k, "use");
                remove(k, "kid");
            }),
        ),
        (
            "encryption-second-key",
            "Keys of other kinds before it",
            with(&|m| {
                let own = m["jwks"]["keys"][0].clone();
                let other = json!({ "kty": "OKP", "crv": "X25519", "x": b64u::encode([9; 32]), "alg": "ECDH-ES", "use": "enc", "kid": "x" });
                m["jwks"]["keys"] = json!([other, { "kty": "RSA" }, own]);
            }),
        ),
    ];
    for (name, about, input) in good {
        writer.accepts(name, about, input, ok(300))?;
    }
    let bad = [
        (
            "encryption-no-metadata",
            "Nothing to seal to",
            posted(verifier, &verifier.request(|p| remove(p, "client_metadata"))),
        ),
        ("encryption-no-keys", "No keys", with(&|m| remove(m, "jwks"))),
        ("encryption-empty-keys", "An empty list of keys", with(&|m| m["jwks"]["keys"] = json!([]))),
        (
            "encryption-keys-elsewhere",
            "Keys at an address",
            with(&|m| {
                remove(m, "jwks");
                m["jwks_uri"] = "https://bank.example/keys".into();
            }),
        ),
        ("encryption-alg", "Another algorithm", key(&|k| k["alg"] = "ECDH-ES+A256KW".into())),
        ("encryption-no-alg", "No algorithm", key(&|k| remove(k, "alg"))),
        ("encryption-signing-key", "A key for signatures", key(&|k| k["use"] = "sig".into())),
        ("encryption-private-key", "A private key", key(&|k| k["d"] = b64u::encode([1; 32]).into())),
        ("encryption-off-curve", "A point that is not on the curve", key(&|k| k["y"] = k["x"].clone())),
        (
            "encryption-cbc",
            "Another encryption",
            with(&|m| m["encrypted_response_enc_values_supported"] = json!(["A256CBC-HS512"])),
        ),
        (
            "encryption-none",
            "No encryption",
            with(&|m| m["encrypted_response_enc_values_supported"] = json!([])),
        ),
        (
            "encryption-other-formats",
            "Another format of documents",
            with(&|m| m["vp_formats_supported"] = json!({ "mso_mdoc": {} })),
        ),
    ];
    for (name, about, input) in bad {
        writer.refuses(name, about, input, "response-encryption")?;
    }
    Ok(())
}

fn statements(writer: &mut Writer, verifier: &Verifier) -> std::io::Result<()> {
    let scene = Scene::new();
    let word = "statement-obeyed";
    let with = |statement: &str| {
        let mut input = posted(verifier, &verifier.request(unaltered));
        input["well_known"] = statement.into();
        input
    };
    writer.refuses("statement-there", "The host has a Statement", with(&scene.statement(unaltered)), word)?;
    let broken = forge::with_broken_signature(&scene.statement(unaltered));
    writer.refuses("statement-broken", "The host has a Statement that does not hold", with(&broken), word)?;
    let line = format!("{}\n", scene.statement(unaltered));
    writer.refuses(
        "statement-with-line-end",
        "The host has a Statement, with a line end",
        with(&line),
        word,
    )?;
    let mut pinned = posted(verifier, &verifier.request(unaltered));
    pinned["pin"] = json!({
        "sector": "bank.example",
        "name": "Bank",
        "root_jkt": scene.root.public().jkt(),
        "seq": 1,
        "statement_sha256": b64u::sha256("a Statement"),
        "next_root_jkt_hash": null,
        "first_seen": NOON,
    });
    writer.refuses("statement-pinned", "The host had a Statement, and shows none", pinned, word)
}
