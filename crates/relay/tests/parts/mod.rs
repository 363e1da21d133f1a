//! A real relay on a real socket with a real SQLite file, a shop and a person of the test kit's scene.
//!
//! In `tests/postgres.rs`, which has the same tests, the store is a real PostgreSQL.
//!
//! The scene's relay is `https://relay.example`; proofs name that address, and the bytes go to a loopback port.

#![allow(dead_code, unused_imports, reason = "each test file uses its part of it")]

mod home;
mod reply;
mod shop;
mod wallet;

use std::sync::{Arc, Mutex};

use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::SigningKey;
use passerby_protocol::seal::SealedRelease;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Clock as _;
use passerby_relay::{Identity, RelayState, serve};
use passerby_relay_store::RelayStore;
use passerby_relay_store_postgres::fresh;
use passerby_testkit::clock::{NOON, TestClock};
use passerby_testkit::rng;
use passerby_testkit::scene::{Scene, unaltered};
use rand_chacha::ChaCha20Rng;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use home::Home;
pub use reply::{Reply, code_of};
pub use shop::TRANSACTION_ID;

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

    /// The same relay once more, on a socket of its own, with something altered.
    pub async fn serve_with(&mut self, alter: impl FnOnce(RelayState) -> RelayState) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        self.state = alter(self.state.clone());
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
}
