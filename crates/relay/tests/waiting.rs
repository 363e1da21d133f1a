//! A shop's server waits at the relay, and is told at once what happens.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod parts;

use passerby_protocol::time::SKEW;
use passerby_relay::waiting::WaitingLimits;
use passerby_testkit::scene::REQUEST_ID;
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{RequestBuilder, Response};

use parts::{Reply, Stage, TRANSACTION_ID, code_of};

const WAITING: &str = "id: waiting\ndata: {\"state\":\"waiting\"}\n\n";
const FETCHED: &str = "id: fetched\ndata: {\"state\":\"fetched\"}\n\n";
const ANSWERED: &str = "id: answered\ndata: {\"state\":\"answered\"}\n\n";
const EXPIRED: &str = "id: expired\ndata: {\"state\":\"expired\"}\n\n";

fn path() -> String {
    format!("/v1/transactions/{TRANSACTION_ID}/events")
}

/// Asks for the stream of the scene's transaction, at the relay that listens here.
fn ask_at(stage: &Stage, base: &str) -> RequestBuilder {
    let proof = stage.shop_proof("GET", &path(), b"", &stage.scene.request_key, &stage.scene.sector);
    stage.http.get(format!("{base}{}", path())).bearer_auth(proof)
}

fn ask(stage: &Stage) -> RequestBuilder {
    ask_at(stage, &stage.base)
}

/// A stream, read event by event.
struct Events {
    response: Response,
    read: String,
}

impl Events {
    async fn open(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Self { response, read: String::new() }
    }

    /// Up to the next empty line, without signs of life; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let event = format!("{event}\n\n");
                let rest = rest.len();
                self.read.drain(..self.read.len() - rest);
                if event != ":\n\n" {
                    return Some(event);
                }
                continue;
            }
            let Some(part) = self.response.chunk().await.unwrap() else {
                assert_eq!(self.read, "");
                return None;
            };
            self.read.push_str(std::str::from_utf8(&part).unwrap());
        }
    }

    /// The first event, behind the time after which to come again.
    async fn first(&mut self) -> String {
        let first = self.next().await.unwrap();
        let (retry, event) = first.split_once('\n').unwrap();
        let retry: u32 = retry.strip_prefix("retry: ").unwrap().parse().unwrap();
        assert!((1_000..=10_000).contains(&retry), "{retry}");
        event.to_owned()
    }
}

