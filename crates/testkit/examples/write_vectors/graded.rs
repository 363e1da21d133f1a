//! Less instead of the whole (docs/protocol.md sections 5.3, 9.4 and 10).

use passerby_protocol::claim::ClaimName;
use passerby_protocol::passport::{Answered, AskedNames, GrantClaim, Order};
use passerby_protocol::request::{Asked, Ways};
use passerby_protocol::wire::b64u;
use passerby_testkit::scene::{ADDRESS_QUERY, Answer, BIRTH_QUERY, GRANT_ID, Scene, ask_graded, graded};
use serde_json::{Value, json};

use crate::Writer;
use crate::passport::Parts;
use crate::request::input as asking;
use crate::reveal::{customer, input as opening};

type Alter = fn(&mut Value);

/// The scene's request with another query.
fn request(scene: &Scene, query: &Value) -> Value {
    asking(scene, &scene.request(|payload| payload["dcql_query"] = query.clone()))
}

fn list(value: &mut Value) -> &mut Vec<Value> {
    value.as_array_mut().expect("a list")
}

fn asked_object(asked: &Asked) -> Value {
    let graded: Vec<_> = asked
        .graded
        .iter()
        .map(
            |graded| json!({ "query": graded.query, "needed": graded.ways.needed, "sets": graded.ways.sets }),
        )
        .collect();
    json!({
        "sector": "shoes.example",
        "purpose": "To deliver your order",
        "required": asked.required,
        "optional": [],
        "graded": graded,
    })
}

pub fn queries(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let asked = ask_graded();
    let query = asked.to_query(&scene.issuer);
    let ok = asked_object(&asked);
    writer.accepts(
        "graded-accepted",
        "Less would do for a needed address and an optional birth date",
        request(scene, &query),
        ok.clone(),
    )?;
    let mut renamed = query.clone();
    for (at, id) in [(0, "a"), (1, "b"), (2, "c"), (3, "d")] {
        let claim = &mut renamed["credentials"][2]["claims"][at];
        let old = claim["id"].clone();
        claim["id"] = id.into();
        for set in list(&mut renamed["credentials"][2]["claim_sets"]) {
            list(set).iter_mut().filter(|named| **named == old).for_each(|named| *named = id.into());
        }
    }
    list(&mut renamed["credentials"][2]["claims"]).reverse();
    list(&mut renamed["credential_sets"]).reverse();
    list(&mut renamed["credential_sets"][1]["options"][0]).reverse();
    writer.accepts(
        "graded-other-order",
        "The same with other ids, claims and sets of queries in another order",
        request(scene, &renamed),
        ok,
    )?;
    let mut needed = Asked { optional: Vec::new(), ..asked.clone() };
    needed.graded[1].ways.needed = true;
    writer.accepts(
        "graded-without-credential-sets",
        "Without credential_sets graded queries are needed",
        request(scene, &needed.to_query(&scene.issuer)),
        asked_object(&needed),
    )?;
    let areas = ["address.locality", "address.region", "address.postal_code", "address.country"];
    let whole = [&["address.street_address"][..], &areas].concat();
    let sets: [&[&str]; 9] = [
        &whole,
        &areas,
        &areas[..3],
        &areas[..2],
        &areas[..1],
        &areas[1..],
        &areas[2..],
        &areas[3..],
        &areas[1..2],
    ];
    let most = Asked { graded: vec![graded(ADDRESS_QUERY, true, &sets[..8])], ..asked.clone() };
    writer.accepts(
        "graded-eight-sets",
        "Eight sets",
        request(scene, &most.to_query(&scene.issuer)),
        asked_object(&most),
    )?;
    let nine = Asked { graded: vec![graded(ADDRESS_QUERY, true, &sets)], ..asked.clone() };
    writer.refuses(
        "graded-nine-sets",
        "Nine sets",
        request(scene, &nine.to_query(&scene.issuer)),
        "request-query",
    )?;
    refused_queries(writer, scene, &query)?;
    refused_subjects(writer, scene, &asked)
}

