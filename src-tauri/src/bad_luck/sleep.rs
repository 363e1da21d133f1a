//! The computer is put to sleep while an answer is under way.

#[path = "../../tests/computer/mod.rs"]
mod computer;

use self::computer::{Computer, connect};
use super::house::world::Lie;
use super::house::{House, told};
use crate::change::Change;
use crate::command_error::SentWord;
use crate::commands::request;
use crate::desktop::session::watch;

/// Put to sleep with the answer under way, awake again with the relay's word, or without it.
async fn sleep_in_between(arrives: bool) -> (House, super::house::Shown, Option<SentWord>) {
    let mut house = House::new().await;
    let computer = Computer::start().await.know_by_process().await;
    let bus = connect(&computer.address).await;
    let shown = house.open().await;
    house.world.relay.lies(Lie::KeepsWaiting);
    drop(house.desktop.told());
    let shell = house.shell();
    let watching = watch(&bus, |_| shell.lock());
    let sleeps = async {
        computer.wait_for_holds(1).await;
        house.world.relay.has_one_waiting().await;
        computer.sleep(true).await;
        while !house.desktop.told().contains(&Change::Locked) {
            tokio::task::yield_now().await;
        }
        // The hold is kept as long as the answer is under way, or as the system lets it.
        computer.wait_for_holds(1).await;
        computer.sleep(false).await;
        if !arrives {
            house.world.relay.lies(Lie::BreaksAfterKeeping);
        }
        house.world.relay.goes_on();
        house.unlock().await.unwrap();
    };
    let story = async { tokio::join!(house.send(&shown), sleeps).0 };
    let sent = tokio::select! {
        sent = story => sent,
        ended = watching => panic!("the bus is gone: {ended:?}"),
    };
    (house, shown, sent.map(drop).err().map(|error| error.sent))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_arrived_during_sleep_is_told_as_answered_and_not_sent_again() {
    let (house, shown, failed) = Box::pin(sleep_in_between(true)).await;
    assert_eq!(failed, None);
    assert_eq!(request::request_open_kept(house.shell()).await.unwrap(), Some(shown.number));
    let again = house.look(shown.number).await.unwrap_err();
    assert_eq!(told(&again), ("answered-before", SentWord::Nothing));
    let again = house.send(&shown).await.map(drop).unwrap_err();
    assert_eq!(told(&again), ("view-changed", SentWord::Nothing), "the screen of before is gone");
    assert_eq!(house.arrived(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_broke_off_in_sleep_waits_for_the_same_bytes_again() {
    let (house, shown, failed) = Box::pin(sleep_in_between(false)).await;
    assert_eq!(failed, Some(SentWord::Maybe));
    assert_eq!(request::request_open_kept(house.shell()).await.unwrap(), Some(shown.number));
    let again = house.look(shown.number).await.unwrap_err();
    assert_eq!(told(&again), ("not-confirmed", SentWord::Maybe));
    house.world.relay.lies(Lie::None);
    request::request_retry(house.shell(), shown.number).await.unwrap();
    let arrived = house.world.relay.arrived();
    assert!(arrived.len() == 2 && arrived[0] == arrived[1], "byte for byte, and kept once");
    assert_eq!(house.reopened().await.shops().await.unwrap()[0].grants.len(), 1);
}
