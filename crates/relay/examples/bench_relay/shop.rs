//! The shop: known to the relay, with its Statement, and the way it calls.

use anyhow::{Result, ensure};
use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::{RelayKeys, SigningKey};
use passerby_protocol::proof::{HttpCall, ShopProof};
use passerby_protocol::sector::Sector;
use passerby_protocol::time::{Clock as _, Timestamp};
use passerby_relay::clock::SystemClock;
use passerby_relay_api::attestation::AttestationBody;
use passerby_relay_api::paths;
use passerby_testkit::scene::Scene;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Body, Client, Method, Request, Url};
use serde_json::{Value, json};

use crate::purchase::Purchase;

/// The shop that the relay of the bench knows.
const SECTOR: &str = "shoes.localhost:4001";

pub struct Shop {
    pub scene: Scene,
    pub base: String,
    pub relay_keys: RelayKeys,
    pub statement: String,
    pub attestation: String,
}

/// Now, by this computer's clock.
pub fn now() -> Timestamp {
    SystemClock.now()
}

impl Shop {
    /// Brings a fresh Statement to the relay. Each later one counts as newer, because it is numbered by the clock.
    pub async fn enter(base: &str) -> Result<Self> {
        let mut scene = Scene::new();
        scene.issuer = Issuer::parse(base)?;
        scene.sector = Sector::parse(SECTOR)?;
        let seconds = now().seconds();
        let statement = scene.statement(|payload| {
            payload["seq"] = json!(seconds);
            payload["prev"] = payload["next_root_jkt_hash"].clone();
            payload["iat"] = json!(seconds - 60);
            payload["exp"] = json!(seconds + 90 * 86_400);
        });
        let http = Client::builder().no_proxy().build()?;
        let keys = http.get(format!("{base}{}", paths::ISSUER_KEYS)).send().await?.bytes().await?;
        let relay_keys = RelayKeys::parse(&keys, &scene.issuer)?;
        let mut shop =
            Self { scene, base: base.to_owned(), relay_keys, statement, attestation: String::new() };
        let call = shop.call(paths::ATTESTATIONS, &json!({ "statement": shop.statement }))?;
        let reply = http.execute(call).await?;
        let status = reply.status();
        let body = reply.bytes().await?;
        ensure!(status.is_success(), "the relay does not attest: {}", String::from_utf8_lossy(&body));
        let body: AttestationBody = serde_json::from_slice(&body)?;
        shop.attestation = body.attestation;
        Ok(shop)
    }

    pub fn make_purchases(&self, count: usize) -> Result<Vec<Purchase>> {
        (0..count).map(|_| Purchase::make(self)).collect()
    }

    /// A proven call.
    pub fn call(&self, path: &str, body: &Value) -> Result<Request> {
        let (address, bytes) = (format!("{}{path}", self.base), serde_json::to_vec(body)?);
        let call = HttpCall { method: "POST", htu: &address, body: &bytes };
        let Scene { sector, issuer, request_key, .. } = &self.scene;
        let proof = ShopProof::make(sector, issuer, call, request_key, now(), &mut rand::rng())?;
        let mut request = post(&address, "application/json", bytes.into())?;
        request.headers_mut().insert("authorization", HeaderValue::from_str(&format!("Bearer {proof}"))?);
        Ok(request)
    }

    /// The same bytes as an answer, to the one that sends them back.
    pub fn call_echo(&self, base: &str, form: String) -> Result<Request> {
        let mut request = post(&format!("{base}/echo"), FORM, form.into())?;
        let proof = self.make_wallet_proof(&SigningKey::make(&mut rand::rng()), "POST", "/echo")?;
        request.headers_mut().insert("dpop", proof);
        Ok(request)
    }

    /// A wallet's proof for one call.
    pub fn make_wallet_proof(&self, key: &SigningKey, method: &str, path: &str) -> Result<HeaderValue> {
        let address = format!("{}{path}", self.base);
        let proof =
            passerby_protocol::proof::DpopProof::make(method, &address, key, now(), &mut rand::rng())?;
        Ok(HeaderValue::from_str(&proof)?)
    }
}

pub const FORM: &str = "application/x-www-form-urlencoded";

/// A call with a body, not sent yet.
pub fn post(address: &str, media_type: &'static str, body: Body) -> Result<Request> {
    let mut request = Request::new(Method::POST, Url::parse(address)?);
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    *request.body_mut() = Some(body);
    Ok(request)
}