/// The query of `ask_graded`, altered: `credentials[1]` is the profile, `[2]` the address, `[3]` the day of birth.
fn refused_queries(writer: &mut Writer, scene: &Scene, query: &Value) -> std::io::Result<()> {
    let cases: [(&str, &str, Alter); 22] = [
        ("graded-one-set", "One set", |q| list(&mut q["credentials"][3]["claim_sets"]).truncate(1)),
        ("graded-no-set", "No set", |q| q["credentials"][3]["claim_sets"] = json!([])),
        ("graded-sets-null", "claim_sets is null", |q| q["credentials"][3]["claim_sets"] = Value::Null),
        ("graded-empty-set", "An empty set", |q| q["credentials"][3]["claim_sets"][2] = json!([])),
        ("graded-unknown-id", "A set names a claim that is not there", |q| {
            q["credentials"][3]["claim_sets"][2] = json!(["email"]);
        }),
        ("graded-set-twice", "A set that stands twice, in another order", |q| {
            list(&mut q["credentials"][2]["claim_sets"]).push(json!(["address_country", "address_locality"]));
        }),
        ("graded-whole-twice", "The whole once more", |q| {
            let mut whole = q["credentials"][2]["claim_sets"][0].clone();
            list(&mut whole).reverse();
            list(&mut q["credentials"][2]["claim_sets"]).push(whole);
        }),
        ("graded-id-twice-in-set", "An id that stands twice in one set", |q| {
            q["credentials"][3]["claim_sets"][1] = json!(["age_over_18", "age_over_18"]);
        }),
        ("graded-claim-in-no-set", "A claim in no set", |q| {
            drop(list(&mut q["credentials"][3]["claim_sets"]).pop());
        }),
        ("graded-claim-without-id", "A claim without an id", |q| {
            list(&mut q["credentials"][2]["claims"]).push(json!({ "path": ["address", "region"] }));
        }),
        ("graded-claim-id-twice", "Two claims under one id", |q| {
            list(&mut q["credentials"][3]["claims"])
                .push(json!({ "id": "birth_year", "path": ["nickname"] }));
        }),
        ("graded-path-twice", "One claim under two ids", |q| {
            list(&mut q["credentials"][3]["claims"]).push(json!({ "id": "again", "path": ["birth_year"] }));
            q["credentials"][3]["claim_sets"][1] = json!(["again"]);
        }),
        ("graded-less-first", "Less before the whole", |q| {
            list(&mut q["credentials"][3]["claim_sets"]).swap(0, 1);
        }),
        ("graded-other-vct", "For a credential of another kind", |q| {
            q["credentials"][3]["meta"]["vct_values"] = json!(["urn:eudi:pid:1"]);
        }),
        ("graded-multiple", "Several credentials at once", |q| q["credentials"][3]["multiple"] = true.into()),
        ("graded-no-binding", "Without a proof of possession", |q| {
            q["credentials"][3]["require_cryptographic_holder_binding"] = false.into();
        }),
        ("graded-unlisted", "A needed graded query in no set of queries", |q| {
            drop(list(&mut q["credential_sets"][0]["options"][0]).pop());
        }),
        ("graded-listed-twice", "A needed graded query that its set of queries names twice", |q| {
            list(&mut q["credential_sets"][0]["options"][0]).push(ADDRESS_QUERY.into());
        }),
        ("graded-needed-and-optional", "A graded query that is needed and optional", |q| {
            list(&mut q["credential_sets"]).push(json!({ "options": [[ADDRESS_QUERY]], "required": false }));
        }),
        ("graded-optional-two-in-one", "Two graded queries in one optional set of queries", |q| {
            drop(list(&mut q["credential_sets"][0]["options"][0]).pop());
            q["credential_sets"][1]["options"][0] = json!([ADDRESS_QUERY, BIRTH_QUERY]);
        }),
        ("graded-instead-of-query", "A graded query as the alternative to another", |q| {
            q["credential_sets"][1]["options"] = json!([[BIRTH_QUERY], [ADDRESS_QUERY]]);
        }),
        ("graded-passport", "Less of a passport", |q| {
            let claims = q["credentials"][3]["claims"].clone();
            q["credentials"][0]["claim_sets"] = q["credentials"][3]["claim_sets"].clone();
            q["credentials"][0]["claims"] = claims;
        }),
    ];
    for (name, about, alter) in cases {
        let mut query = query.clone();
        alter(&mut query);
        writer.refuses(name, about, request(scene, &query), "request-query")?;
    }
    let mut probing = query.clone();
    probing["credentials"][3]["claims"][1]["values"] = json!(["true"]);
    writer.refuses(
        "graded-values",
        "A value that less is expected to have",
        request(scene, &probing),
        "request-query-values",
    )
}

