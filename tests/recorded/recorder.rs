//! Stands between everybody and the relay, and writes down what passes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex as StdMutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use passerby_protocol::keys::SigningKey;
use passerby_protocol::time::Clock as _;
use passerby_relay::{RelayState, serve};
use passerby_relay_api::paths;
use passerby_relay_store_sqlite::Dump;
use passerby_testkit::clock::TestClock;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use crate::story::{Answered, Asked, CAST, Cast, SCHEMA, Step, databases_in, steps_in};

/// Headers that only say how a message travels.
const TRAVEL: [HeaderName; 5] =
    [header::HOST, header::CONTENT_LENGTH, header::CONNECTION, header::TRANSFER_ENCODING, header::DATE];

/// Writes down what passes.
pub struct Recorder {
    /// The relay itself.
    to: String,
    http: reqwest::Client,
    clock: Arc<TestClock>,
    folder: PathBuf,
    state: RelayState,
    name: StdMutex<&'static str>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    schema: String,
    databases: Vec<String>,
    steps: Vec<(String, Step)>,
    files: BTreeMap<&'static str, String>,
    /// The answer to the next call of this method below this path does not reach its caller.
    loses: Option<(&'static str, String)>,
}

impl Recorder {
    /// Listens where everybody looks for the relay. `folder` has the relay's database and keys.
    pub async fn start(
        listener: TcpListener,
        state: RelayState,
        clock: Arc<TestClock>,
        folder: &Path,
    ) -> Arc<Self> {
        let relay = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = format!("http://{}", relay.local_addr().unwrap());
        tokio::spawn(serve(relay, None, state.clone(), std::future::pending()));
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let name = StdMutex::new("");
        let folder = folder.to_owned();
        let recorder = Arc::new(Self { to, http, clock, folder, state, name, kept: Mutex::default() });
        let router = Router::new().fallback(pass_on).with_state(Arc::clone(&recorder));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        recorder
    }

    /// What the next calls are called.
    pub fn call(&self, name: &'static str) {
        *self.name.lock().unwrap() = name;
    }

    pub async fn lose_the_next(&self, method: &'static str, below: &str) {
        self.kept.lock().await.loses = Some((method, below.to_owned()));
    }

    /// Another file of the recording.
    pub async fn keep(&self, name: &'static str, text: String) {
        self.kept.lock().await.files.insert(name, text);
    }

    /// What was sent in a step.
    pub async fn find_body(&self, name: &str) -> String {
        let kept = self.kept.lock().await;
        let step = kept.steps.iter().find(|(known, _)| known == name).unwrap();
        step.1.request.body.clone()
    }

    /// The code in the way back of the last answer that has one.
    pub async fn last_code(&self) -> String {
        let kept = self.kept.lock().await;
        let codes = kept.steps.iter().rev().filter_map(|(_, step)| {
            let body: Value = serde_json::from_str(&step.answer.body).ok()?;
            let back = url::Url::parse(body["redirect_uri"].as_str()?).ok()?;
            back.query_pairs().find(|(name, _)| name == "response_code").map(|(_, code)| code.into_owned())
        });
        codes.into_iter().next().unwrap()
    }

    pub fn relay_key(&self) -> SigningKey {
        self.state.identity().key(self.clock.now()).clone()
    }

    /// Writes everything; gives the number of steps.
    pub async fn write(&self, folder: &Path, cast: &Cast) -> usize {
        let kept = self.kept.lock().await;
        // What is cut off halfway must not look like a recording.
        let part = folder.with_extension("part");
        let _ = fs::remove_dir_all(&part);
        for below in [steps_in(&part), databases_in(&part)] {
            fs::create_dir_all(below).unwrap();
        }
        let pretty = |value: &Value| format!("{value:#}\n");
        fs::write(part.join(CAST), pretty(&serde_json::to_value(cast).unwrap())).unwrap();
        fs::write(part.join(SCHEMA), &kept.schema).unwrap();
        for (name, text) in &kept.files {
            fs::write(part.join(name), text).unwrap();
        }
        for (number, rows) in kept.databases.iter().enumerate() {
            fs::write(databases_in(&part).join(database_name(number)), rows).unwrap();
        }
        for (number, (name, step)) in kept.steps.iter().enumerate() {
            let file = format!("{number:02}-{name}.json");
            fs::write(steps_in(&part).join(file), pretty(&serde_json::to_value(step).unwrap())).unwrap();
        }
        fs::rename(part, folder).unwrap();
        kept.steps.len()
    }

