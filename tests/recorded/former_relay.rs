//! A relay of a recorded version, as far as today's wallet can tell: what it asks is answered with what was recorded, at the recorded
//! addresses. Beside it stands the shop's host with its Statement.
//!
//! The messages name those addresses, ports and all, and are signed; so nobody else may be there. Tests in other processes wait for
//! their turn.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use crate::story::{Answered, Recording};

/// Whether answers are as they were, or have members and headers that no version has ever had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Members {
    AsRecorded,
    AndUnknownOnes,
}

pub struct FormerRelay {
    table: Arc<Table>,
    servers: [JoinHandle<()>; 2],
    _turn: File,
}

struct Table {
    members: Members,
    /// By method and path, in their order.
    answers: Mutex<BTreeMap<(String, String), Vec<Answered>>>,
    /// Bodies of what was asked, and what nobody had recorded.
    asked: Mutex<Vec<(String, String)>>,
    unexpected: Mutex<Vec<String>>,
}

impl FormerRelay {
    /// Answers the calls of these steps, in any order, each once.
    pub async fn start(recording: &Recording, steps: &[&str], members: Members) -> Self {
        let turn = File::create(std::env::temp_dir().join("passerby-recorded.lock")).unwrap();
        turn.lock().unwrap();
        let mut answers: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for name in steps {
            let step = recording.step(name);
            let call = (step.request.method.clone(), step.request.path.clone());
            answers.entry(call).or_default().push(step.answer.clone());
        }
        let (asked, unexpected) = (Mutex::default(), Mutex::default());
        let table = Arc::new(Table { members, answers: Mutex::new(answers), asked, unexpected });
        let statement = recording.cast.statement.clone();
        let shop = Router::new()
            .route("/.well-known/passerby-statement.jwt", get(move || async move { statement.clone() }));
        let relay = Router::new().fallback(answer).with_state(Arc::clone(&table));
        let servers = [
            serve(recording.cast.relay.as_str(), relay).await,
            serve(&recording.cast.shop.origin(), shop).await,
        ];
        Self { table, servers, _turn: turn }
    }

    /// What was sent in a call of this path.
    pub fn sent_to(&self, path: &str) -> Vec<String> {
        let asked = self.table.asked.lock().unwrap();
        asked.iter().filter(|(known, _)| known == path).map(|(_, body)| body.clone()).collect()
    }

    /// Every recorded answer was asked for, and nothing else was.
    pub async fn end(self) {
        for server in self.servers {
            server.abort();
            let _ = server.await;
        }
        assert_eq!(*self.table.unexpected.lock().unwrap(), Vec::<String>::new(), "nobody has recorded this");
        let answers = self.table.answers.lock().unwrap();
        let left: Vec<_> =
            answers.iter().filter(|(_, left)| !left.is_empty()).map(|(call, _)| call).collect();
        assert!(left.is_empty(), "this was not asked for: {left:?}");
    }
}

/// Serves on this computer, at the port of an origin.
async fn serve(origin: &str, router: Router) -> JoinHandle<()> {
    let port = Url::parse(origin).unwrap().port().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", port)).await;
    let listener = listener.unwrap_or_else(|error| panic!("port {port} has to be free for this: {error}"));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() })
}

async fn answer(State(table): State<Arc<Table>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().unwrap().as_str().to_owned();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    table.asked.lock().unwrap().push((path.clone(), String::from_utf8(body.to_vec()).unwrap()));
    let call = (parts.method.to_string(), path);
    let mut answers = table.answers.lock().unwrap();
    let Some(recorded) = answers.get_mut(&call).filter(|left| !left.is_empty()).map(|left| left.remove(0))
    else {
        table.unexpected.lock().unwrap().push(format!("{} {}", call.0, call.1));
        return StatusCode::NOT_IMPLEMENTED.into_response();
    };
    let mut response = Response::builder().status(recorded.status);
    for (name, value) in &recorded.headers {
        response = response.header(name, value);
    }
    let is_json = recorded.media_type().ends_with("json");
    let body = if table.members == Members::AndUnknownOnes {
        response = response.header("of-tomorrow", "yes");
        if is_json { add_unknown(&recorded.body) } else { recorded.body }
    } else {
        recorded.body
    };
    response.body(Body::from(body)).unwrap()
}

/// The same with an unknown member in each object.
fn add_unknown(text: &str) -> String {
    fn visit(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.values_mut().for_each(visit);
                members.insert("of_tomorrow".to_owned(), json!({ "deep": [1, null, "x"] }));
            }
            Value::Array(values) => values.iter_mut().for_each(visit),
            _ => {}
        }
    }
    let mut value = serde_json::from_str(text).unwrap();
    visit(&mut value);
    value.to_string()
}
