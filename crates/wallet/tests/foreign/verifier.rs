//! A foreign verifier on this computer: TLS, a certificate, requests signed as they are fetched, answers opened and judged.
//!
//! The window's tests have it on their side too, and `examples/foreign_verifier.rs` makes a program of it.
//!
//! It can be told to behave badly in each of its three rooms. It judges as a verifier would, from the bytes alone: nothing of
//! the wallet's own reading is used. What programs of other makes say of the same answers stands in `tests/interop`.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use affinidi_oid4vc_core::jwe::{ContentEncryption, EcdhEsDecryptionKey, decrypt_compact};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use passerby_protocol::keys::SigningKey;
use passerby_protocol::random_id::Nonce;
use passerby_protocol::time::Clock;
use passerby_protocol::wire::b64u;
use passerby_testkit::forge;
use passerby_testkit::verifier::{client_id_of, make_authority, query, sign_leaf, x5c};
use passerby_wallet::foreign::Trust;
use rand_chacha::ChaCha20Rng;
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair, date_time_ymd};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

/// The host in its certificate.
pub const HOST: &str = "bank.localhost";
/// A host that only its web server's certificate knows.
pub const SIDE_HOST: &str = "files.localhost";

/// What it does instead of what it should.
#[derive(Debug, Clone, Default)]
pub enum Manner {
    /// What it should.
    #[default]
    Honest,
    /// Reads, and breaks the connection.
    BreaksOff,
    /// Does what it should, and breaks the connection before it says so.
    KeepsAndBreaksOff,
    /// Answers with this status and text.
    Says(u16, String),
    /// Answers with this status and sends the wallet there.
    SendsTo(u16, String),
    /// Does what it should, and is not there any more for the next one.
    Leaves,
}

/// Where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    Request,
    Statement,
    Answer,
}

/// By what it names itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Hash,
    Name,
}

type Alter = Arc<dyn Fn(&mut Value) + Send + Sync>;

/// A question, before it is asked.
#[derive(Clone)]
pub struct Question {
    pub by: By,
    pub method: &'static str,
    /// The host of `request_uri`.
    pub asked_at: &'static str,
    /// Changes the payload before it is signed.
    pub alter: Alter,
}

impl Default for Question {
    fn default() -> Self {
        Self { by: By::Hash, method: "post", asked_at: HOST, alter: Arc::new(|_| {}) }
    }
}

impl Question {
    pub fn altered(alter: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self { alter: Arc::new(alter), ..Self::default() }
    }
}

struct Asked {
    question: Question,
    client_id: String,
    nonce: String,
    state: String,
}

/// What it saw.
#[derive(Default)]
struct Seen {
    asked: Vec<Asked>,
    manners: BTreeMap<Room, Manner>,
    fetches: Vec<(Method, BTreeMap<String, String>)>,
    looks: Vec<String>,
    answers: Vec<Bytes>,
}

struct Inside {
    clock: Arc<dyn Clock>,
    address: SocketAddr,
    key: SigningKey,
    leaf: Mutex<Vec<u8>>,
    answer_key: EcdhEsDecryptionKey,
    tls: TlsAcceptor,
    seen: Mutex<Seen>,
    server: Mutex<Option<JoinHandle<()>>>,
}

pub struct Verifier {
    authority: CertifiedIssuer<'static, KeyPair>,
    inside: Arc<Inside>,
}

