//! What the scene's shop says to the relay.

use passerby_protocol::keys::SigningKey;
use passerby_protocol::proof::{HttpCall, ShopProof};
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Clock as _;
use passerby_testkit::scene::REQUEST_ID;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::{Reply, Stage};

/// The transaction of the scene's request.
pub const TRANSACTION_ID: &str = "dHJhbnNhY3Rpb24tMDAwMQ";

impl Stage {
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
}
