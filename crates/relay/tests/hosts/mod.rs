//! A shop's web site on loopback and a name server, both real, and the program that asks them.

#![allow(dead_code, reason = "each test file uses its part of it")]

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use hickory_server::Server;
use hickory_server::net::runtime::TokioRuntimeProvider;
use hickory_server::proto::rr::rdata::{SOA, TXT};
use hickory_server::proto::rr::{LowerName, Name, RData, Record, RecordSet, RecordType, RrKey};
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneType};
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Clock as _;
use passerby_relay::clock::SystemClock;
use passerby_testkit::scene::Scene;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, UdpSocket};

/// What a web site shows, and the time that it says it is.
#[derive(Default)]
struct Site {
    files: HashMap<String, (StatusCode, String)>,
    date: Option<String>,
}

type Files = Arc<Mutex<Site>>;

/// A web site whose files may change, at `127.0.0.1` and a port.
pub struct ShopHost {
    pub scene: Scene,
    pub port: u16,
    files: Files,
}

impl ShopHost {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let files = Files::default();
        let router = axum::Router::new().fallback(answer).with_state(Arc::clone(&files));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut scene = Scene::new();
        scene.sector = Sector::parse(&format!("127.0.0.1:{port}")).unwrap();
        Self { scene, port, files }
    }

    pub fn sector(&self) -> &str {
        self.scene.sector.as_str()
    }

    pub fn root_jkt(&self) -> String {
        self.scene.root.public().jkt().as_str().to_owned()
    }

    /// What stands at an address from now on.
    pub fn place(&self, path: &str, status: u16, text: impl Into<String>) {
        let status = StatusCode::from_u16(status).unwrap();
        self.files.lock().unwrap().files.insert(path.to_owned(), (status, text.into()));
    }

    /// Its clock from now on is this many seconds off.
    pub fn turn_clock(&self, seconds: i64) {
        let at = u64::try_from(SystemClock.now().seconds() + seconds).unwrap();
        let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(at);
        self.files.lock().unwrap().date = Some(httpdate::fmt_http_date(at));
    }

    /// A line end comes after it, as editors leave one.
    pub fn place_challenge(&self, line: &str) {
        self.place("/.well-known/passerby-challenge.txt", 200, format!("{line}\n"));
    }

    /// A Statement of now, altered before it is signed.
    pub fn place_statement(&self, alter: impl FnOnce(&mut Value)) {
        let now = SystemClock.now().seconds();
        let statement = self.scene.statement(|payload| {
            (payload["iat"], payload["exp"]) = (json!(now - 60), json!(now + 86_400 * 90));
            alter(payload);
        });
        self.place("/.well-known/passerby-statement.jwt", 200, statement);
    }
}

async fn answer(State(files): State<Files>, request: Request) -> impl IntoResponse {
    let site = files.lock().unwrap();
    let found = site.files.get(request.uri().path()).cloned();
    let mut response = found.unwrap_or((StatusCode::NOT_FOUND, "nothing here".to_owned())).into_response();
    if let Some(date) = &site.date {
        response.headers_mut().insert("date", date.parse().unwrap());
    }
    response
}

/// A name server for one zone, on a free port of loopback.
pub struct NameServer {
    pub address: SocketAddr,
    zone: Arc<InMemoryZoneHandler<TokioRuntimeProvider>>,
    _server: Server<Catalog>,
}

impl NameServer {
    pub async fn open(zone: &str) -> Self {
        let origin = Name::from_ascii(zone).unwrap();
        let soa = SOA::new(origin.clone(), origin.clone(), 1, 60, 60, 60, 1);
        let mut records = RecordSet::new(origin.clone(), RecordType::SOA, 1);
        records.insert(Record::from_rdata(origin.clone(), 1, RData::SOA(soa)), 1);
        let key = RrKey::new(LowerName::new(&origin), RecordType::SOA);
        let zone = InMemoryZoneHandler::<TokioRuntimeProvider>::new(
            origin.clone(),
            BTreeMap::from([(key, records)]),
            ZoneType::Primary,
            AxfrPolicy::Deny,
        );
        let zone = Arc::new(zone.unwrap());
        let mut catalog = Catalog::new();
        catalog.upsert(LowerName::new(&origin), vec![zone.clone()]);
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let mut server = Server::new(catalog);
        server.register_socket(socket);
        Self { address, zone, _server: server }
    }

    /// Adds a TXT record; a long text goes in pieces.
    pub async fn add_txt(&self, name: &str, text: &str) {
        let pieces = text.as_bytes().chunks(20).map(|piece| String::from_utf8(piece.to_vec()).unwrap());
        let record =
            Record::from_rdata(Name::from_ascii(name).unwrap(), 1, RData::TXT(TXT::new(pieces.collect())));
        assert!(self.zone.upsert(record, 2).await);
    }
}

/// The program in a folder of its own, in development mode.
pub struct Program {
    pub folder: TempDir,
}

impl Program {
    /// With its name servers: these, or one that is not there.
    pub fn init(name_server: Option<&NameServer>) -> Self {
        Self::init_at(4180, name_server)
    }

    /// The same at another port.
    pub fn init_at(port: u16, name_server: Option<&NameServer>) -> Self {
        let program = Self { folder: tempfile::tempdir().unwrap() };
        program.ok(&["init", "--development", "--listen", &format!("127.0.0.1:{port}")]);
        let server =
            name_server.map_or_else(|| "127.0.0.1:1".to_owned(), |server| server.address.to_string());
        program.edit("#name_servers = []", &format!("name_servers = [\"{server}\"]"));
        program
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Changes the configuration.
    pub fn edit(&self, from: &str, to: &str) {
        let path = self.path().join("relay.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        std::fs::write(&path, text.replace(from, to)).unwrap();
    }

    pub fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passerby-relay"));
        command.args(args).current_dir(self.path()).output().unwrap()
    }

    #[track_caller]
    pub fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What it said on both ways, when it ended with this code.
    #[track_caller]
    pub fn no(&self, code: i32, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {output:?}");
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    }

    pub fn shops(&self) -> Value {
        serde_json::from_str(&self.ok(&["shop", "list", "--json"])).unwrap()
    }
}

/// The line that `shop add` says has to be shown.
pub fn line_in(said: &str) -> String {
    let (_, line) = said.split_once("that says   ").unwrap();
    line.lines().next().unwrap().to_owned()
}

/// A program that serves, ended when the test ends.
pub struct Serving {
    pub child: std::process::Child,
    pub address: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the program and waits for its word that it is ready.
pub fn serve(folder: &Path, args: &[&str]) -> Serving {
    serve_with(None, folder, args)
}

/// The same with another place for its temporary files.
pub fn serve_with(temporary: Option<&Path>, folder: &Path, args: &[&str]) -> Serving {
    use std::io::BufRead as _;
    let mut command = Command::new(env!("CARGO_BIN_EXE_passerby-relay"));
    if let Some(temporary) = temporary {
        command.env("TMPDIR", temporary);
    }
    let mut child = command
        .args(args)
        .current_dir(folder)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("passerby-relay ready on ").unwrap().to_owned();
    Serving { child, address }
}
