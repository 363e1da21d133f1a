//! A real relay on a real socket with a real SQLite file, a shop and a person of the test kit's scene.
//!
//! In `tests/postgres.rs`, which has the same tests, the store is a real PostgreSQL.
//!
//! The scene's relay is `https://relay.example`; proofs name that address, and the bytes go to a loopback port.

#![allow(dead_code, reason = "each test file uses its part of it")]

use std::sync::{Arc, Mutex};

use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::SigningKey;
use passerby_protocol::proof::{DpopProof, HttpCall, ShopProof};
use passerby_protocol::seal::SealedRelease;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Clock as _;
use passerby_relay::period::KeysFolder;
use passerby_relay::waiting::WaitingLimits;
use passerby_relay::{Identity, RelayState, serve};
use passerby_relay_api::answer::AnswerBody;
use passerby_relay_store::RelayStore;
use passerby_relay_store_postgres::{PostgresAddress, PostgresStore, fresh};
use passerby_relay_store_sqlite::SqliteStore;
use passerby_testkit::clock::{NOON, TestClock};
use passerby_testkit::rng;
use passerby_testkit::scene::{REQUEST_ID, Scene, unaltered};
use rand_chacha::ChaCha20Rng;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The transaction of the scene's request.
pub const TRANSACTION_ID: &str = "dHJhbnNhY3Rpb24tMDAwMQ";

/// An answer of the relay.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub media_type: String,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("JSON was expected: {self:?}"))
    }

    /// The word of a problem, and the word of the check that failed.
    pub fn no(&self) -> (u16, String, Option<String>) {
        assert_eq!(self.media_type, "application/problem+json", "{self:?}");
        let body = self.json();
        assert_eq!(body["status"], self.status);
        let kind = body["type"].as_str().unwrap();
        let word = kind.strip_prefix("https://relay.example/problems/").unwrap();
        (self.status, word.to_owned(), body["refusal"].as_str().map(str::to_owned))
    }

    /// Asserts a problem without the word of a check.
    #[track_caller]
    pub fn says(&self, status: u16, word: &str) {
        assert_eq!(self.no(), (status, word.to_owned(), None));
    }

    /// Asserts a problem with the word of a check.
    #[track_caller]
    pub fn refuses(&self, word: &str, refusal: &str) {
        assert_eq!(self.no(), (422, word.to_owned(), Some(refusal.to_owned())));
    }
}

/// The relay and those who call it.
pub struct Stage {
    pub scene: Scene,
    pub clock: Arc<TestClock>,
    pub store: Arc<dyn RelayStore>,
    pub state: RelayState,
    pub base: String,
    pub http: reqwest::Client,
    /// The shop's Statement, request and the person's answer: signatures are random, so each is made once.
    pub statement: String,
    pub request: String,
    pub sealed: SealedRelease,
    /// The key that the wallet made for the scene's request.
    pub wallet: SigningKey,
    rng: Mutex<ChaCha20Rng>,
    stop: Option<oneshot::Sender<()>>,
    home: Home,
}

/// Where the store is, to be opened more than once, and the keys beside it.
pub enum Home {
    File(TempDir),
    Postgres(PostgresAddress, TempDir),
}

impl Home {
    pub async fn make() -> Self {
        if env!("CARGO_CRATE_NAME") == "postgres" {
            let address = fresh::make_address().await.unwrap_or_else(|error| panic!("{error}"));
            Self::Postgres(address, tempfile::tempdir().unwrap())
        } else {
            Self::File(tempfile::tempdir().unwrap())
        }
    }

    pub fn keys(&self) -> KeysFolder {
        let (Self::File(folder) | Self::Postgres(_, folder)) = self;
        KeysFolder::at(folder.path().join("keys"))
    }