/// What is called less, and is not.
fn refused_subjects(writer: &mut Writer, scene: &Scene, asked: &Asked) -> std::io::Result<()> {
    let address: [&str; 3] = ["address.street_address", "address.locality", "address.country"];
    let country = &["address.country"][..];
    let one = |sets: &[&[&str]]| Asked { graded: vec![graded("it", true, sets)], ..asked.clone() };
    let claim = |name: &str| ClaimName::parse(name).expect("a claim name");
    let with_required = |name: &str, sets: &[&[&str]]| {
        let mut asked = one(sets);
        asked.required.push(claim(name));
        asked
    };
    let two_addresses = Asked {
        graded: vec![
            graded("one", true, &[&address, country]),
            graded("other", true, &[&["address.region", "address.postal_code"], &["address.region"]]),
        ],
        ..asked.clone()
    };
    let mut many = one(&[&address, country]);
    many.required = (0..30).map(|n| claim(&format!("claim_{n}"))).collect();
    let cases = [
        (
            "graded-less-with-street",
            "A street is no area",
            one(&[&address, &["address.street_address"], country]),
        ),
        (
            "graded-less-with-more",
            "Less that holds what the whole does not",
            one(&[&address, &["address.country", "address.region"]]),
        ),
        (
            "graded-less-unknown-member",
            "A member of an address of which nobody knows what it tells",
            one(&[&["address.door", "address.country"], &["address.door"]]),
        ),
        (
            "graded-address-formatted",
            "A whole address in one member",
            one(&[&["address.formatted", "address.country"], country]),
        ),
        ("graded-address-one-member", "An address of one member", one(&[country, &["address.region"]])),
        (
            "graded-less-two-of-birth",
            "Two things that follow from a birth date",
            one(&[&["birthdate"], &["age_over_18", "birth_year"]]),
        ),
        ("graded-less-other", "Something else instead of a birth date", one(&[&["birthdate"], &["email"]])),
        ("graded-less-of-both", "A country instead of a birth date", one(&[&["birthdate"], country])),
        (
            "graded-whole-of-both",
            "An address together with a birth date",
            one(&[&["address.street_address", "address.country", "birthdate"], country]),
        ),
        (
            "graded-whole-derived",
            "What follows from a birth date as the whole",
            one(&[&["birth_year"], &["age_over_18"]]),
        ),
        ("graded-other-detail", "A detail of which nothing is less", one(&[&["name"], &["nickname"]])),
        (
            "graded-other-pair",
            "Two details of which one would do",
            one(&[&["given_name", "family_name"], &["given_name"]]),
        ),
        (
            "graded-address-in-profile",
            "A further member of the address among the required attributes",
            with_required("address.region", &[&address, country]),
        ),
        (
            "graded-birth-in-profile",
            "The year of birth among the required attributes",
            with_required("birth_year", &[&["birthdate"], &["age_over_18"]]),
        ),
        ("graded-two-of-address", "Two graded queries about one address", two_addresses),
        ("graded-33-claims", "Thirty-three claims, three of them in sets", many),
    ];
    for (name, about, asked) in cases {
        writer.refuses(name, about, request(scene, &asked.to_query(&scene.issuer)), "request-query")?;
    }
    let mut optional = one(&[&["birthdate"], &["age_over_18"]]);
    optional.optional = passerby_testkit::scene::ask().optional;
    optional.optional[2].claim = claim("birth_year");
    writer.refuses(
        "graded-birth-optional-too",
        "The year of birth as an optional attribute beside",
        request(scene, &optional.to_query(&scene.issuer)),
        "request-query",
    )
}

/// The whole of section 6: `allowed_claims`.
pub fn statements(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let input = |asked: &Asked| {
        let request = scene.request(|payload| payload["dcql_query"] = asked.to_query(&scene.issuer));
        json!({
            "link": scene.link(),
            "request": request,
            "relay_keys": scene.relay_keys(),
            "fetched_statement": scene.first_statement(),
            "pin": null,
        })
    };
    let mut asked = ask_graded();
    writer.accepts(
        "graded-optional-not-allowed",
        "The Statement allows none of the names of an optional graded query",
        input(&asked),
        json!({ "familiarity": "first_time", "seq": 1, "dropped": ["birthdate", "age_over_18", "birth_year"], "optional": [] }),
    )?;
    asked.graded[1] = graded(
        ADDRESS_QUERY,
        true,
        &[&["address.street_address", "address.region", "address.country"], &["address.country"]],
    );
    asked.graded.remove(0);
    writer.refuses(
        "graded-needed-not-allowed",
        "The Statement allows less, and not the whole",
        input(&asked),
        "claim-not-allowed",
    )
}

