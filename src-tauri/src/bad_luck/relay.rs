//! A relay that is slow, down or lying, and a lock in the middle of it.

use std::sync::Arc;

use tokio::sync::Barrier;

use super::house::world::{Ask, Lie};
use super::house::{House, told};
use crate::change::Change;
use crate::command_error::SentWord;
use crate::commands::{activity, lock, request};

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_is_down_gets_nothing_and_the_same_screen_can_be_tried_again() {
    let mut house = House::new().await;
    let link = house.world.ask(&Ask::default());
    house.world.relay.stop().await;
    let down = request::request_open(house.shell(), link).await.unwrap_err();
    assert_eq!(told(&down), ("relay-down", SentWord::Nothing));
    house.world.relay.start_again().await;

    let shown = house.open().await;
    house.world.relay.stop().await;
    let down = house.send(&shown).await.map(drop).unwrap_err();
    assert_eq!(told(&down), ("relay-down", SentWord::Nothing));
    assert_eq!(house.arrived(), 0);
    house.world.relay.start_again().await;
    assert_eq!(house.send(&shown).await.unwrap().request, shown.number);
    assert_eq!(house.arrived(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_is_told_as_unsure_and_what_is_sent_again_is_the_same() {
    for lie in [Lie::BreaksBeforeKeeping, Lie::BreaksAfterKeeping, Lie::Page] {
        let mut house = House::new().await;
        let shown = house.open().await;
        house.world.relay.lies(lie);
        let unsure = house.send(&shown).await.map(drop).unwrap_err();
        assert_eq!(unsure.sent, SentWord::Maybe, "{lie:?}: {unsure:?}");
        let again = house.send(&shown).await.map(drop).unwrap_err();
        assert_eq!(told(&again), ("not-confirmed", SentWord::Maybe), "{lie:?}");
        let line = serde_json::to_value(request::request_list(house.shell()).await.unwrap()).unwrap();
        assert_eq!(line["lines"][0]["state"], "sending", "it stands in the room of requests");

        house.world.relay.lies(Lie::None);
        let sent = request::request_retry(house.shell(), shown.number).await.unwrap();
        assert_eq!(sent.host, house.world.shop.sector.as_str());
        let arrived = house.world.relay.arrived();
        assert!(arrived.iter().all(|bytes| *bytes == arrived[0]), "{lie:?}");
        let over = request::request_retry(house.shell(), shown.number).await.map(drop).unwrap_err();
        assert_eq!(told(&over), ("no-such-request", SentWord::Nothing));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lying_relay_opens_no_way_back_and_nobody_is_told_that_nothing_was_sent() {
    let lies = [
        (Lie::PassportOfAnother, "passport-key", SentWord::Nothing),
        (Lie::PassportWithOtherUserRef, "user-ref-mismatch", SentWord::Nothing),
        (Lie::ReceiptOfAnother, "relay-receipt", SentWord::Maybe),
        (Lie::NoReceipt, "relay-receipt", SentWord::Maybe),
        (Lie::RedirectsAbroad, "redirect-foreign", SentWord::Maybe),
    ];
    for (lie, code, sent) in lies {
        let mut house = House::new().await;
        let shown = house.open().await;
        house.world.relay.lies(lie);
        let stopped = house.send(&shown).await.map(drop).unwrap_err();
        assert_eq!(told(&stopped), (code, sent), "{lie:?}");
        assert_eq!(house.arrived(), usize::from(sent == SentWord::Maybe));
        let back = crate::commands::consent::consent_back_to_shop(house.shell(), shown.number).await;
        assert_eq!(told(&back.unwrap_err()), ("view-changed", SentWord::Nothing));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_relay_is_slow_a_second_click_sends_nothing_and_the_other_rooms_work() {
    let mut house = House::new().await;
    let shown = house.open().await;
    house.world.relay.lies(Lie::KeepsWaiting);
    let in_the_rooms = async {
        house.world.relay.has_one_waiting().await;
        activity::activity_view(
            house.shell(),
            serde_json::from_str(r#"{"events":[],"host":null,"before":null}"#).unwrap(),
        )
        .await
        .unwrap();
        house.world.relay.goes_on();
    };
    let (first, second, ()) = tokio::join!(house.send(&shown), house.send(&shown), in_the_rooms);
    let (sent, refused): (Vec<_>, Vec<_>) = [first, second].into_iter().partition(Result::is_ok);
    assert_eq!((sent.len(), refused.len()), (1, 1));
    let refused = refused.into_iter().next().unwrap().map(drop).unwrap_err();
    assert_eq!(told(&refused), ("answered-before", SentWord::Nothing));
    assert_eq!(house.arrived(), 1);
}

/// Locked while an answer is under way: by the person, by the screen or for sleep. Whoever comes back is let in, once what was
/// sent has its answer, and finds out what became of it.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_while_an_answer_is_under_way_is_let_in_and_told() {
    for (arrives, code, state) in [(true, "answered-before", None), (false, "not-confirmed", Some("sending"))]
    {
        let mut house = House::new().await;
        let shown = house.open().await;
        house.world.relay.lies(Lie::KeepsWaiting);
        drop(house.desktop.told());
        let meanwhile = async {
            house.world.relay.has_one_waiting().await;
            let comes_back = async {
                // The window is locked at once, whatever is still under way.
                while !house.desktop.told().contains(&Change::Locked) {
                    tokio::task::yield_now().await;
                }
                let asked = house.look(shown.number).await.unwrap_err();
                assert_eq!(told(&asked), ("locked", SentWord::Nothing));
                let (unlocked, ()) = tokio::join!(house.unlock(), async {
                    if !arrives {
                        house.world.relay.lies(Lie::BreaksAfterKeeping);
                    }
                    house.world.relay.goes_on();
                });
                unlocked
            };
            let (locked, unlocked) = tokio::join!(lock::lock_lock(house.shell()), comes_back);
            locked.unwrap();
            unlocked.unwrap();
        };
        let (sent, ()) = tokio::join!(house.send(&shown), meanwhile);
        assert_eq!(sent.map(drop).map_err(|error| error.sent).err(), (!arrives).then_some(SentWord::Maybe));
        let comes_back = || request::request_open_kept(house.shell());
        assert_eq!(comes_back().await.unwrap(), Some(shown.number), "the window goes there by itself");
        assert_eq!(comes_back().await.unwrap(), None, "once");
        let again = house.look(shown.number).await.unwrap_err();
        assert_eq!(again.code, code);
        let list = serde_json::to_value(request::request_list(house.shell()).await.unwrap()).unwrap();
        assert_eq!(list["lines"][0]["state"].as_str(), state);
        assert_eq!(house.arrived(), 1, "and nothing is doubled");
    }
}

/// The screen is locked in the very second in which somebody types the passphrase.
#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_that_is_opened_and_locked_at_once_ends_locked_or_was_opened_afterwards() {
    let house = House::new().await;
    lock::lock_lock(house.shell()).await.unwrap();
    let barrier = Arc::new(Barrier::new(2));
    for _ in 0..8 {
        let (opening, locking) = (Arc::clone(&barrier), Arc::clone(&barrier));
        let (unlocked, locked) = tokio::join!(
            async {
                opening.wait().await;
                house.unlock().await
            },
            async {
                locking.wait().await;
                lock::lock_lock(house.shell()).await
            }
        );
        locked.unwrap();
        unlocked.unwrap();
        // Never a window that says "locked" over a vault that is held: it opens again each time.
        house.unlock().await.unwrap();
        lock::lock_lock(house.shell()).await.unwrap();
    }
    assert!(house.desktop.taken_back() > 8, "what was copied goes with each lock");
    house.reopened().await.lock().await.unwrap();
}
