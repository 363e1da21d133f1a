//! Links by the thousand, and what is none.

use super::house::world::Ask;
use super::house::{House, told};
use crate::arrivals::Arrivals;
use crate::change::Change;
use crate::command_error::SentWord;
use crate::commands::{lock, request, start};

/// A link that leads to a port of this computer where nobody listens.
fn link(number: usize) -> String {
    format!(
        "passerby://?client_id=verifier_attestation%3Ashoes.example&request_uri=http%3A%2F%2F127.0.0.1%3A9%2Fr%2F{number:022}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_links_in_a_second_fetch_one_request_and_answer_none() {
    let mut house = House::new().await;
    let arrivals = Arrivals::default();
    let asked = house.world.ask(&Ask::default());
    assert!(arrivals.take(&house.shell(), std::slice::from_ref(&asked)).await);
    let changes = house.desktop.told();
    assert!(
        changes.contains(&Change::RequestOpened { request: 1 }),
        "the click in the browser was the click"
    );
    let mut notices = 0;
    for number in 0..1_000 {
        assert!(arrivals.take(&house.shell(), &[link(number)]).await);
        notices += usize::from(arrivals.may_notify(house.shell().clock().now()));
    }
    assert_eq!(notices, 1, "and one notice");
    assert!(!house.desktop.told().iter().any(|change| matches!(change, Change::RequestOpened { .. })));
    let begun = start::start(house.shell()).await.unwrap();
    assert_eq!(begun.waiting, 4, "the one that was fetched, and the newest three");
    assert_eq!(house.arrived(), 0, "nothing was sent");

    // With the window locked the same: nothing is fetched, nothing is lowered.
    lock::lock_lock(house.shell()).await.unwrap();
    for number in 0..1_000 {
        arrivals.take(&house.shell(), &[link(number)]).await;
    }
    assert!(!house.shell().is_open().await);
    assert_eq!(house.shell().links().len(), 3);
    house.unlock().await.unwrap();
    let opened = request::request_open_kept(house.shell()).await.map(drop).unwrap_err();
    assert_eq!(told(&opened), ("relay-down", SentWord::Nothing));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_link_is_said_to_be_none() {
    let house = House::new().await;
    let long = format!("{}{}", link(1), "x".repeat(100_000));
    for text in ["", "\0", "https://shoes.example", "passerby://", "passerby://?\u{202e}", &long] {
        let refused = request::request_open(house.shell(), text.to_owned()).await.map(drop).unwrap_err();
        assert_eq!(told(&refused), ("not-a-link", SentWord::Nothing));
        let kept = request::request_keep(house.shell(), text.to_owned()).await.unwrap_err();
        assert_eq!(told(&kept), ("not-a-link", SentWord::Nothing));
    }
    assert_eq!(house.shell().links().len(), 0);
}