/// The shop's checks.
pub fn claims(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let asked = ask_graded();
    let question = scene.question_of(&asked);
    let input = |claim: &str| {
        json!({
            "question": question,
            "grant_id": GRANT_ID,
            "grant_claim": claim,
            "passerby_claim": GrantClaim::hash(claim),
            "relay_keys": scene.relay_keys(),
            "sector": scene.sector,
        })
    };
    type Chosen = &'static [(&'static str, usize)];
    let cases: [(&str, &str, Chosen); 3] = [
        ("graded-whole", "The whole of both", &[(ADDRESS_QUERY, 0), (BIRTH_QUERY, 0)]),
        ("graded-less", "Less of both", &[(ADDRESS_QUERY, 2), (BIRTH_QUERY, 1)]),
        ("graded-optional-left-out", "Nothing of what is optional", &[(ADDRESS_QUERY, 1)]),
    ];
    for (name, about, ways) in cases {
        let Answer { sealed, order } = scene.answer_to(&asked, ways, 1);
        writer.accepts(name, about, input(&sealed.grant_claim), json!(order))?;
    }
    let refused: [(&str, &str, &[&str]); 6] = [
        (
            "graded-two-sets",
            "Two sets of one query",
            &["name", "address.country", "birthdate", "age_over_18"],
        ),
        ("graded-part", "A part of a set", &["name", "address.locality"]),
        (
            "graded-between",
            "More than less, and not the whole",
            &["name", "address.street_address", "address.locality", "address.country"],
        ),
        ("graded-nothing", "Nothing of what is needed", &["name", "age_over_18"]),
        ("graded-less-twice", "A set that stands twice", &["name", "address.country", "address.country"]),
        ("graded-unasked", "Less that was not offered", &["name", "address.country", "address.region"]),
    ];
    for (name, about, claims) in refused {
        let mut parts = Parts::of(scene);
        parts.claim["claims"] = json!(claims);
        writer.refuses(name, about, input(&parts.sign()), "claim-claims")?;
    }
    let release_sha256 = b64u::sha256("a release");
    let order = question.accept_unsigned(GRANT_ID, &release_sha256, None, false).expect("an order");
    let unsigned = json!({
        "question": question,
        "grant_id": GRANT_ID,
        "grant_claim": null,
        "passerby_claim": null,
        "release_sha256": release_sha256,
        "only_passerby": false,
    });
    writer.accepts(
        "unsigned-graded",
        "An answer without a grant claim: the order says what would have done",
        unsigned,
        json!(order),
    )
}

/// What is inside.
pub fn releases(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let asked = ask_graded();
    let Answer { sealed, order } = scene.answer_to(&asked, &[(ADDRESS_QUERY, 2), (BIRTH_QUERY, 1)], 2);
    let less = json!({ "values": { "name": "Anna Żółć-O'Neill", "address.country": "Germany", "age_over_18": "true" } });
    let open = |order: &Order, release: &str| opening(order, release, &scene.release_key);
    writer.accepts(
        "graded-less",
        "Less of an address, less of a birth date",
        open(&order, &sealed.jwe),
        less.clone(),
    )?;
    let mut promised = order.clone();
    let claims = customer(&mut promised).2;
    claims.retain(|claim| claim.as_str() != "age_over_18");
    claims.push(ClaimName::parse("birthdate").expect("a claim name"));
    writer.refuses(
        "graded-less-than-promised",
        "The whole was promised, less is inside",
        open(&promised, &sealed.jwe),
        "reveal-claims",
    )?;
    let unsigned = |answer: &Answer, graded: Vec<Ways>| {
        let required = asked.required.clone();
        let asked = AskedNames { required, optional: Vec::new(), graded };
        let order = Order { answered: Answered::ByAnotherWallet { asked }, ..answer.order.clone() };
        open(&order, &answer.sealed.jwe)
    };
    let ways: Vec<Ways> = asked.graded.iter().map(|graded| graded.ways.clone()).collect();
    let answer = Answer { sealed, order };
    writer.accepts(
        "unsigned-graded-less",
        "Another wallet answers with less",
        unsigned(&answer, ways.clone()),
        less,
    )?;
    // What no wallet may send: the same names, asked for in another way.
    let plain = |names: &[&str]| {
        let claim = |name: &&str| ClaimName::parse(name).expect("a claim name");
        let asked =
            Asked { required: names.iter().map(claim).collect(), optional: Vec::new(), graded: Vec::new() };
        scene.answer_to(&asked, &[], 3)
    };
    let refused: [(&str, &str, &[&str]); 4] = [
        (
            "unsigned-graded-two-sets",
            "Two sets of one query",
            &["name", "address.country", "birthdate", "age_over_18"],
        ),
        ("unsigned-graded-part", "A part of a set", &["name", "address.locality", "age_over_18"]),
        (
            "unsigned-graded-between",
            "More than less, and not the whole",
            &["name", "address.street_address", "address.country"],
        ),
        ("unsigned-graded-nothing", "Nothing of what is needed", &["name", "age_over_18"]),
    ];
    for (name, about, names) in refused {
        writer.refuses(name, about, unsigned(&plain(names), ways.clone()), "reveal-claims")?;
    }
    Ok(())
}
