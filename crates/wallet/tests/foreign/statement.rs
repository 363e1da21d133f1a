//! A host that has a Statement is asked under it or not at all; one that does not say whether it has one gets nothing yet.

use passerby_protocol::wire::b64u;
use passerby_wallet::{RequestState, Sent, What};

use crate::verifier::{Manner, Question, Room};
use crate::world::yes;
use crate::{Desk, told};

fn statement(rest: &str) -> String {
    format!("{}{rest}", b64u::encode(r#"{"alg":"ES256","typ":"passerby-statement+jwt"}"#))
}

#[tokio::test]
async fn a_host_that_does_not_say_whether_it_has_a_statement_gets_nothing_until_it_does() {
    for silence in
        [Manner::Says(503, "later".to_owned()), Manner::Says(500, statement(".e30.AA")), Manner::BreaksOff]
    {
        let mut desk = Desk::new().await;
        let link = desk.ask(Question::default());
        desk.verifier.behaves(Room::Statement, silence.clone());
        let unknown = desk.open(&link).await.unwrap_err();
        assert_eq!(told(&unknown), ("statement-unreachable", Sent::Nothing), "{silence:?}: {unknown}");
        assert!(desk.log().await.is_empty(), "not refused: nothing is held against it");

        desk.verifier.behaves(Room::Statement, Manner::Honest);
        let view = desk.open(&link).await.unwrap();
        assert_eq!(desk.verifier.fetches().len(), 1, "what was fetched is kept");
        desk.verifier.behaves(Room::Statement, silence);
        let unknown = desk.approve(&view, &yes(&[])).await.unwrap_err();
        assert_eq!(
            told(&unknown),
            ("statement-unreachable", Sent::Nothing),
            "it is asked again before the answer"
        );
        assert!(desk.verifier.answers().is_empty());
        assert_eq!(desk.wallet.requests().await.unwrap()[0].state, RequestState::Waiting);

        desk.verifier.behaves(Room::Statement, Manner::Honest);
        desk.approve(&view, &yes(&[])).await.unwrap();
        assert_eq!(desk.verifier.answers().len(), 1);
    }
}

#[tokio::test]
async fn a_statement_that_appears_before_the_answer_is_obeyed() {
    let long = statement(&format!(".{}.AA", "e".repeat(70_000)));
    for text in [statement(".e30.AA"), statement(".e30"), statement("\n"), long] {
        let mut desk = Desk::new().await;
        let view = desk.shown(Question::default()).await;
        desk.verifier.behaves(Room::Statement, Manner::Says(200, text.clone()));
        let refused = desk.approve(&view, &yes(&[])).await.unwrap_err();
        assert_eq!(told(&refused), ("statement-obeyed", Sent::Nothing), "{} bytes: {refused}", text.len());
        assert!(desk.verifier.answers().is_empty());
        let stopped = What::Stopped { refusal: "statement-obeyed".to_owned() };
        assert_eq!(desk.log().await, [What::Asked, stopped]);
    }
}

#[tokio::test]
async fn a_page_for_what_is_not_there_is_no_statement_however_long_it_is() {
    let page = format!("<!doctype html><title>Not found</title>{}", "<p>".repeat(40_000));
    let answers = [
        Manner::Says(404, page.clone()),
        Manner::Says(200, page),
        Manner::Says(403, String::new()),
        Manner::SendsTo(302, "https://elsewhere.example/statement".to_owned()),
        Manner::Says(200, String::new()),
    ];
    for answer in answers {
        let mut desk = Desk::new().await;
        desk.verifier.behaves(Room::Statement, answer);
        let view = desk.shown(Question::default()).await;
        desk.approve(&view, &yes(&[])).await.unwrap();
    }
}