impl Verifier {
    pub async fn start(clock: Arc<dyn Clock>, rng: &mut ChaCha20Rng) -> Self {
        let authority = make_authority(&SigningKey::make(rng));
        let (key, tls_key) = (SigningKey::make(rng), SigningKey::make(rng));
        let leaf = sign_leaf(&authority, &key, &[HOST], |_| {});
        // The system's clock judges this one, and tests must pass in any year.
        let for_tls = sign_leaf(&authority, &tls_key, &[HOST, SIDE_HOST], |params| {
            (params.not_before, params.not_after) = (date_time_ymd(1975, 1, 1), date_time_ymd(4096, 1, 1));
        });
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![for_tls.into()], PrivateKeyDer::Pkcs8(tls_key.pkcs8().to_vec().into()))
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let inside = Arc::new(Inside {
            clock,
            address: listener.local_addr().unwrap(),
            key,
            leaf: Mutex::new(leaf),
            answer_key: EcdhEsDecryptionKey::generate("answers-1"),
            tls: TlsAcceptor::from(Arc::new(config)),
            seen: Mutex::default(),
            server: Mutex::default(),
        });
        serve(&inside, listener);
        Self { authority, inside }
    }

    /// The certificate of its authority, as a person adds it.
    pub fn anchor(&self) -> String {
        self.authority.pem()
    }

    /// Trust in the system's authorities and in its own.
    pub fn trust(&self) -> Trust {
        Trust::load(Some(self.anchor().as_bytes())).unwrap()
    }

    pub fn host(&self) -> String {
        format!("{HOST}:{}", self.inside.address.port())
    }

    pub fn origin(&self) -> String {
        self.inside.origin(HOST)
    }

    /// Another certificate over its key, of its own authority.
    pub fn certify(&self, names: &[&str], alter: impl FnOnce(&mut CertificateParams)) {
        *self.inside.leaf.lock().unwrap() = sign_leaf(&self.authority, &self.inside.key, names, alter);
    }

    /// Another certificate over its key, of an authority that nobody trusts.
    pub fn certify_by_a_stranger(&self, rng: &mut ChaCha20Rng) {
        let stranger = make_authority(&SigningKey::make(rng));
        *self.inside.leaf.lock().unwrap() = sign_leaf(&stranger, &self.inside.key, &[HOST], |_| {});
    }

    /// How it behaves from now on.
    pub fn behaves(&self, room: Room, manner: Manner) {
        self.inside.seen().manners.insert(room, manner);
    }

    pub async fn stop(&self) {
        self.inside.stop().await;
    }

    /// At the same address as before.
    pub async fn start_again(&self) {
        serve(&self.inside, TcpListener::bind(self.inside.address).await.unwrap());
    }

    /// Asks; gives the link.
    pub fn ask(&self, question: Question, rng: &mut ChaCha20Rng) -> String {
        let mut make_number = || Nonce::make(rng).as_str().to_owned();
        let (nonce, state) = (make_number(), make_number());
        let client_id = match question.by {
            By::Hash => client_id_of(&self.inside.leaf.lock().unwrap()),
            By::Name => format!("x509_san_dns:{HOST}"),
        };
        let mut seen = self.inside.seen();
        let uri = format!("{}/requests/{}", self.inside.origin(question.asked_at), seen.asked.len());
        let mut link = url::form_urlencoded::Serializer::new(String::new());
        link.append_pair("client_id", &client_id).append_pair("request_uri", &uri);
        link.append_pair("request_uri_method", question.method);
        seen.asked.push(Asked { question, client_id, nonce, state });
        format!("openid4vp://?{}", link.finish())
    }

    /// Method and form of each fetch.
    pub fn fetches(&self) -> Vec<(Method, BTreeMap<String, String>)> {
        self.inside.seen().fetches.clone()
    }

    /// The `Host` of each look for a Statement.
    pub fn looks(&self) -> Vec<String> {
        self.inside.seen().looks.clone()
    }

    /// The bodies that were posted as answers, in order.
    pub fn answers(&self) -> Vec<Bytes> {
        self.inside.seen().answers.clone()
    }

    /// Every one-time number it made.
    pub fn numbers(&self) -> Vec<String> {
        let seen = self.inside.seen();
        seen.asked.iter().flat_map(|asked| [asked.nonce.clone(), asked.state.clone()]).collect()
    }

    /// Opens an answer and judges it as a verifier does; gives the claims. Panics where it would refuse.
    pub fn open(&self, form: &[u8]) -> BTreeMap<String, Value> {
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(form).into_owned().collect();
        assert_eq!(form.keys().collect::<Vec<_>>(), ["response"]);
        let offered = [ContentEncryption::A256Gcm];
        let opened = decrypt_compact(&form["response"], &self.inside.answer_key, &offered).unwrap();
        let response: Value = serde_json::from_slice(&opened.plaintext).unwrap();
        let seen = self.inside.seen();
        let asked = seen.asked.iter().find(|asked| response["state"] == asked.state).unwrap();
        let mut claims = BTreeMap::new();
        for presentations in response["vp_token"].as_object().unwrap().values() {
            let [presentation] = presentations.as_array().unwrap().as_slice() else { panic!("one of each") };
            claims.extend(judge(presentation.as_str().unwrap(), asked));
        }
        claims
    }
}

/// The claims of one SD-JWT with key binding (RFC 9901), by the key it is bound to.
fn judge(presentation: &str, asked: &Asked) -> BTreeMap<String, Value> {
    let (unbound, binding) = presentation.rsplit_once('~').unwrap();
    let mut parts = unbound.split('~');
    let issued = parts.next().unwrap();
    let jwk = forge::payload_of(issued)["cnf"]["jwk"].clone();
    let coordinate = |name: &str| jwk[name].as_str().unwrap().to_owned();
    let key = DecodingKey::from_ec_components(&coordinate("x"), &coordinate("y")).unwrap();
    for jws in [issued, binding] {
        let (signed, signature) = jws.rsplit_once('.').unwrap();
        assert!(crypto::verify(signature, signed.as_bytes(), &key, Algorithm::ES256).unwrap());
    }
    let bound = forge::payload_of(binding);
    assert_eq!((&bound["aud"], &bound["nonce"]), (&json!(asked.client_id), &json!(asked.nonce)));
    assert_eq!(bound["sd_hash"], b64u::sha256(format!("{unbound}~")));
    let disclosures: Vec<&str> = parts.collect();
    let read =
        |disclosure: &str| serde_json::from_slice::<Value>(&b64u::decode(disclosure).unwrap()).unwrap();
    let whole = [forge::payload_of(issued).to_string()]
        .into_iter()
        .chain(disclosures.iter().map(|disclosure| read(disclosure).to_string()))
        .collect::<String>();
    let claim = |disclosure: &&str| {
        assert!(whole.contains(&b64u::sha256(disclosure)), "a disclosure that nobody signed");
        let read = read(disclosure);
        (read[1].as_str().unwrap().to_owned(), read[2].clone())
    };
    disclosures.iter().map(claim).collect()
}

