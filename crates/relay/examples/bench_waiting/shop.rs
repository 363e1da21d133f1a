//! The shop and the wallets of its customers.

use anyhow::{Context as _, Result, ensure};
use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::SigningKey;
use passerby_protocol::proof::{DpopProof, HttpCall, ShopProof};
use passerby_protocol::random_id::{Nonce, RequestId, TransactionId};
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Clock as _;
use passerby_relay::clock::SystemClock;
use passerby_relay_api::paths;
use passerby_testkit::forge;
use passerby_testkit::scene::Scene;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

const SECTOR: &str = "shoes.localhost:4001";

pub struct Shop {
    scene: Scene,
    base: String,
    http: reqwest::Client,
    statement: String,
    attestation: String,
}

pub struct Purchase {
    id: RequestId,
    transaction: TransactionId,
}

impl Shop {
    /// Brings a fresh Statement. Each later one counts as newer, because it is numbered by the clock.
    pub async fn enter(base: &str) -> Result<Self> {
        let mut scene = Scene::new();
        scene.issuer = Issuer::parse(base)?;
        scene.sector = Sector::parse(SECTOR)?;
        let seconds = SystemClock.now().seconds();
        let statement = scene.statement(|payload| {
            payload["seq"] = json!(seconds);
            payload["prev"] = payload["next_root_jkt_hash"].clone();
            payload["iat"] = json!(seconds - 60);
            payload["exp"] = json!(seconds + 90 * 86_400);
        });
        let http = reqwest::Client::builder().no_proxy().build()?;
        let mut shop = Self { scene, base: base.to_owned(), http, statement, attestation: String::new() };
        let attested = shop.post(paths::ATTESTATIONS, &json!({ "statement": shop.statement })).await?;
        let attestation = attested["attestation"].as_str().context("an attestation")?;
        attestation.clone_into(&mut shop.attestation);
        Ok(shop)
    }

    /// A request for each.
    pub async fn park(&self, count: usize) -> Result<Vec<Purchase>> {
        let mut purchases = Vec::with_capacity(count);
        for _ in 0..count {
            let mut rng = rand::rng();
            let purchase =
                Purchase { id: RequestId::make(&mut rng), transaction: TransactionId::make(&mut rng) };
            let seconds = SystemClock.now().seconds();
            let key = &self.scene.request_key;
            let header = json!({ "alg": "ES256", "typ": "oauth-authz-req+jwt", "kid": key.public().jkt(), "jwt": self.attestation });
            let mut payload = self.scene.request_payload();
            let prefix = self.scene.issuer.response_prefix();
            payload["response_uri"] = json!(format!("{prefix}{}", purchase.id.as_str()));
            payload["nonce"] = json!(Nonce::make(&mut rng).as_str());
            payload["iat"] = json!(seconds);
            payload["exp"] = json!(seconds + 300);
            payload["response_by"] = json!(seconds + 1_700);
            payload["verifier_info"][0]["data"] = json!(self.statement);
            let body = json!({
                "id": purchase.id.as_str(),
                "transaction_id": purchase.transaction.as_str(),
                "request": forge::jws(&header, &payload, key),
                "redirect_uri": format!("{}/back", self.scene.sector.origin()),
            });
            self.post(paths::REQUESTS, &body).await?;
            purchases.push(purchase);
        }
        Ok(purchases)
    }

    /// The call by which the shop waits, byte for byte.
    pub fn wait_for(&self, purchase: &Purchase) -> Result<String> {
        let path = paths::fill(paths::EVENTS, purchase.transaction.as_str());
        let proof = self.make_proof("GET", &path, b"")?;
        Ok(format!(
            "GET {path} HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer {proof}\r\naccept: text/event-stream\r\n\r\n"
        ))
    }

    /// A wallet of its own fetches the request.
    pub async fn fetch(&self, purchase: &Purchase) -> Result<()> {
        let address = format!("{}{}", self.base, paths::fill(paths::REQUEST, purchase.id.as_str()));
        let mut rng = rand::rng();
        let proof =
            DpopProof::make("GET", &address, &SigningKey::make(&mut rng), SystemClock.now(), &mut rng)?;
        let reply = self.http.get(address).header("dpop", proof).send().await?;
        ensure!(reply.status().is_success(), "a request is not handed out: {}", reply.text().await?);
        Ok(())
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let bytes = serde_json::to_vec(body)?;
        let proof = self.make_proof("POST", path, &bytes)?;
        let call = self.http.post(format!("{}{path}", self.base)).bearer_auth(proof);
        let reply = call.header(CONTENT_TYPE, "application/json").body(bytes).send().await?;
        let status = reply.status();
        let said: Value = reply.json().await?;
        ensure!(status.is_success(), "the relay refuses: {said}");
        Ok(said)
    }

    fn make_proof(&self, method: &str, path: &str, body: &[u8]) -> Result<String> {
        let htu = format!("{}{path}", self.base);
        let call = HttpCall { method, htu: &htu, body };
        let Scene { sector, issuer, request_key, .. } = &self.scene;
        Ok(ShopProof::make(sector, issuer, call, request_key, SystemClock.now(), &mut rand::rng())?)
    }
}
