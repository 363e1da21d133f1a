//! The wallet against the real relay, in process, on a real SQLite file.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

mod world;

use std::sync::Arc;

use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::{RelayKeys, SigningKey};
use passerby_protocol::proof::{HttpCall, ShopProof};
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Clock as _;
use passerby_relay::period::KeysFolder;
use passerby_relay::{Identity, RelayState, serve};
use passerby_relay_store::{ShopStore as _, SweepStore as _};
use passerby_relay_store_sqlite::SqliteStore;
use passerby_testkit::clock::{NOON, TestClock};
use passerby_testkit::rng::seeded;
use passerby_wallet::{
    Answer, BroughtBack, CopiesLeft, GrantState, Refusal, Sent, Stretching, Trouble as _, Wallet, What,
};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use world::{Ask, MadeRequest, Shop, claim, new_wallet, yes};

struct Town {
    shop: Shop,
    issuer: Issuer,
    relay_key: SigningKey,
    clock: Arc<TestClock>,
    folder: TempDir,
    rng: ChaCha20Rng,
    server: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Town {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = Issuer::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let mut rng = seeded(11);
        let shop = Shop::start(NOON, &mut rng).await;
        let relay_key = SigningKey::make(&mut rng);
        let (clock, folder) = (Arc::new(TestClock::default()), tempfile::tempdir().unwrap());
        let store = SqliteStore::open(&folder.path().join("relay.db")).await.unwrap();
        let root = shop.root.public().jkt();
        store.add_shop(shop.sector.as_str(), root.as_str(), NOON.seconds()).await.unwrap();
        store.close().await;
        let mut town = Self { shop, issuer, relay_key, clock, folder, rng, server: None };
        town.start(listener).await;
        town
    }

    async fn start(&mut self, listener: TcpListener) {
        let store = SqliteStore::open(&self.folder.path().join("relay.db")).await.unwrap();
        let identity = Identity::new(self.issuer.clone(), self.relay_key.clone(), true).unwrap();
        let keys = KeysFolder::at(self.folder.path().join("keys"));
        let state = RelayState::new(identity, Arc::new(store.clone()), self.clock.clone(), seeded(12), &keys);
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            serve(listener, None, state, async { drop(stopped.await) }).await.unwrap();
            store.close().await;
        });
        self.server = Some((stop, server));
    }

    async fn stop(&mut self) {
        let (stop, server) = self.server.take().unwrap();
        stop.send(()).unwrap();
        server.await.unwrap();
    }

    async fn start_again(&mut self) {
        let address = self.issuer.as_str().strip_prefix("http://").unwrap();
        let listener = TcpListener::bind(address).await.unwrap();
        self.start(listener).await;
    }

    /// The shop calls the relay.
    async fn call(&mut self, path: &str, body: &Value) -> Value {
        let body = serde_json::to_vec(body).unwrap();
        let htu = format!("{}{path}", self.issuer);
        let call = HttpCall { method: "POST", htu: &htu, body: &body };
        let (sector, key, now) = (&self.shop.sector, &self.shop.request_key, self.clock.now());
        let proof = ShopProof::make(sector, &self.issuer, call, key, now, &mut self.rng).unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request =
            client.post(&htu).bearer_auth(proof).header("content-type", "application/json").body(body);
        let reply = request.send().await.unwrap();
        assert!(reply.status().is_success(), "{}", reply.text().await.unwrap());
        serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap()
    }

    async fn ask(&mut self, ask: &Ask) -> MadeRequest {
        let statement = self.shop.published();
        let attested = self.call("/v1/attestations", &json!({ "statement": statement })).await;
        let attestation = attested["attestation"].as_str().unwrap();
        let now = self.clock.now();
        let made = self.shop.make_request(&self.issuer, attestation, ask, now, &mut self.rng);
        let body = json!({
            "id": made.id, "transaction_id": made.id, "request": made.object, "redirect_uri": self.shop.back(),
        });
        self.call("/v1/requests", &body).await;
        made
    }

    async fn wallet(&mut self) -> Wallet {
        new_wallet(self.folder.path(), self.clock.clone(), &mut self.rng).await
    }
}

