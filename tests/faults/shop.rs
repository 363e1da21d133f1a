//! A shop: its keys, its own host, its calls to the relay. It keeps its clock right.

use std::sync::{Arc, Mutex};

use axum::Router;
use passerby_protocol::claim::ClaimName;
use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::{ReleaseKey, ReleaseSuite, SigningKey};
use passerby_protocol::passport::Question;
use passerby_protocol::proof::{HttpCall, ShopProof};
use passerby_protocol::random_id::{Nonce, RequestId, State, TransactionId};
use passerby_protocol::request::{
    Asked, OptionalClaim, RequestLink, RequestObject, RequestUri, Terms, TermsText,
};
use passerby_protocol::seal::Context;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::{Clock as _, DAY};
use passerby_protocol::verify::Statement;
use passerby_wallet::SystemClock;
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What a shop remembers of a question it asked.
#[derive(Debug)]
pub struct Asking {
    pub link: String,
    pub transaction_id: TransactionId,
    pub question: Question,
    /// What is parked, the same each time it is tried.
    pub body: Value,
}

/// What a relay answered.
#[derive(Debug)]
pub enum Said {
    Yes(Value),
    /// With the word of the problem.
    No(String),
    /// Nothing, or nothing of a relay.
    Broke,
}

pub struct Shop {
    pub number: usize,
    pub sector: Sector,
    pub root: SigningKey,
    pub release_key: ReleaseKey,
    statement: String,
    request_key: SigningKey,
    issuer: Issuer,
    http: reqwest::Client,
    attestation: Mutex<String>,
}

pub const REQUIRED: [&str; 4] = ["name", "address.street_address", "address.postal_code", "address.locality"];
pub const OPTIONAL: &str = "phone_number";

pub fn claim(name: &str) -> ClaimName {
    ClaimName::parse(name).unwrap()
}

impl Shop {
    /// Makes keys, signs a Statement, and serves it at the shop's own host.
    pub async fn open(number: usize, issuer: Issuer, rng: &mut ChaCha20Rng) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let sector = Sector::parse(&format!("shop{number}.localhost:{port}")).unwrap();
        let (root, request_key) = (SigningKey::make(rng), SigningKey::make(rng));
        let release_key = ReleaseKey::make(ReleaseSuite::Hpke9, rng);
        let now = SystemClock.now();
        let statement = Statement {
            iss: sector.clone(),
            seq: 1,
            iat: now,
            exp: now + 180 * DAY,
            prev: None,
            name: format!("Shop {number}"),
            request_jkts: vec![request_key.public().jkt()],
            release_keys: vec![json!(release_key.public())],
            revoked_jkts: Vec::new(),
            allowed_claims: REQUIRED.iter().copied().chain([OPTIONAL]).map(claim).collect(),
            retention_max: 60,
            policy_uri: format!("{}/privacy", sector.origin()),
            return_origins: Vec::new(),
            desk_origins: Vec::new(),
            deletion_contact: None,
            authority_contact: None,
            next_root_jkt_hash: None,
        };
        let statement = statement.sign(&root).unwrap();
        let published = statement.clone();
        let host = Router::new().fallback(async move || published.clone());
        tokio::spawn(async move { axum::serve(listener, host).await });
        // A call that takes longer than a person waits is given up and tried again.
        let http = reqwest::Client::builder().no_proxy().timeout(std::time::Duration::from_secs(30));
        let http = http.build().unwrap();
        let attestation = Mutex::default();
        Self { number, sector, root, release_key, statement, request_key, issuer, http, attestation }
    }

    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Asks the relay for its word.
    pub async fn attest(&self, rng: &mut ChaCha20Rng) -> Said {
        let said = self.call("/v1/attestations", &json!({ "statement": self.statement }), rng).await;
        if let Said::Yes(attested) = &said {
            attested["attestation"].as_str().unwrap().clone_into(&mut self.attestation.lock().unwrap());
        }
        said
    }

    /// Makes a question of a transaction, signed and not yet parked.
    pub fn make_asking(&self, transaction_id: TransactionId, rng: &mut ChaCha20Rng) -> Arc<Asking> {
        let id = RequestId::make(rng);
        let asked = Asked {
            required: REQUIRED.map(claim).to_vec(),
            optional: vec![OptionalClaim { query: OPTIONAL.to_owned(), claim: claim(OPTIONAL) }],
            graded: Vec::new(),
        };
        let terms = Terms {
            purpose: "To deliver your order".to_owned(),
            retention: 30,
            standing: false,
            recipients: vec!["the parcel carrier".to_owned()],
        };
        let terms = TermsText::write(&terms).unwrap();
        let context = Context {
            client_id: self.sector.client_id(),
            nonce: Nonce::make(rng).as_str().to_owned(),
            response_uri: format!("{}{}", self.issuer.response_prefix(), id.as_str()),
        };
        let now = SystemClock.now();
        let object = RequestObject {
            client_id: context.client_id.clone(),
            aud: "https://self-issued.me/v2".to_owned(),
            response_type: "vp_token".to_owned(),
            response_mode: "direct_post.jwt".to_owned(),
            response_uri: context.response_uri.clone(),
            nonce: context.nonce.clone(),
            state: State::make(rng).as_str().to_owned(),
            iat: now,
            exp: now + 300,
            response_by: now + 1_800,
            flow: "same_device".to_owned(),
            dcql_query: asked.to_query(&self.issuer),
            client_metadata: None,
            verifier_info: RequestObject::verifier_info(&self.statement, &terms),
        };
        let attestation = self.attestation.lock().unwrap().clone();
        let body = json!({
            "id": id,
            "transaction_id": transaction_id,
            "request": object.sign(&self.request_key, &attestation).unwrap(),
            "redirect_uri": format!("{}/return", self.sector.origin()),
        });
        let question = Question {
            context,
            terms_hash: terms.hash(),
            required: asked.required,
            optional: asked.optional.into_iter().map(|optional| optional.claim).collect(),
            graded: Vec::new(),
        };
        let link = RequestLink::new(self.sector.clone(), RequestUri::new(self.issuer.clone(), id));
        Arc::new(Asking { link: link.to_text("passerby"), transaction_id, question, body })
    }

    /// A call with a fresh shop proof.
    pub async fn call(&self, path: &str, body: &Value, rng: &mut ChaCha20Rng) -> Said {
        let body = serde_json::to_vec(body).unwrap();
        let htu = format!("{}{path}", self.issuer);
        let call = HttpCall { method: "POST", htu: &htu, body: &body };
        let now = SystemClock.now();
        let proof = ShopProof::make(&self.sector, &self.issuer, call, &self.request_key, now, rng).unwrap();
        let request =
            self.http.post(&htu).bearer_auth(proof).header("content-type", "application/json").body(body);
        let Ok(answer) = request.send().await else { return Said::Broke };
        let status = answer.status();
        let Ok(answer) = answer.json::<Value>().await else { return Said::Broke };
        if status.is_success() {
            return Said::Yes(answer);
        }
        let problem = answer["type"].as_str().unwrap_or_default();
        Said::No(problem.rsplit('/').next().unwrap_or_default().to_owned())
    }
}
