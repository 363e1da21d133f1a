//! What the wallet writes into its log about foreign verifiers: steps, and nothing that tells who or what.

use passerby_testkit::log_lines::LogLines;
use passerby_wallet::Refusal;
use tracing_subscriber::EnvFilter;

use crate::Desk;
use crate::verifier::{Manner, Question, Room};
use crate::world::yes;

/// Everything runs on one thread, so that its subscriber sees all of it.
#[tokio::test(flavor = "current_thread")]
async fn neither_the_log_nor_an_error_says_who_or_what() {
    let lines = LogLines::default();
    let writer = lines.clone();
    let ours =
        "off,passerby_wallet=trace,passerby_relay_api=trace,passerby_protocol=trace,passerby_vault=trace";
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(ours))
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);

    let mut desk = Desk::new().await;
    let mut errors = Vec::new();
    let link = desk.ask(Question::default());
    for manner in [Manner::BreaksOff, Manner::Says(500, "Ada Passerby".to_owned()), Manner::Honest] {
        desk.verifier.behaves(Room::Request, manner);
        errors.extend(desk.open(&link).await.err().map(|error| format!("{error} {error:?}")));
    }
    let view = desk.wallet.look_foreign(1, &desk.trust, &mut desk.rng).await.unwrap();
    for manner in [Manner::Says(400, r#"{"error":"no"}"#.to_owned()), Manner::KeepsAndBreaksOff] {
        desk.verifier.behaves(Room::Answer, manner);
        let error = desk.approve(&view, &yes(&[])).await.unwrap_err();
        errors.push(format!("{error} {error:?}"));
    }
    desk.verifier.behaves(Room::Answer, Manner::Honest);
    desk.retry().await.unwrap();
    let view = desk.shown(Question::default()).await;
    desk.wallet.decline_foreign(view.number, Refusal::ThisTime, &desk.trust, &mut desk.rng).await.unwrap();
    desk.verifier.certify_by_a_stranger(&mut desk.rng);
    let link = desk.ask(Question::default());
    let error = desk.open(&link).await.unwrap_err();
    errors.push(format!("{error} {error:?}"));
    drop(guard);

    let log = lines.to_text();
    assert!(log.lines().count() >= 5, "the steps are told: {log}");
    let mut planted: Vec<String> =
        ["Ada Passerby", "ada@home.example", "eyJ", "x509_hash", "/requests/", "/answers/"]
            .map(str::to_owned)
            .to_vec();
    planted.extend(desk.verifier.numbers());
    planted
        .extend(desk.verifier.fetches().into_iter().filter_map(|(_, mut form)| form.remove("wallet_nonce")));
    assert!(planted.len() > 10);
    for planted in &planted {
        assert!(!log.contains(planted), "{planted} stands in the log: {log}");
        for error in &errors {
            assert!(!error.contains(planted), "{planted} stands in an error: {error}");
        }
    }
    assert!(!log.contains("bank.localhost"), "nor does the log name the host: {log}");
}