impl Inside {
    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    fn origin(&self, host: &str) -> String {
        format!("https://{host}:{}", self.address.port())
    }

    async fn stop(&self) {
        let Some(server) = self.server.lock().unwrap().take() else { return };
        server.abort();
        let _ = server.await;
    }

    /// What it says instead, if it does not do what it should.
    fn manner(&self, room: Room) -> Manner {
        self.seen().manners.get(&room).cloned().unwrap_or_default()
    }

    /// Does what it was told to, with what it should say at hand.
    async fn say(&self, room: Room, honest: Response) -> Response {
        match self.manner(room) {
            Manner::Honest => honest,
            Manner::Leaves => {
                self.stop().await;
                honest
            }
            Manner::BreaksOff | Manner::KeepsAndBreaksOff => panic!("it breaks off, as the test wants it"),
            Manner::Says(status, text) => (StatusCode::from_u16(status).unwrap(), text).into_response(),
            Manner::SendsTo(status, to) => {
                (StatusCode::from_u16(status).unwrap(), [(header::LOCATION, to)]).into_response()
            }
        }
    }

    fn request(&self, id: usize, form: &BTreeMap<String, String>) -> String {
        let seen = self.seen();
        let Asked { question, client_id, nonce, state } = &seen.asked[id];
        let now = self.clock.now();
        let mut payload = json!({
            "client_id": client_id,
            "aud": "https://self-issued.me/v2",
            "response_type": "vp_token",
            "response_mode": "direct_post.jwt",
            "response_uri": format!("{}/answers/{id}", self.origin(HOST)),
            "nonce": nonce,
            "state": state,
            "iat": now,
            "exp": now + 300,
            "dcql_query": { "credentials": [query("who", &["name", "email"])] },
            "client_metadata": {
                "jwks": { "keys": [self.answer_key.public_jwk().unwrap()] },
                "vp_formats_supported": { "dc+sd-jwt": { "sd-jwt_alg_values": ["ES256"] } },
                "encrypted_response_enc_values_supported": ["A128GCM", "A256GCM"],
            },
        });
        if let Some(wallet_nonce) = form.get("wallet_nonce") {
            payload["wallet_nonce"] = wallet_nonce.as_str().into();
        }
        (question.alter)(&mut payload);
        let leaf = self.leaf.lock().unwrap();
        let header = json!({ "alg": "ES256", "typ": "oauth-authz-req+jwt", "x5c": x5c(&[&leaf]) });
        forge::jws(&header, &payload, &self.key)
    }
}

fn serve(inside: &Arc<Inside>, tcp: TcpListener) {
    let router = Router::new()
        .route("/requests/{id}", any(fetch))
        .route("/.well-known/passerby-statement.jwt", get(look))
        .route("/answers/{id}", post(answer))
        .with_state(inside.clone());
    let listener = TlsListener { tcp, tls: inside.tls.clone() };
    let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    *inside.server.lock().unwrap() = Some(server);
}

async fn fetch(
    State(inside): State<Arc<Inside>>,
    Path(id): Path<usize>,
    method: Method,
    body: Bytes,
) -> Response {
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let request = inside.request(id, &form);
    inside.seen().fetches.push((method, form));
    inside.say(Room::Request, request.into_response()).await
}

async fn look(State(inside): State<Arc<Inside>>, headers: HeaderMap) -> Response {
    inside.seen().looks.push(headers[header::HOST].to_str().unwrap().to_owned());
    inside.say(Room::Statement, (StatusCode::NOT_FOUND, "nothing here").into_response()).await
}

async fn answer(State(inside): State<Arc<Inside>>, Path(id): Path<usize>, body: Bytes) -> Response {
    if !matches!(inside.manner(Room::Answer), Manner::BreaksOff) {
        inside.seen().answers.push(body);
    }
    let way_back = json!({ "redirect_uri": format!("{}/done?order={id}", inside.origin(HOST)) });
    inside.say(Room::Answer, axum::Json(way_back).into_response()).await
}

struct TlsListener {
    tcp: TcpListener,
    tls: TlsAcceptor,
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (tcp, address) = self.tcp.accept().await.unwrap();
            // Whoever does not trust it hangs up here.
            if let Ok(tls) = self.tls.accept(tcp).await {
                return (tls, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}
