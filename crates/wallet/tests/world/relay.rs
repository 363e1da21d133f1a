//! A relay that does what it is told, good or bad.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::{Jkt, PairwiseKey, RelayKeys, RootSecret, SigningKey};
use passerby_protocol::passport::{GrantClaim, Passport, PassportRequest, RelayReceipt};
use passerby_protocol::proof::DpopProof;
use passerby_protocol::random_id::RequestId;
use passerby_protocol::seal::hash_release;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Clock;
use passerby_relay_api::answer::AnswerBody;
use passerby_relay_api::problem::Problem;
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use passerby_testkit::clock::TestClock;

/// What a relay may do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Does as it should.
    None,
    /// Breaks the connection when a passport is asked for.
    PassportBreaks,
    /// Issues the passport, and then refuses connections.
    StopsAfterPassport,
    /// Issues the passport to another person's key.
    PassportOfAnother,
    /// Issues the passport with another person's pseudonym.
    PassportWithOtherUserRef,
    /// Breaks the connection before it keeps an answer.
    BreaksBeforeKeeping,
    /// Keeps the answer and breaks the connection.
    BreaksAfterKeeping,
    /// Keeps the answer, and says so only when it is let ([`Relay::goes_on`]).
    KeepsWaiting,
    /// Confirms another release.
    ReceiptOfAnother,
    /// Sends no receipt.
    NoReceipt,
    /// Sends the browser to another site.
    RedirectsAbroad,
    /// Answers with a page, as a proxy would.
    Page,
    /// Refuses answers with this problem.
    Refuses(Problem),
}

#[derive(Clone)]
pub struct Relay {
    pub issuer: Issuer,
    address: SocketAddr,
    key: SigningKey,
    clock: Arc<TestClock>,
    state: Arc<Mutex<Kept>>,
    server: Arc<Mutex<Option<JoinHandle<()>>>>,
    /// A permit for each answer that is kept and waits, and one for each that may go on.
    waits: Arc<Semaphore>,
    may_go_on: Arc<Semaphore>,
}

struct Kept {
    lie: Lie,
    parked: HashMap<String, Parked>,
    /// The keys that passports were asked for, in order.
    holders: Vec<Jkt>,
    /// Every answer that arrived, kept or not: the bodies.
    arrived: Vec<Bytes>,
    /// The key that signs receipts from now on, beside the first one.
    newer_key: Option<SigningKey>,
}

struct Parked {
    object: String,
    sector: Sector,
    redirect_uri: String,
    wallet: Option<Jkt>,
    answer: Option<(Bytes, Value)>,
}

