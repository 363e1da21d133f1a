//! The shop: its keys, its own host, its calls to the relay, its packing table.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use passerby_protocol::claim::ClaimName;
use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::{RelayKeys, ReleaseKey, ReleaseSuite, SigningKey};
use passerby_protocol::passport::{GrantClaimRefusal, Order, Question};
use passerby_protocol::proof::{HttpCall, ShopProof};
use passerby_protocol::random_id::{Nonce, RequestId, State, TransactionId};
use passerby_protocol::request::{
    Asked, OptionalClaim, RequestLink, RequestObject, RequestUri, Terms, TermsText,
};
use passerby_protocol::reveal::{self, RevealRefusal};
use passerby_protocol::seal::Context;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::{Clock as _, DAY};
use passerby_protocol::verify::Statement;
use passerby_testkit::clock::TestClock;
use rand_chacha::ChaCha20Rng;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use super::claim;

/// What the shop remembers of a question it asked.
pub struct Asking {
    pub link: String,
    pub transaction_id: TransactionId,
    pub question: Question,
}

pub struct Shop {
    pub sector: Sector,
    pub root: SigningKey,
    pub statement: Arc<Mutex<String>>,
    request_key: SigningKey,
    pub release_key: ReleaseKey,
    issuer: Issuer,
    clock: Arc<TestClock>,
    http: reqwest::Client,
    attestation: String,
}

impl Shop {
    /// Makes keys, signs the first Statement, and serves it at the shop's own host.
    pub fn open(listener: TcpListener, issuer: Issuer, clock: Arc<TestClock>, rng: &mut ChaCha20Rng) -> Self {
        let sector = format!("shoes.localhost:{}", listener.local_addr().unwrap().port());
        let sector = Sector::parse(&sector).unwrap();
        let (root, request_key, release_key) =
            (SigningKey::make(rng), SigningKey::make(rng), ReleaseKey::make(ReleaseSuite::Hpke9, rng));
        let now = clock.now();
        let allowed = [
            "name",
            "email",
            "phone_number",
            "address.street_address",
            "address.postal_code",
            "address.locality",
        ];
        let statement = Statement {
            iss: sector.clone(),
            seq: 1,
            iat: now,
            exp: now + 180 * DAY,
            prev: None,
            name: "Kovac Shoes".to_owned(),
            request_jkts: vec![request_key.public().jkt()],
            release_keys: vec![json!(release_key.public())],
            revoked_jkts: Vec::new(),
            allowed_claims: allowed.map(claim).to_vec(),
            retention_max: 60,
            policy_uri: format!("{}/privacy", sector.origin()),
            return_origins: Vec::new(),
            desk_origins: Vec::new(),
            deletion_contact: None,
            authority_contact: None,
            next_root_jkt_hash: None,
        };
        let statement = Arc::new(Mutex::new(statement.sign(&root).unwrap()));
        let published = statement.clone();
        let router = Router::new().route(
            "/.well-known/passerby-statement.jwt",
            get(move || async move { published.lock().unwrap().clone() }),
        );
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            sector,
            root,
            statement,
            request_key,
            release_key,
            issuer,
            clock,
            http,
            attestation: String::new(),
        }
    }

    /// Asks the relay for its word.
    pub async fn attest(&mut self, rng: &mut ChaCha20Rng) {
        let statement = self.statement.lock().unwrap().clone();
        let attested = self.post("/v1/attestations", &json!({ "statement": statement }), rng).await;
        attested["attestation"].as_str().unwrap().clone_into(&mut self.attestation);
    }

    /// Signs a request and parks it.
    pub async fn ask(&self, rng: &mut ChaCha20Rng) -> Asking {
        let (id, transaction_id) = (RequestId::make(rng), TransactionId::make(rng));
        let optional = |name: &str| OptionalClaim { query: name.to_owned(), claim: claim(name) };
        let asked = Asked {
            required: ["name", "address.street_address", "address.postal_code", "address.locality"]
                .map(claim)
                .to_vec(),
            optional: ["email", "phone_number", "birthdate"].map(optional).to_vec(),
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
        let now = self.clock.now();
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
            verifier_info: RequestObject::verifier_info(&self.statement.lock().unwrap(), &terms),
        };
        let body = json!({
            "id": id,
            "transaction_id": transaction_id,
            "request": object.sign(&self.request_key, &self.attestation).unwrap(),
            "redirect_uri": format!("{}/return", self.sector.origin()),
        });
        self.post("/v1/requests", &body, rng).await;
        let question = Question {
            context,
            terms_hash: terms.hash(),
            required: asked.required,
            optional: asked.optional.into_iter().map(|optional| optional.claim).collect(),
            graded: asked.graded.into_iter().map(|graded| graded.ways).collect(),
        };
        let link = RequestLink::new(self.sector.clone(), RequestUri::new(self.issuer.clone(), id))
            .to_text("passerby");
        Asking { link, transaction_id, question }
    }

    /// The browser is back: collects, and checks what the wallet signed.
    pub async fn collect(
        &self,
        asking: &Asking,
        back: &Url,
        keys: &RelayKeys,
        rng: &mut ChaCha20Rng,
    ) -> Result<Order, GrantClaimRefusal> {
        let query: BTreeMap<_, _> = back.query_pairs().into_owned().collect();
        let path = format!("/v1/transactions/{}/collect", asking.transaction_id.as_str());
        let body = json!({ "response_code": query["response_code"] });
        let collected = self.post(&path, &body, rng).await;
        assert_eq!(collected["outcome"], "granted");
        asking.question.accept(
            collected["grant_id"].as_str().unwrap(),
            collected["grant_claim"].as_str().unwrap(),
            &query["passerby_claim"],
            keys,
            &self.sector,
            self.clock.now(),
        )
    }

    /// At the packing table: fetches the sealed release and opens it.
    pub async fn open_label(
        &self,
        order: &Order,
        reason: &str,
        rng: &mut ChaCha20Rng,
    ) -> Result<BTreeMap<ClaimName, String>, RevealRefusal> {
        let path = format!("/v1/grants/{}/openings", order.grant_id);
        let opened = self.post(&path, &json!({ "reason": reason }), rng).await;
        let release = opened["release"].as_str().unwrap();
        let disclosed =
            reveal::open(order, release, std::slice::from_ref(&self.release_key), self.clock.now())?;
        Ok(disclosed.values.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect())
    }

    async fn post(&self, path: &str, body: &Value, rng: &mut ChaCha20Rng) -> Value {
        let (status, answer) = self.try_post(path, body, rng).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    /// A call to the relay with a shop proof: the status and the JSON.
    pub async fn try_post(&self, path: &str, body: &Value, rng: &mut ChaCha20Rng) -> (u16, Value) {
        let body = serde_json::to_vec(body).unwrap();
        let call = self.call(Method::POST, path, body, rng);
        let answer = call.header("content-type", "application/json").send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// A call to the relay with a shop proof, not yet sent.
    pub fn call(&self, method: Method, path: &str, body: Vec<u8>, rng: &mut ChaCha20Rng) -> RequestBuilder {
        let htu = format!("{}{path}", self.issuer);
        let call = HttpCall { method: method.as_str(), htu: &htu, body: &body };
        let proof =
            ShopProof::make(&self.sector, &self.issuer, call, &self.request_key, self.clock.now(), rng);
        self.http.request(method, &htu).bearer_auth(proof.unwrap()).body(body)
    }
}