    pub async fn open(&self) -> Arc<dyn RelayStore> {
        match self {
            Self::File(folder) => Arc::new(SqliteStore::open(&folder.path().join("relay.db")).await.unwrap()),
            Self::Postgres(address, _) => Arc::new(PostgresStore::open(address).await.unwrap()),
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
    }
}

/// Serves until the sender is used.
fn start(listener: TcpListener, state: &RelayState) -> oneshot::Sender<()> {
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(serve(listener, None, state.clone(), async {
        let _ = stopped.await;
    }));
    stop
}

impl Stage {
    /// A relay that knows the scene's shop, which has brought no Statement yet.
    pub async fn empty() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, Scene::new(), false).await
    }

    /// The same for development: the issuer is where the relay listens, and the shop is on this computer.
    pub async fn development() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut scene = Scene::new();
        scene.issuer = Issuer::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        scene.sector = Sector::parse("shoes.localhost:4001").unwrap();
        Self::on(listener, scene, true).await
    }

    async fn on(listener: TcpListener, scene: Scene, development: bool) -> Self {
        let home = Home::make().await;
        let store = home.open().await;
        let root_jkt = scene.root.public().jkt();
        store.add_shop(scene.sector.as_str(), root_jkt.as_str(), NOON.seconds()).await.unwrap();
        let clock = Arc::new(TestClock::default());
        let identity = Identity::new(scene.issuer.clone(), scene.relay_key.clone(), development).unwrap();
        let state = RelayState::new(identity, store.clone(), clock.clone(), rng::seeded(1), &home.keys());
        let base = format!("http://{}", listener.local_addr().unwrap());
        let stop = Some(start(listener, &state));
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut rng = rng::seeded(2);
        let wallet = SigningKey::make(&mut rng);
        let rng = Mutex::new(rng);
        let (statement, request) = (scene.statement(unaltered), scene.request(unaltered));
        let sealed = scene.answer(1).sealed;
        Self { scene, clock, store, state, base, http, statement, request, sealed, wallet, rng, stop, home }
    }

    /// The relay ends, and another one starts on the same store.
    pub async fn restart(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        self.store.close().await;
        self.store = self.home.open().await;
        let identity = Identity::clone(&self.state.identity());
        let keys = self.home.keys();
        self.state = RelayState::new(identity, self.store.clone(), self.clock.clone(), rng::seeded(3), &keys);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.base = format!("http://{}", listener.local_addr().unwrap());
        self.stop = Some(start(listener, &self.state));
    }

    /// The same relay once more, on a socket of its own, where so many may wait.
    pub async fn serve_with(&mut self, limits: WaitingLimits) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        self.state = self.state.clone().with_waiting(limits);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.base = format!("http://{}", listener.local_addr().unwrap());
        self.stop = Some(start(listener, &self.state));
    }

    /// Another relay on the same database, if that can have several: its address, and what ends it.
    pub async fn start_another(&self) -> Option<(String, oneshot::Sender<()>)> {
        if matches!(self.home, Home::File(_)) {
            return None;
        }
        let (identity, store) = (Identity::clone(&self.state.identity()), self.home.open().await);
        let state = RelayState::new(identity, store, self.clock.clone(), rng::seeded(4), &self.home.keys());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        Some((base, start(listener, &state)))
    }

    /// Ends each connection on which a relay listens for what others tell it.
    pub async fn cut_off_listeners(&self) {
        let Home::Postgres(address, _) = &self.home else { panic!("only PostgreSQL has listeners") };
        fresh::cut_off_listeners(address).await.unwrap();
    }

    /// A relay that also has the shop's Statement.
    pub async fn ready() -> Self {
        let stage = Self::empty().await;
        let attested = stage.attest(&stage.statement).await;
        assert_eq!(attested.status, 200, "{attested:?}");
        stage
    }

    /// A relay where the scene's request is parked.
    pub async fn parked() -> Self {
        let stage = Self::ready().await;
        let parked = stage.park(&stage.request_body()).await;
        assert_eq!(parked.status, 201, "{parked:?}");
        stage
    }

    /// A relay where the wallet has fetched it.
    pub async fn fetched() -> Self {
        let stage = Self::parked().await;
        let fetched = stage.fetch(&stage.wallet).await;
        assert_eq!(fetched.status, 200, "{fetched:?}");
        stage
    }

    /// A relay where the wallet has answered, with its reply.
    pub async fn answered() -> (Self, Value) {
        let stage = Self::fetched().await;
        let answered = stage.answer(&stage.answer_form(), &stage.wallet).await;
        assert_eq!(answered.status, 200, "{answered:?}");
        (stage, answered.json())
    }

    pub fn now(&self) -> i64 {
        self.clock.now().seconds()
    }

    fn draw<T>(&self, draw: impl FnOnce(&mut ChaCha20Rng) -> T) -> T {
        draw(&mut self.rng.lock().unwrap())
    }

    pub fn make_key(&self) -> SigningKey {
        self.draw(SigningKey::make)
    }

    /// Sends exactly this.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        let media_type = response.headers().get(CONTENT_TYPE).map(|value| value.to_str().unwrap().to_owned());
        Reply {
            status: response.status().as_u16(),
            media_type: media_type.unwrap_or_default(),
            text: response.text().await.unwrap(),
        }
    }

    // The shop's side.

    pub fn shop_proof(
        &self,
        method: &str,
        path: &str,
        body: &[u8],
        key: &SigningKey,
        sector: &Sector,
    ) -> String {
        let htu = format!("{}{path}", self.scene.issuer);
        let call = HttpCall { method, htu: &htu, body };
        let now = self.clock.now();
        self.draw(|rng| ShopProof::make(sector, &self.scene.issuer, call, key, now, rng)).unwrap()
    }

    pub async fn shop_post_by(&self, path: &str, body: &Value, key: &SigningKey, sector: &Sector) -> Reply {
        let body = serde_json::to_vec(body).unwrap();
        let proof = self.shop_proof("POST", path, &body, key, sector);
        let request = self.http.post(format!("{}{path}", self.base));
        self.send(request.bearer_auth(proof).header(CONTENT_TYPE, "application/json").body(body)).await
    }

    pub async fn shop_post(&self, path: &str, body: &Value) -> Reply {
        self.shop_post_by(path, body, &self.scene.request_key, &self.scene.sector).await
    }

    pub async fn attest(&self, statement: &str) -> Reply {
        self.shop_post("/v1/attestations", &json!({ "statement": statement })).await
    }

    pub fn request_body(&self) -> Value {
        json!({
            "id": REQUEST_ID,
            "transaction_id": TRANSACTION_ID,
            "request": self.request,
            "redirect_uri": format!("{}/back?order=7", self.scene.sector.origin()),
        })
    }

    pub async fn park(&self, body: &Value) -> Reply {
        self.shop_post("/v1/requests", body).await
    }

    pub async fn transaction_state(&self) -> String {
        let path = format!("/v1/transactions/{TRANSACTION_ID}");
        let proof = self.shop_proof("GET", &path, b"", &self.scene.request_key, &self.scene.sector);
        let reply = self.send(self.http.get(format!("{}{path}", self.base)).bearer_auth(proof)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["state"].as_str().unwrap().to_owned()
    }

    pub async fn collect(&self, code: &str) -> Reply {
        let path = format!("/v1/transactions/{TRANSACTION_ID}/collect");
        self.shop_post(&path, &json!({ "response_code": code })).await
    }

    pub async fn open(&self, grant_id: &str, reason: &str) -> Reply {
        self.shop_post(&format!("/v1/grants/{grant_id}/openings"), &json!({ "reason": reason })).await
    }

    // The wallet's side.

    pub fn dpop(&self, method: &str, path: &str, key: &SigningKey) -> String {
        let now = self.clock.now();
        let htu = format!("{}{path}", self.scene.issuer);
        self.draw(|rng| DpopProof::make(method, &htu, key, now, rng)).unwrap()
    }

    pub async fn wallet_get(&self, path: &str, key: &SigningKey) -> Reply {
        let request = self.http.get(format!("{}{path}", self.base));
        self.send(request.header("dpop", self.dpop("GET", path, key))).await
    }

    pub async fn fetch(&self, key: &SigningKey) -> Reply {
        self.wallet_get(&format!("/r/{REQUEST_ID}"), key).await
    }

    /// The scene's answer, as it is sent.
    pub fn answer_form(&self) -> String {
        self.answer_form_with(|_| {})
    }

    /// The same, altered.
    pub fn answer_form_with(&self, alter: impl FnOnce(&mut AnswerBody)) -> String {
        let sealed = self.sealed.clone();
        let mut body = AnswerBody {
            response: Some(sealed.jwe),
            grant_claim: Some(sealed.grant_claim),
            consent_receipt: Some(sealed.consent_receipt),
            error: None,
        };
        alter(&mut body);
        body.to_form()
    }

    pub fn answer_request(&self, form: &str) -> reqwest::RequestBuilder {
        self.http
            .post(format!("{}/v1/response/{REQUEST_ID}", self.base))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.to_owned())
    }

    pub async fn answer(&self, form: &str, key: &SigningKey) -> Reply {
        let path = format!("/v1/response/{REQUEST_ID}");
        self.send(self.answer_request(form).header("dpop", self.dpop("POST", &path, key))).await
    }
}

/// The response code in a reply's address.
pub fn code_of(reply: &Value) -> String {
    let address = reply["redirect_uri"].as_str().unwrap();
    let address = url::Url::parse(address).unwrap();
    let code = address.query_pairs().find(|(name, _)| name == "response_code").unwrap();
    code.1.into_owned()
}
