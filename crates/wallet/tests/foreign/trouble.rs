//! A verifier that is away, breaks off, says no, sends elsewhere or says too much: nothing lost, nothing sent in two ways.

use passerby_protocol::time::DAY;
use passerby_testkit::clock::NOON;
use passerby_wallet::{Refusal, RequestState, Sent, What};

use crate::verifier::{Manner, Question, Room, Verifier};
use crate::world::yes;
use crate::{Desk, told};

fn says(status: u16, text: &str) -> Manner {
    Manner::Says(status, text.to_owned())
}

#[tokio::test]
async fn a_request_that_cannot_be_fetched_can_be_opened_again() {
    let mut desk = Desk::new().await;
    let elsewhere = Verifier::start(desk.clock.clone(), &mut desk.rng).await;
    let there = format!("{}/requests/0", elsewhere.origin());
    let troubles = [
        (says(404, "nothing here"), "host-refused"),
        (says(400, r#"{"error":"invalid_request"}"#), "host-refused"),
        (says(500, "<h1>sorry</h1>"), "host-foreign"),
        (Manner::SendsTo(302, there.clone()), "host-foreign"),
        (Manner::SendsTo(307, there), "host-foreign"),
        (says(200, &"x".repeat(65_537)), "host-foreign"),
        (Manner::BreaksOff, "host-broke-off"),
    ];
    let link = desk.ask(Question::default());
    for (manner, code) in troubles {
        desk.verifier.behaves(Room::Request, manner.clone());
        let failed = desk.open(&link).await.unwrap_err();
        assert_eq!(told(&failed), (code, Sent::Nothing), "{manner:?}: {failed}");
    }
    assert!(elsewhere.fetches().is_empty(), "no redirect is followed");
    desk.verifier.stop().await;
    assert_eq!(told(&desk.open(&link).await.unwrap_err()), ("host-down", Sent::Nothing));
    assert!(desk.wallet.requests().await.unwrap().is_empty(), "there is nothing to decide");
    assert!(desk.log().await.is_empty());

    desk.verifier.start_again().await;
    desk.verifier.behaves(Room::Request, Manner::Honest);
    assert_eq!(desk.open(&link).await.unwrap().number, 1);
}

#[tokio::test]
async fn a_no_is_written_down_and_another_answer_may_follow() {
    let page = format!("<h1>no</h1>{}", "x".repeat(70_000));
    for (no, word) in [
        (says(400, r#"{"error":"invalid_request"}"#), "invalid_request"),
        (says(403, &page), "refused"),
        (says(422, r#"{"error":"<b>click here</b>"}"#), "refused"),
    ] {
        let mut desk = Desk::new().await;
        let view = desk.shown(Question::default()).await;
        desk.verifier.behaves(Room::Answer, no);
        let refused = desk.approve(&view, &yes(&[])).await.unwrap_err();
        assert_eq!(told(&refused), ("host-refused", Sent::NotTaken), "{refused}");
        assert!(refused.to_string().ends_with(&format!("said no: {word}.")), "{refused}");
        assert_eq!(desk.log().await.last(), Some(&What::NotTaken { reason: word.to_owned() }));
        assert!(
            desk.wallet.retry_foreign(&desk.trust, &mut desk.rng).await.unwrap().is_empty(),
            "it had them"
        );

        desk.verifier.behaves(Room::Answer, Manner::Honest);
        let view = desk.wallet.look_foreign(view.number, &desk.trust, &mut desk.rng).await.unwrap();
        desk.approve(&view, &yes(&[])).await.unwrap();
        assert_eq!(desk.verifier.answers().len(), 2);
    }
}

#[tokio::test]
async fn what_may_have_arrived_is_sent_again_byte_for_byte() {
    let mut desk = Desk::new().await;
    let elsewhere = Verifier::start(desk.clock.clone(), &mut desk.rng).await;
    let there = format!("{}/answers/0", elsewhere.origin());
    let troubles = [
        (says(500, "sorry"), "host-foreign"),
        (says(204, ""), "host-foreign"),
        (Manner::SendsTo(302, there.clone()), "host-foreign"),
        (Manner::SendsTo(307, there.clone()), "host-foreign"),
        (Manner::SendsTo(308, there), "host-foreign"),
        (Manner::BreaksOff, "host-broke-off"),
        (Manner::KeepsAndBreaksOff, "host-broke-off"),
    ];
    for (trouble, code) in troubles {
        let view = desk.shown(Question::default()).await;
        let before = desk.verifier.answers().len();
        desk.verifier.behaves(Room::Answer, trouble.clone());
        let unsure = desk.approve(&view, &yes(&[])).await.unwrap_err();
        assert_eq!(told(&unsure), (code, Sent::Maybe), "{trouble:?}: {unsure}");
        // Other bytes must not follow, and it is too late to refuse.
        let other = desk.approve(&view, &yes(&[])).await.unwrap_err();
        assert_eq!(told(&other), ("not-confirmed", Sent::Maybe));
        let late = desk
            .wallet
            .decline_foreign(view.number, Refusal::ThisTime, &desk.trust, &mut desk.rng)
            .await
            .unwrap_err();
        assert_eq!(told(&late), ("not-confirmed", Sent::Maybe));

        desk.verifier.stop().await;
        assert_eq!(
            told(&desk.retry().await.unwrap_err()),
            ("host-down", Sent::Maybe),
            "the first may have arrived"
        );
        assert_eq!(desk.wallet.requests().await.unwrap()[0].state, RequestState::Sending);
        desk.verifier.start_again().await;
        desk.verifier.behaves(Room::Answer, Manner::Honest);
        let delivered = desk.retry().await.unwrap();
        assert_eq!((delivered.number, delivered.host.to_string()), (view.number, desk.verifier.host()));
        let answers = desk.verifier.answers().split_off(before);
        assert!(
            !answers.is_empty() && answers.iter().all(|body| *body == answers[0]),
            "{trouble:?}: other bytes"
        );
        desk.verifier.open(&answers[0]);
        assert_eq!(desk.log().await.last(), Some(&What::Sent));
        assert!(desk.wallet.retry_foreign(&desk.trust, &mut desk.rng).await.unwrap().is_empty(), "settled");
    }
    assert!(elsewhere.answers().is_empty(), "no redirect is followed with an answer in hand");
}

#[tokio::test]
async fn a_no_to_a_second_attempt_tells_nothing_about_the_first() {
    let mut desk = Desk::new().await;
    let view = desk.shown(Question::default()).await;
    desk.verifier.behaves(Room::Answer, Manner::KeepsAndBreaksOff);
    desk.approve(&view, &yes(&[])).await.unwrap_err();
    // It took the first one, and takes each nonce once.
    desk.verifier.behaves(Room::Answer, says(400, r#"{"error":"invalid_request"}"#));
    let unclear = desk.retry().await.unwrap_err();
    assert_eq!(told(&unclear), ("unclear", Sent::Maybe), "{unclear}");
    assert_eq!(desk.log().await.last(), Some(&What::Unclear));
    assert!(desk.wallet.retry_foreign(&desk.trust, &mut desk.rng).await.unwrap().is_empty());
    assert_eq!(told(&desk.approve(&view, &yes(&[])).await.unwrap_err()), ("unclear", Sent::Maybe));
}

#[tokio::test]
async fn a_yes_counts_whatever_stands_beside_it() {
    for text in ["x".repeat(70_000), "taken".to_owned(), String::new(), r#"{"redirect_uri":7}"#.to_owned()] {
        let mut desk = Desk::new().await;
        let view = desk.shown(Question::default()).await;
        desk.verifier.behaves(Room::Answer, Manner::Says(200, text.clone()));
        let delivered = desk.approve(&view, &yes(&[])).await.unwrap();
        assert_eq!(delivered.return_to, None, "{} bytes", text.len());
        assert_eq!(desk.verifier.answers().len(), 1, "it is not sent a second time");
    }
}

#[tokio::test]
async fn what_certainly_did_not_leave_can_still_be_refused_or_chosen_anew() {
    let mut desk = Desk::new().await;
    let view = desk.shown(Question::default()).await;
    desk.verifier.behaves(Room::Statement, Manner::Leaves);
    let down = desk.approve(&view, &yes(&[])).await.unwrap_err();
    assert_eq!(told(&down), ("host-down", Sent::Nothing), "{down}");
    desk.verifier.start_again().await;
    desk.verifier.behaves(Room::Statement, Manner::Honest);
    desk.retry().await.unwrap();
    assert_eq!(desk.verifier.answers().len(), 1);

    let view = desk.shown(Question::default()).await;
    desk.verifier.behaves(Room::Statement, Manner::Leaves);
    desk.approve(&view, &yes(&[])).await.unwrap_err();
    let declined = desk
        .wallet
        .decline_foreign(view.number, Refusal::ThisTime, &desk.trust, &mut desk.rng)
        .await
        .unwrap();
    assert!(!declined.told, "it is down");
    assert!(desk.wallet.retry_foreign(&desk.trust, &mut desk.rng).await.unwrap().is_empty(), "never sent");
    assert_eq!(desk.verifier.answers().len(), 1);
}

#[tokio::test]
async fn what_did_not_leave_in_time_never_leaves() {
    let mut desk = Desk::new().await;
    let view = desk.shown(Question::default()).await;
    desk.verifier.behaves(Room::Statement, Manner::Leaves);
    desk.approve(&view, &yes(&[])).await.unwrap_err();
    desk.verifier.start_again().await;
    desk.clock.turn(view.answer_by - NOON + 120);
    let late = desk.retry().await.unwrap_err();
    assert_eq!(told(&late), ("request-expired", Sent::Nothing), "{late}");
    assert!(desk.verifier.answers().is_empty());
    assert!(desk.wallet.retry_foreign(&desk.trust, &mut desk.rng).await.unwrap().is_empty());
    assert!(desk.wallet.requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_may_have_arrived_is_tried_for_a_day_and_then_called_unclear() {
    let mut desk = Desk::new().await;
    let view = desk.shown(Question::default()).await;
    desk.verifier.behaves(Room::Answer, Manner::KeepsAndBreaksOff);
    desk.approve(&view, &yes(&[])).await.unwrap_err();
    desk.clock.turn(DAY);
    assert_eq!(told(&desk.retry().await.unwrap_err()), ("host-broke-off", Sent::Maybe));
    desk.clock.turn(view.answer_by - NOON + 120);
    let over = desk.retry().await.unwrap_err();
    assert_eq!(told(&over), ("unclear", Sent::Maybe), "{over}");
    assert_eq!(desk.log().await.last(), Some(&What::Unclear));
    assert_eq!(desk.verifier.answers().len(), 2, "nothing was sent any more");
    assert!(desk.wallet.requests().await.unwrap().is_empty(), "it does not stay for ever");
}
