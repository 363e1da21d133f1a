//! A shop's till at a real relay process, and whoever answers it: a wallet of another make, of which a relay learns nothing but five
//! sealed parts.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;

use passerby_protocol::issuer::Issuer;
use passerby_protocol::proof::{HttpCall, ShopProof};
use passerby_protocol::random_id::{RequestId, TransactionId};
use passerby_protocol::time::Clock as _;
use passerby_relay::clock::SystemClock;
use passerby_testkit::scene::Scene;
use passerby_testkit::{forge, rng};
use rand_chacha::ChaCha20Rng;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use url::Url;

use crate::hosts::ShopHost;

/// A relay process, killed when the test ends.
pub struct Serving {
    child: Child,
    pub address: String,
}

impl Serving {
    pub fn start(folder: &Path, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passerby-relay"));
        command.arg("serve").current_dir(folder).envs(environment.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("passerby-relay ready on ").unwrap().to_owned();
        Self { child, address }
    }

    /// As by the failing of the power.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the program.
pub fn relay(folder: &Path, environment: &[(&str, &str)], args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_passerby-relay"));
    command.args(args).current_dir(folder).envs(environment.iter().copied()).output().unwrap()
}

/// What it said, when it ended with this code.
#[track_caller]
pub fn say(output: &Output, code: i32) -> String {
    let said = String::from_utf8([&*output.stdout, &*output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

/// A grant that the relay has acknowledged.
#[derive(Debug, Clone)]
pub struct Given {
    pub transaction: String,
    pub grant_id: String,
    pub code: String,
    pub release: String,
}

/// A shop that asks at a relay.
pub struct Till {
    scene: Scene,
    pub base: String,
    attestation: String,
    statement: String,
    http: reqwest::Client,
    rng: Mutex<ChaCha20Rng>,
}

impl Till {
    /// Shows a Statement of now at the shop's host, and has the relay attest it.
    pub async fn open(host: &ShopHost, base: &str) -> Self {
        let mut scene = Scene::new();
        (scene.sector, scene.issuer) = (host.scene.sector.clone(), Issuer::parse(base).unwrap());
        let now = SystemClock.now().seconds();
        let statement = scene.statement(|payload| {
            (payload["iat"], payload["exp"]) = (json!(now - 60), json!(now + 90 * 86_400));
        });
        host.place("/.well-known/passerby-statement.jwt", 200, statement.clone());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let rng = Mutex::new(rng::seeded(1));
        let (base, attestation) = (base.to_owned(), String::new());
        let mut till = Self { scene, base, attestation, statement, http, rng };
        let (status, body) = till.post("/v1/attestations", &json!({ "statement": till.statement })).await;
        assert_eq!(status, 200, "{body}");
        body["attestation"].as_str().unwrap().clone_into(&mut till.attestation);
        till
    }

    /// Status and body; a relay that is away has status 0.
    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let body = serde_json::to_vec(body).unwrap();
        let htu = format!("{}{path}", self.scene.issuer);
        let call = HttpCall { method: "POST", htu: &htu, body: &body };
        let proof = {
            let (key, now) = (&self.scene.request_key, SystemClock.now());
            let mut rng = self.rng.lock().unwrap();
            ShopProof::make(&self.scene.sector, &self.scene.issuer, call, key, now, &mut *rng).unwrap()
        };
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(proof);
        let sent = request.header(CONTENT_TYPE, "application/json").body(body).send().await;
        let Ok(response) = sent else { return (0, Value::Null) };
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or_default())
    }

    /// Asks, and is answered with this release. `None`: the relay is away.
    pub async fn give(&self, release: &str) -> Option<Given> {
        let (id, transaction) = {
            let mut rng = self.rng.lock().unwrap();
            (RequestId::make(&mut *rng), TransactionId::make(&mut *rng))
        };
        let now = SystemClock.now().seconds();
        let mut payload = self.scene.request_payload();
        payload["response_uri"] = json!(format!("{}{}", self.scene.issuer.response_prefix(), id.as_str()));
        (payload["iat"], payload["exp"], payload["response_by"]) =
            (json!(now - 1), json!(now + 290), json!(now + 1_700));
        payload["verifier_info"][0]["data"] = json!(self.statement);
        let mut header = self.scene.request_header();
        header["jwt"] = json!(self.attestation);
        let body = json!({
            "id": id,
            "transaction_id": transaction,
            "request": forge::jws(&header, &payload, &self.scene.request_key),
            "redirect_uri": format!("{}/back", self.scene.sector.origin()),
        });
        let (status, reply) = self.post("/v1/requests", &body).await;
        if status == 0 {
            return None;
        }
        assert_eq!(status, 201, "{reply}");
        let request = self
            .http
            .post(format!("{}/v1/response/{}", self.base, id.as_str()))
            .form(&[("response", release)]);
        let response = request.send().await.ok()?;
        assert_eq!(response.status().as_u16(), 200);
        let reply: Value = response.json().await.ok()?;
        let address = Url::parse(reply["redirect_uri"].as_str().unwrap()).unwrap();
        let code = address.query_pairs().find(|(name, _)| name == "response_code").unwrap().1.into_owned();
        let grant_id = reply["grant_id"].as_str().unwrap().to_owned();
        Some(Given { transaction: transaction.into(), grant_id, code, release: release.to_owned() })
    }

    pub async fn collect(&self, given: &Given, code: &str) -> u16 {
        let path = format!("/v1/transactions/{}/collect", given.transaction);
        self.post(&path, &json!({ "response_code": code })).await.0
    }

    /// Three wrong codes. `true`: the relay has said that the grant is gone.
    pub async fn burn(&self, given: &Given) -> bool {
        let mut last = 0;
        for _ in 0..3 {
            last = self.collect(given, "d3Jvbmctb25lLW9mLXRocmVl").await;
        }
        last == 410
    }

    /// The release, or the status.
    pub async fn open_release(&self, given: &Given) -> Result<String, u16> {
        let path = format!("/v1/grants/{}/openings", given.grant_id);
        let (status, body) = self.post(&path, &json!({ "reason": "packing" })).await;
        if status == 200 { Ok(body["release"].as_str().unwrap().to_owned()) } else { Err(status) }
    }
}

/// Five parts, as the relay sees a release.
pub fn make_release(number: usize) -> String {
    format!("eyJhbGciOiJIUEtFIn0.bnVtYmVy.{number:08}.c2VhbGVk.{}", "QUJDRA".repeat(60))
}