impl Relay {
    pub async fn start(clock: Arc<TestClock>, rng: &mut ChaCha20Rng) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let kept = Kept {
            lie: Lie::None,
            parked: HashMap::new(),
            holders: Vec::new(),
            arrived: Vec::new(),
            newer_key: None,
        };
        let relay = Self {
            issuer: Issuer::parse(&format!("http://{address}")).unwrap(),
            address,
            key: SigningKey::make(rng),
            clock,
            state: Arc::new(Mutex::new(kept)),
            server: Arc::default(),
            waits: Arc::new(Semaphore::new(0)),
            may_go_on: Arc::new(Semaphore::new(0)),
        };
        relay.serve(listener);
        relay
    }

    fn serve(&self, listener: TcpListener) {
        let router = Router::new()
            .route("/.well-known/jwt-vc-issuer", get(keys))
            .route("/r/{id}", get(fetch))
            .route("/v1/passports", post(passport))
            .route("/v1/response/{id}", post(answer))
            .with_state(self.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        *self.server.lock().unwrap() = Some(server);
    }

    /// Connections are refused from now on.
    pub async fn stop(&self) {
        let Some(server) = self.server.lock().unwrap().take() else { return };
        server.abort();
        let _ = server.await;
    }

    /// At the same address as before.
    pub async fn start_again(&self) {
        self.serve(TcpListener::bind(self.address).await.unwrap());
    }

    pub fn lies(&self, lie: Lie) {
        self.state.lock().unwrap().lie = lie;
    }

    /// Returns when an answer is kept and its sender waits.
    pub async fn has_one_waiting(&self) {
        self.waits.acquire().await.unwrap().forget();
    }

    /// One sender who waits is answered, or loses the connection if the lie is [`Lie::BreaksAfterKeeping`] by now.
    pub fn goes_on(&self) {
        self.may_go_on.add_permits(1);
    }

    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    pub fn keys(&self) -> RelayKeys {
        let state = self.state.lock().unwrap();
        let newer = state.newer_key.iter().map(SigningKey::public);
        RelayKeys::new(self.issuer.clone(), [self.key.public()].into_iter().chain(newer))
    }

    /// Receipts are signed with another key from now on; both are published.
    pub fn changes_key(&self, rng: &mut ChaCha20Rng) {
        self.state.lock().unwrap().newer_key = Some(SigningKey::make(rng));
    }

    pub fn park(&self, id: &RequestId, sector: Sector, object: String, redirect_uri: String) {
        let parked = Parked { object, sector, redirect_uri, wallet: None, answer: None };
        self.state.lock().unwrap().parked.insert(id.as_str().to_owned(), parked);
    }

    /// The answer that is kept for a request.
    pub fn find_answer(&self, id: &str) -> Option<(AnswerBody, Value)> {
        let state = self.state.lock().unwrap();
        let (form, reply) = state.parked.get(id)?.answer.clone()?;
        Some((AnswerBody::parse_form(&form).unwrap(), reply))
    }

    /// The keys that passports were asked for, in order.
    pub fn holders(&self) -> Vec<Jkt> {
        self.state.lock().unwrap().holders.clone()
    }

    /// Every answer that arrived, byte for byte.
    pub fn arrived(&self) -> Vec<Bytes> {
        self.state.lock().unwrap().arrived.clone()
    }

    /// Forgets all requests, as after their end.
    pub fn purge(&self) {
        self.state.lock().unwrap().parked.clear();
    }

    fn problem(&self, problem: Problem) -> Response {
        let body = json!({
            "type": format!("{}/problems/{}", self.issuer, problem.word()),
            "status": problem.status(),
            "title": problem.title(),
        });
        let status = StatusCode::from_u16(problem.status()).unwrap();
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
    }

    fn caller(&self, headers: &HeaderMap, method: &str, path: &str) -> Jkt {
        let proof = headers.get("dpop").unwrap().to_str().unwrap();
        let call =
            DpopProof::parse(proof, method, &format!("{}{path}", self.issuer), self.clock.now()).unwrap();
        call.key.jkt()
    }
}

async fn keys(State(relay): State<Relay>) -> Response {
    axum::Json(relay.keys()).into_response()
}

async fn fetch(State(relay): State<Relay>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let caller = relay.caller(&headers, "GET", &format!("/r/{id}"));
    let mut state = relay.state.lock().unwrap();
    let Some(parked) = state.parked.get_mut(&id) else { return relay.problem(Problem::NotFound) };
    if *parked.wallet.get_or_insert(caller.clone()) != caller {
        return relay.problem(Problem::AlreadyTaken);
    }
    ([(header::CONTENT_TYPE, "application/oauth-authz-req+jwt")], parked.object.clone()).into_response()
}

