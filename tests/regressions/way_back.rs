//! A `blob:` address has the origin of the address inside it: it passed for a place on the shop's own host. And a relay could
//! put a `passerby_claim` of its own into the way back, before the one that the wallet appends.

use passerby_testkit::scene::Scene;
use url::Url;

#[test]
fn a_browser_is_sent_back_to_web_addresses_only() {
    let scene = Scene::new();
    let statement = passerby_protocol::verify::ParsedStatement::parse(
        scene.first_statement(),
        &scene.sector,
        passerby_testkit::clock::NOON,
    )
    .unwrap();
    let allows = |text: &str| statement.statement().allows_return_to(&Url::parse(text).unwrap());
    assert!(allows("https://shoes.example/return/1?response_code=y"));
    for text in [
        "blob:https://shoes.example/return",
        "https://me@shoes.example/return",
        "https://shoes.example:8443/return",
        "https://shoes.example.books.example/",
        "javascript:alert(1)",
        "https://shoes.example/return?passerby_claim=x&response_code=y",
        "https://shoes.example/return?response_code=y&passerby%5Fclaim=x",
    ] {
        assert!(!allows(text), "{text} passed for the shop");
    }
}
