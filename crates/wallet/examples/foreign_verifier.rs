//! A foreign verifier as a program, for stories with a real window: `foreign_verifier FOLDER`.
//!
//! It writes the certificate of its authority to `FOLDER/anchor.pem` (what `PASSERBY_TRUST_ANCHORS` names), prints the address
//! of its own desk, and serves until it is ended. Its desk is for whoever tells the story, in plain HTTP:
//!
//! ```text
//! POST /ask      the link of a new question: a name, an address, and an e-mail address if the person likes
//! GET  /answers  what it was sent so far, opened, as a JSON list; a refusal is its bare form
//! ```

#![allow(clippy::unwrap_used, clippy::panic, reason = "a tool for tests")]

#[path = "../tests/foreign/verifier.rs"]
mod verifier;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use passerby_testkit::rng::seeded;
use passerby_testkit::verifier::query;
use passerby_wallet::SystemClock;
use rand_chacha::ChaCha20Rng;
use rcgen::date_time_ymd;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use verifier::{HOST, Question, Verifier};

#[tokio::main]
async fn main() {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| panic!("say which folder")));
    let mut rng = seeded(0x0046_4f52);
    let verifier = Verifier::start(Arc::new(SystemClock), &mut rng).await;
    // Stories must pass in any year.
    verifier.certify(&[HOST], |params| {
        (params.not_before, params.not_after) = (date_time_ymd(1975, 1, 1), date_time_ymd(4096, 1, 1));
    });
    std::fs::write(folder.join("anchor.pem"), verifier.anchor()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    let desk = Arc::new((verifier, Mutex::new(rng)));
    let router = Router::new().fallback(move |request: Request| {
        let desk = Arc::clone(&desk);
        async move { serve(&desk.0, &mut *desk.1.lock().await, &request) }
    });
    axum::serve(listener, router).await.unwrap();
}

fn serve(verifier: &Verifier, rng: &mut ChaCha20Rng, request: &Request) -> Response {
    match request.uri().path() {
        "/ask" => verifier.ask(question(), rng).into_response(),
        "/answers" => {
            let answers = verifier.answers();
            axum::Json(answers.iter().map(|form| read(verifier, form)).collect::<Vec<_>>()).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn read(verifier: &Verifier, form: &[u8]) -> Value {
    let text = String::from_utf8_lossy(form);
    if text.starts_with("error=") { text.into() } else { json!(verifier.open(form)) }
}

fn question() -> Question {
    Question::altered(|payload| {
        let address =
            ["address.street_address", "address.postal_code", "address.locality", "address.country"];
        let who: Vec<&str> = ["name"].into_iter().chain(address).collect();
        payload["dcql_query"] = json!({
            "credentials": [query("who", &who), query("mail", &["email"])],
            "credential_sets": [{ "options": [["who"]] }, { "options": [["mail"]], "required": false }],
        });
    })
}