    /// What the relay has at this moment: the name of its database's file, and its keys folder.
    async fn look(&self, kept: &mut Kept) -> (String, BTreeMap<String, String>) {
        let dump = Dump::read(&self.folder.join("relay.db")).await.unwrap();
        kept.schema = dump.schema;
        let known = kept.databases.iter().position(|rows| *rows == dump.rows);
        let number = known.unwrap_or(kept.databases.len());
        if known.is_none() {
            kept.databases.push(dump.rows);
        }
        let mut keys = BTreeMap::new();
        for entry in fs::read_dir(self.folder.join("keys")).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            keys.insert(name, fs::read_to_string(path).unwrap());
        }
        (database_name(number), keys)
    }
}

fn database_name(number: usize) -> String {
    format!("{number:02}.sql")
}

/// What a step is called: the keys and what else is asked for on the way to something are told apart from it.
fn name_of(called: &str, path: &str) -> String {
    match path {
        paths::ISSUER_KEYS => format!("{called}-keys"),
        paths::PASSPORTS => format!("{called}-passport"),
        paths::SELF_COPY if called != "leave" => format!("{called}-copy"),
        _ => called.to_owned(),
    }
}

fn headers(all: &HeaderMap) -> BTreeMap<String, String> {
    let kept = all.iter().filter(|(name, _)| !TRAVEL.contains(name));
    kept.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect()
}

/// One at a time: what the database holds before a step is what the steps before have left.
async fn pass_on(State(recorder): State<Arc<Recorder>>, request: Request) -> Response {
    let mut kept = recorder.kept.lock().await;
    let (database, keys_folder) = recorder.look(&mut kept).await;
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let path = parts.uri.path_and_query().unwrap().as_str().to_owned();
    let asked = Asked {
        method: parts.method.to_string(),
        path: path.clone(),
        headers: headers(&parts.headers),
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let mut call = recorder.http.request(parts.method, format!("{}{path}", recorder.to)).body(body);
    for (name, value) in &asked.headers {
        call = call.header(name, value);
    }
    let mut response = call.send().await.unwrap();
    let mut text = String::new();
    let is_stream = response.headers().get(header::CONTENT_TYPE).is_some_and(|it| it == "text/event-stream");
    while let Some(part) = response.chunk().await.unwrap() {
        text.push_str(std::str::from_utf8(&part).unwrap());
        if is_stream && text.contains("\n\n") {
            break;
        }
    }
    let answer =
        Answered { status: response.status().as_u16(), headers: headers(response.headers()), body: text };
    let name = name_of(*recorder.name.lock().unwrap(), &path);
    let reply =
        (StatusCode::from_u16(answer.status).unwrap(), response.headers().clone(), answer.body.clone());
    let is_lost =
        kept.loses.as_ref().is_some_and(|(method, below)| asked.method == *method && path.starts_with(below));
    let at = recorder.clock.now().seconds();
    kept.steps.push((name, Step { at, database, keys_folder, request: asked, answer }));
    if is_lost {
        kept.loses = None;
        return (StatusCode::BAD_GATEWAY, Body::from("the relay's word is lost")).into_response();
    }
    let (status, mut headers, body) = reply;
    for name in TRAVEL {
        headers.remove(name);
    }
    (status, headers, body).into_response()
}