async fn passport(State(relay): State<Relay>, headers: HeaderMap, body: Bytes) -> Response {
    let caller = relay.caller(&headers, "POST", "/v1/passports");
    let body: Value = serde_json::from_slice(&body).unwrap();
    let id = RequestId::parse(body["request"].as_str().unwrap()).unwrap();
    let found = {
        let state = relay.state.lock().unwrap();
        state.parked.get(id.as_str()).map(|parked| (parked.sector.clone(), parked.wallet.clone(), state.lie))
    };
    let Some((sector, wallet, lie)) = found else { return relay.problem(Problem::NotFound) };
    assert_eq!(wallet, Some(caller));
    let now = relay.clock.now();
    let holder =
        PassportRequest::parse(body["proof"].as_str().unwrap(), &relay.issuer, &sector, &id, now).unwrap();
    relay.state.lock().unwrap().holders.push(holder.jkt());
    let another = RootSecret::from_bytes([9; 32].into());
    let another = PairwiseKey::derive(&another, &sector, 0).unwrap();
    let issued = match lie {
        Lie::PassportBreaks => panic!("the relay breaks off, as the test wants it"),
        Lie::PassportOfAnother => Passport::issue(&relay.issuer, &relay.key, another.public(), &sector, now),
        Lie::PassportWithOtherUserRef => {
            // A passport for another sector has another pseudonym, and the wallet looks at that first.
            let elsewhere = Sector::parse("elsewhere.example").unwrap();
            Passport::issue(&relay.issuer, &relay.key, &holder, &elsewhere, now)
        }
        _ => Passport::issue(&relay.issuer, &relay.key, &holder, &sector, now),
    };
    if lie == Lie::StopsAfterPassport {
        relay.stop().await;
    }
    axum::Json(json!({ "passport": issued.unwrap() })).into_response()
}

async fn answer(
    State(relay): State<Relay>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let reply = keep(&relay, &id, &headers, body);
    let waits = relay.state.lock().unwrap().lie == Lie::KeepsWaiting;
    if waits {
        relay.waits.add_permits(1);
        relay.may_go_on.acquire().await.unwrap().forget();
        let breaks = relay.state.lock().unwrap().lie == Lie::BreaksAfterKeeping;
        assert!(!breaks, "the relay breaks off, as the test wants it");
    }
    reply
}

fn keep(relay: &Relay, id: &str, headers: &HeaderMap, body: Bytes) -> Response {
    let path = format!("/v1/response/{id}");
    let caller = relay.caller(headers, "POST", &path);
    let mut state = relay.state.lock().unwrap();
    let lie = state.lie;
    let receipt_key = state.newer_key.clone().unwrap_or_else(|| relay.key.clone());
    state.arrived.push(body.clone());
    let Some(parked) = state.parked.get_mut(id) else { return relay.problem(Problem::NotFound) };
    assert_eq!(parked.wallet.as_ref(), Some(&caller));
    match lie {
        Lie::BreaksBeforeKeeping => {
            drop(state);
            panic!("the relay breaks off, as the test wants it");
        }
        Lie::Page => return "<html>Please sign in to the hotel's network</html>".into_response(),
        Lie::Refuses(problem) => return relay.problem(problem),
        _ => {}
    }
    if let Some((kept, reply)) = &parked.answer {
        let reply = if *kept == body { Some(reply.clone()) } else { None };
        let Some(reply) = reply else { return relay.problem(Problem::AlreadyAnswered) };
        return axum::Json(reply).into_response();
    }
    let form = AnswerBody::parse_form(&body).unwrap();
    let redirect_uri = format!("{}?response_code=code-of-{}", parked.redirect_uri, &id[..4]);
    let reply = match (&form.response, &form.grant_claim) {
        (Some(response), Some(claim)) => {
            let release = if lie == Lie::ReceiptOfAnother { "another" } else { response };
            let grant_id = format!("grant-{}", &id[..4]);
            let receipt = RelayReceipt {
                iss: relay.issuer.clone(),
                iat: relay.clock.now(),
                grant_id: grant_id.clone(),
                response_uri: format!("{}{path}", relay.issuer),
                release_sha256: hash_release(release),
                claim_sha256: Some(GrantClaim::hash(claim)),
            };
            let receipt = (lie != Lie::NoReceipt).then(|| receipt.sign(&receipt_key).unwrap());
            let to = if lie == Lie::RedirectsAbroad { "https://phisher.example/back" } else { &redirect_uri };
            json!({ "redirect_uri": to, "grant_id": grant_id, "relay_receipt": receipt })
        }
        _ => json!({ "redirect_uri": redirect_uri }),
    };
    parked.answer = Some((body, reply.clone()));
    if lie == Lie::BreaksAfterKeeping {
        drop(state);
        panic!("the relay breaks off, as the test wants it");
    }
    axum::Json(reply).into_response()
}