#[tokio::test]
async fn a_shop_is_told_at_once_and_whenever_it_changes() {
    let stage = Stage::parked().await;
    let mut events = Events::open(ask(&stage)).await;
    let headers = events.response.headers();
    assert_eq!(headers[CONTENT_TYPE], "text/event-stream");
    assert_eq!(headers[CACHE_CONTROL], "no-store");
    assert_eq!(headers["x-accel-buffering"], "no");
    assert!(headers.contains_key("date") && headers.contains_key("content-security-policy"));
    assert_eq!(events.first().await, WAITING);
    stage.fetch(&stage.wallet).await;
    assert_eq!(events.next().await.unwrap(), FETCHED);
    assert_eq!(stage.answer(&stage.answer_form(), &stage.wallet).await.status, 200);
    assert_eq!(events.next().await.unwrap(), ANSWERED);
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn everybody_who_waits_for_it_is_told() {
    let stage = Stage::parked().await;
    let mut all = [Events::open(ask(&stage)).await, Events::open(ask(&stage)).await];
    for events in &mut all {
        assert_eq!(events.first().await, WAITING);
    }
    stage.fetch(&stage.wallet).await;
    for events in &mut all {
        assert_eq!(events.next().await.unwrap(), FETCHED);
    }
}

#[tokio::test]
async fn whoever_comes_again_hears_only_what_is_new() {
    let stage = Stage::fetched().await;
    let again = |known: &str| Events::open(ask(&stage).header("last-event-id", known));
    assert_eq!(again("fetched").await.next().await.map(|first| first.ends_with("\n:\n\n")), Some(true));
    assert_eq!(again("waiting").await.first().await, FETCHED);
    assert_eq!(again("something else").await.first().await, FETCHED);
    let mut events = again("fetched").await;
    events.next().await.unwrap();
    assert_eq!(stage.answer(&stage.answer_form(), &stage.wallet).await.status, 200);
    assert_eq!(events.next().await.unwrap(), ANSWERED);
    // What is over is over at once, however it is asked for.
    let mut events = again("answered").await;
    assert!(events.next().await.is_some());
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn only_the_shop_waits_for_its_own() {
    let stage = Stage::parked().await;
    let send = async |request: RequestBuilder| {
        let response = request.send().await.unwrap();
        let media_type = response.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
        Reply { status: response.status().as_u16(), media_type, text: response.text().await.unwrap() }
    };
    send(stage.http.get(format!("{}{}", stage.base, path()))).await.says(401, "shop-proof");
    let other_call = format!("/v1/transactions/{TRANSACTION_ID}");
    let (key, sector) = (&stage.scene.request_key, &stage.scene.sector);
    let proof = stage.shop_proof("GET", &other_call, b"", key, sector);
    send(stage.http.get(format!("{}{}", stage.base, path())).bearer_auth(proof))
        .await
        .says(401, "shop-proof");
    let strangers = stage.shop_proof("GET", &path(), b"", &stage.scene.stranger, sector);
    send(stage.http.get(format!("{}{}", stage.base, path())).bearer_auth(strangers))
        .await
        .says(401, "shop-proof");
    let unknown = "/v1/transactions/dHJhbnNhY3Rpb24tOTk5OQ/events";
    let proof = stage.shop_proof("GET", unknown, b"", key, sector);
    send(stage.http.get(format!("{}{unknown}", stage.base)).bearer_auth(proof)).await.says(404, "not-found");
}

#[tokio::test]
async fn three_wrong_codes_and_the_end_of_a_request_are_told() {
    let (stage, reply) = Stage::answered().await;
    let mut events = Events::open(ask(&stage)).await;
    assert_eq!(events.first().await, ANSWERED);
    assert_eq!(events.next().await, None);
    assert_ne!(code_of(&reply), "wrong");
    drop(events);

    let stage = Stage::parked().await;
    let mut events = Events::open(ask(&stage)).await;
    assert_eq!(events.first().await, WAITING);
    for _ in 0..3 {
        stage.collect("d3JvbmcgY29kZSB3cm9uZyBjb2Rl").await;
    }
    assert_eq!(events.next().await.unwrap(), EXPIRED);
    assert_eq!(events.next().await, None);

    let stage = Stage::parked().await;
    // One second before nobody may fetch it any more.
    let exp = stage.store.find_request(REQUEST_ID).await.unwrap().unwrap().parked.exp;
    stage.clock.turn(exp + SKEW - 1 - stage.now());
    let mut events = Events::open(ask(&stage)).await;
    assert_eq!(events.first().await, WAITING);
    stage.clock.turn(1);
    assert_eq!(events.next().await.unwrap(), EXPIRED);
}

#[tokio::test]
async fn a_place_is_free_again_when_its_reader_has_gone() {
    let mut stage = Stage::parked().await;
    for (in_all, per_shop, status) in [(9, 1, 429), (1, 9, 503)] {
        let limits = WaitingLimits { in_all, per_shop, ..WaitingLimits::default() };
        stage.serve_with(|state| state.with_waiting(limits)).await;
        let mut events = Events::open(ask(&stage)).await;
        assert_eq!(events.first().await, WAITING);
        let refused = ask(&stage).send().await.unwrap();
        assert_eq!(refused.status(), status);
        assert!(refused.headers().contains_key(RETRY_AFTER));
        assert_eq!(stage.transaction_state().await, "waiting", "asking goes on");
        drop(events);
        while ask(&stage).send().await.unwrap().status() != 200 {}
    }
}

#[tokio::test]
async fn a_relay_that_stops_sends_everybody_home() {
    let mut stage = Stage::parked().await;
    let mut events = Events::open(ask(&stage)).await;
    assert_eq!(events.first().await, WAITING);
    stage.restart().await;
    assert_eq!(events.next().await, None, "an end, and not a broken connection");
    let mut events = Events::open(ask(&stage).header("last-event-id", "waiting")).await;
    assert!(events.next().await.is_some());
    stage.fetch(&stage.wallet).await;
    assert_eq!(events.next().await.unwrap(), FETCHED);
}

#[tokio::test]
async fn signs_of_life_come_in_between() {
    let mut stage = Stage::parked().await;
    let beat = std::time::Duration::from_millis(20);
    let limits = WaitingLimits { beat, ..WaitingLimits::default() };
    stage.serve_with(|state| state.with_waiting(limits)).await;
    let mut response = ask(&stage).send().await.unwrap();
    let mut read = String::new();
    while !read.ends_with(":\n\n:\n\n") {
        let part = response.chunk().await.unwrap().unwrap();
        read.push_str(std::str::from_utf8(&part).unwrap());
    }
}

#[tokio::test]
async fn over_http_2_it_is_a_stream_like_any_other() {
    let stage = Stage::parked().await;
    let address = stage.base.strip_prefix("http://").unwrap();
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (requests, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let mut requests = requests.ready().await.unwrap();
    let proof = stage.shop_proof("GET", &path(), b"", &stage.scene.request_key, &stage.scene.sector);
    let request = axum::http::Request::get(format!("{}{}", stage.base, path()));
    let request = request.header("authorization", format!("Bearer {proof}")).body(()).unwrap();
    let (answer, _) = requests.send_request(request, true).unwrap();
    let mut body = answer.await.unwrap().into_body();
    let first = body.data().await.unwrap().unwrap();
    assert!(std::str::from_utf8(&first).unwrap().ends_with(WAITING));
    stage.fetch(&stage.wallet).await;
    assert_eq!(body.data().await.unwrap().unwrap(), FETCHED);
    assert_eq!(stage.answer(&stage.answer_form(), &stage.wallet).await.status, 200);
    assert_eq!(body.data().await.unwrap().unwrap(), ANSWERED);
    // The end may come as an empty part.
    assert!(body.data().await.is_none_or(|rest| rest.unwrap().is_empty()));
}

#[tokio::test]
async fn several_relays_on_one_database_wake_each_others() {
    let stage = Stage::parked().await;
    // One SQLite file has one relay.
    let Some((elsewhere, _stop)) = stage.start_another().await else { return };
    let mut events = Events::open(ask_at(&stage, &elsewhere)).await;
    assert_eq!(events.first().await, WAITING);
    stage.fetch(&stage.wallet).await;
    assert_eq!(events.next().await.unwrap(), FETCHED);
    stage.cut_off_listeners().await;
    assert_eq!(stage.answer(&stage.answer_form(), &stage.wallet).await.status, 200);
    assert_eq!(events.next().await.unwrap(), ANSWERED, "missed, or heard: looked up in either case");
}