fn parameter(url: &url::Url, name: &str) -> String {
    url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_link_to_the_packing_table() {
    let mut town = Town::new().await;
    let wallet = town.wallet().await;
    let made = town.ask(&Ask::default()).await;
    let view = wallet.open_request(&made.link, &mut town.rng).await.unwrap();
    let delivered = wallet.approve(&view, &yes(&["email"]), &mut town.rng).await.unwrap();

    let code = parameter(&delivered.return_to, "response_code");
    let path = format!("/v1/transactions/{}/collect", made.id.as_str());
    let outcome = town.call(&path, &json!({ "response_code": code })).await;
    assert_eq!((&outcome["outcome"], &outcome["grant_id"]), (&json!("granted"), &json!(delivered.grant_id)));
    let keys = RelayKeys::new(town.issuer.clone(), [town.relay_key.public()]);
    let passerby_claim = parameter(&delivered.return_to, "passerby_claim");
    let grant_claim = outcome["grant_claim"].as_str().unwrap();
    let order = town.shop.accept(&made.id, &delivered.grant_id, grant_claim, &passerby_claim, &keys, NOON);
    let shops = wallet.shops().await.unwrap();
    assert_eq!(
        shops[0].grants[0].user_ref,
        order.find_user_ref().unwrap(),
        "the person knows their name at the shop"
    );

    let path = format!("/v1/grants/{}/openings", delivered.grant_id);
    let released = town.call(&path, &json!({ "reason": "packing order 7" })).await;
    let opened = town.shop.reveal(&order, released["release"].as_str().unwrap());
    assert_eq!(opened.len(), 4);
    assert_eq!(opened[&claim("email")], "ada@home.example");

    let elsewhere = Sector::parse("elsewhere.example").unwrap();
    let (new, _) = wallet.refresh_openings(Some(&elsewhere), &mut town.rng).await.unwrap();
    assert_eq!(new, 0, "only the shop that was named is asked about");
    let (new, troubles) = wallet.refresh_openings(None, &mut town.rng).await.unwrap();
    assert_eq!((new, troubles.len()), (1, 0), "the person can see that it was opened");
    assert_eq!(wallet.refresh_openings(None, &mut town.rng).await.unwrap().0, 0, "each opening once");
    let log = wallet.activity().await.unwrap();
    assert_eq!(log.last().unwrap().what, What::Opened { reason: "packing order 7".to_owned() });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_learns_who_opened_it_and_leaves_no_copy() {
    let mut town = Town::new().await;
    let wallet = town.wallet().await;
    let made = town.ask(&Ask::default()).await;
    let view = wallet.open_request(&made.link, &mut town.rng).await.unwrap();
    let answer = Answer { as_stranger: true, ..yes(&[]) };
    let delivered = wallet.approve(&view, &answer, &mut town.rng).await.unwrap();
    let code = parameter(&delivered.return_to, "response_code");
    let path = format!("/v1/transactions/{}/collect", made.id.as_str());
    town.call(&path, &json!({ "response_code": code })).await;
    let path = format!("/v1/grants/{}/openings", delivered.grant_id);
    town.call(&path, &json!({ "reason": "packing order 8" })).await;
    let (new, troubles) = wallet.refresh_openings(None, &mut town.rng).await.unwrap();
    assert_eq!((new, troubles.len()), (1, 0), "asked for with the stranger's own key");
    assert_eq!(wallet.leave_self_copies(None, &mut town.rng).await.unwrap(), CopiesLeft::default());

    // Beside it the regular one leaves its copy as ever, with nothing of the stranger's in it.
    let made = town.ask(&Ask::default()).await;
    let view = wallet.open_request(&made.link, &mut town.rng).await.unwrap();
    wallet.approve(&view, &yes(&[]), &mut town.rng).await.unwrap();
    assert_eq!(wallet.leave_self_copies(None, &mut town.rng).await.unwrap().left, 1);
    let words = wallet.show_words(&world::passphrase(), &mut town.rng).await.unwrap().words;
    let path = town.folder.path().join("restored.db");
    let (floor, clock) = (Stretching::FLOOR, town.clock.clone());
    let restored =
        Wallet::restore_from_words(&path, &words, &world::passphrase(), floor, clock, &mut town.rng).await;
    let restored = restored.unwrap();
    let made = town.ask(&Ask::default()).await;
    let view = restored.open_request(&made.link, &mut town.rng).await.unwrap();
    assert_eq!(view.brought_back, Some(BroughtBack::Copy { grants: 1 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_bytes_get_the_same_answer_after_a_restart() {
    let mut town = Town::new().await;
    let wallet = town.wallet().await;
    let made = town.ask(&Ask::default()).await;
    let view = wallet.open_request(&made.link, &mut town.rng).await.unwrap();
    let scenario = fail::FailScenario::setup();
    fail::cfg("deliver-sent", "panic").unwrap();
    let mut rng = town.rng.clone();
    let killed = tokio::spawn(async move { wallet.approve(&view, &yes(&[]), &mut rng).await.map(drop) });
    assert!(killed.await.unwrap_err().is_panic(), "the program ended while the answer was under way");
    scenario.teardown();

    town.stop().await;
    let vault = town.folder.path().join("vault.db");
    let wallet = Wallet::open(&vault, &world::passphrase(), town.clock.clone()).await.unwrap();
    let mut rng = seeded(13);
    let down = wallet.retry(&mut rng).await.unwrap().remove(0).result.unwrap_err();
    assert_eq!((down.code(), down.sent()), ("relay-down", Sent::Maybe));
    town.start_again().await;
    let delivered = wallet.retry(&mut rng).await.unwrap().remove(0).result.unwrap();
    assert_eq!(wallet.shops().await.unwrap()[0].grants[0].state, GrantState::Sent);
    let code = parameter(&delivered.return_to, "response_code");
    let path = format!("/v1/transactions/{}/collect", made.id.as_str());
    let outcome = town.call(&path, &json!({ "response_code": code })).await;
    assert_eq!(outcome["grant_id"], json!(delivered.grant_id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_reaches_the_shop_as_one() {
    let mut town = Town::new().await;
    let wallet = town.wallet().await;
    let made = town.ask(&Ask::default()).await;
    wallet.open_request(&made.link, &mut town.rng).await.unwrap();
    let declined = wallet.decline(None, Refusal::ThisTime, &mut town.rng).await.unwrap();
    let code = parameter(&declined.return_to.unwrap(), "response_code");
    let path = format!("/v1/transactions/{}/collect", made.id.as_str());
    let outcome = town.call(&path, &json!({ "response_code": code })).await;
    assert_eq!(outcome, json!({ "outcome": "declined" }));
    let other = new_wallet(&town.folder.path().join("other"), town.clock.clone(), &mut town.rng).await;
    let taken = other.open_request(&made.link, &mut town.rng).await.unwrap_err();
    assert_eq!(taken.code(), "already-taken");
}
