//! A hostile shop: its name and its reason are somebody else's words.

use super::house::world::{Ask, Shop};
use super::house::{House, told};
use crate::command_error::SentWord;
use crate::commands::request;

/// Signed by the shop's own keys, published and asked: what the window gets of it.
async fn look(name: &str) -> serde_json::Value {
    let mut house = House::new().await;
    house.world.shop.amend(|statement| statement.name = name.to_owned());
    let link = house.world.ask(&Ask::default());
    let number = request::request_open(house.shell(), link).await.unwrap();
    let found = house.look(number).await.unwrap();
    assert_eq!(house.arrived(), 0);
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_turns_hides_or_floods_makes_the_request_one_that_does_not_hold() {
    for name in [
        "gro.knab\u{202e}bank.org",
        "my\u{200b}bank",
        "\u{2066}shoes\u{2069}",
        "shoes\u{feff}",
        "two\nlines",
        "shoes\0",
        "\u{e0041}shoes",
        " shoes",
        "shoes          from nowhere",
        "",
        &"x".repeat(10_000),
    ] {
        let found = look(name).await;
        assert_eq!(found["is"], "failed", "{name:?}: {found}");
        assert!(found["host"].as_str().unwrap().starts_with("shoes.localhost"), "{found}");
        assert_eq!(found["reason"], "keys");
        assert_eq!(found.as_object().unwrap().len(), 3, "the name does not reach the window: {found}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_markup_or_of_another_script_is_handed_over_as_the_text_it_is() {
    for name in [
        "<img src=x onerror=alert(1)>",
        "&lt;b&gt;",
        "{{7*7}}",
        "שופ נעליים",
        "B\u{304}\u{304}\u{304}ank",
        "…",
    ] {
        let found = look(name).await;
        assert_eq!(found["screen"]["tradeName"], name, "{found}");
        assert!(found["screen"]["host"].as_str().unwrap().starts_with("shoes.localhost"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_answer_for_the_shops_keys_sends_nothing() {
    let mut house = House::new().await;
    let shop: &Shop = &house.world.shop;
    shop.publish(&"x".repeat(10_000_000));
    let link = house.world.ask(&Ask::default());
    let opened = request::request_open(house.shell(), link).await;
    let number = match opened {
        Ok(number) => number,
        Err(error) => {
            assert_eq!(told(&error).1, SentWord::Nothing);
            return;
        }
    };
    match house.look(number).await {
        Ok(found) => assert_ne!(found["is"], "checked", "{found}"),
        Err(error) => assert_eq!(error.sent, SentWord::Nothing, "{error:?}"),
    }
    assert_eq!(house.arrived(), 0);
}
