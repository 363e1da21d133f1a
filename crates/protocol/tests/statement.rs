//! Where a shop may send browsers back to (docs/protocol.md sections 3 and 9.3).

#![allow(clippy::unwrap_used, reason = "a test")]

use passerby_protocol::sector::Sector;
use passerby_protocol::verify::{ParsedStatement, StatementRefusal};
use passerby_testkit::clock::NOON;
use passerby_testkit::scene::Scene;
use serde_json::{Value, json};
use url::Url;

fn parse(sector: &str, alter: impl FnOnce(&mut Value)) -> Result<ParsedStatement, StatementRefusal> {
    let scene = Scene::new();
    let statement = scene.statement(|payload| {
        payload["iss"] = json!(sector);
        alter(payload);
    });
    ParsedStatement::parse(&statement, &Sector::parse(sector).unwrap(), NOON)
}

#[test]
fn the_shop_itself_and_the_origins_it_named_and_no_others() {
    let read =
        parse("shoes.example", |payload| payload["return_origins"] = json!(["https://pay.example"])).unwrap();
    let allows = |text: &str| read.statement().allows_return_to(&Url::parse(text).unwrap());
    for text in ["https://shoes.example/", "https://shoes.example/a?b=c", "https://pay.example/done"] {
        assert!(allows(text), "{text}");
    }
    for text in [
        "https://other.example/",
        "http://shoes.example/",
        "https://pay.example:444/",
        "https://me@pay.example/",
        "https://:secret@pay.example/",
        "https://me:secret@shoes.example/",
        "https://pay.example/?passerby_claim=x",
        "ftp://shoes.example/",
    ] {
        assert!(!allows(text), "{text}");
    }
}

#[test]
fn an_origin_is_an_origin_and_nothing_around_it() {
    for text in ["https://pay.example", "https://pay.example:8443"] {
        assert!(
            parse("shoes.example", |payload| payload["return_origins"] = json!([text])).is_ok(),
            "{text}"
        );
    }
    for text in [
        "https://pay.example/",
        "https://PAY.example",
        "https://pay.example:443",
        "pay.example",
        "http://pay.example",
    ] {
        let refused = parse("shoes.example", |payload| payload["return_origins"] = json!([text]));
        assert_eq!(refused.err(), Some(StatementRefusal::Malformed), "{text}");
    }
}

#[test]
fn addresses_without_tls_are_for_shops_on_this_computer() {
    let policy = |sector: &str| {
        parse(sector, |payload| payload["policy_uri"] = json!("http://pay.localhost:1/privacy"))
    };
    assert!(policy("shoes.localhost:8080").is_ok());
    assert_eq!(policy("shoes.example").err(), Some(StatementRefusal::Malformed));
    let returns =
        |sector: &str| parse(sector, |payload| payload["return_origins"] = json!(["http://pay.localhost:1"]));
    assert!(returns("shoes.localhost:8080").is_ok());
}
