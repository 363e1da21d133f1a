//! Today's relay with the database, the keys and the clock that an older one had before a step.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use passerby_protocol::time::Timestamp;
use passerby_relay::period::KeysFolder;
use passerby_relay::{Identity, RelayState, serve};
use passerby_relay_store_sqlite::SqliteStore;
use passerby_testkit::clock::TestClock;
use passerby_testkit::rng;
use reqwest::Method;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::story::{Answered, Asked, Recording, Step};

pub struct NewRelay {
    base: String,
    _end: oneshot::Sender<()>,
    _folder: TempDir,
}

impl NewRelay {
    /// Brings up what was there before the step, and serves it.
    pub async fn start(recording: &Recording, step: &Step) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (database, keys) = (folder.path().join("relay.db"), folder.path().join("keys"));
        recording.database(step).write(&database).await.unwrap();
        put_keys(&keys, step);
        let store = SqliteStore::open(&database).await.unwrap();
        let cast = &recording.cast;
        let identity = Identity::new(cast.relay.clone(), cast.relay_key(), true).unwrap();
        let clock = Arc::new(TestClock::at(Timestamp::from_seconds(step.at)));
        let state = RelayState::new(identity, Arc::new(store), clock, rng::seeded(21), &KeysFolder::at(keys));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (end, ended) = oneshot::channel::<()>();
        tokio::spawn(serve(listener, None, state, async {
            let _ = ended.await;
        }));
        Self { base, _end: end, _folder: folder }
    }

    /// Sends exactly what was recorded.
    pub async fn ask(&self, asked: &Asked) -> Answered {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let method = Method::from_bytes(asked.method.as_bytes()).unwrap();
        let mut call = http.request(method, format!("{}{}", self.base, asked.path));
        for (name, value) in &asked.headers {
            call = call.header(name, value);
        }
        let mut response = call.body(asked.body.clone()).send().await.unwrap();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        let mut answered =
            Answered { status: response.status().as_u16(), headers: headers.collect(), body: String::new() };
        let is_stream = answered.media_type() == "text/event-stream";
        while let Some(part) = response.chunk().await.unwrap() {
            answered.body.push_str(std::str::from_utf8(&part).unwrap());
            if is_stream && answered.body.contains("\n\n") {
                break;
            }
        }
        answered
    }
}

/// The keys folder, which its owner alone may read.
fn put_keys(folder: &Path, step: &Step) {
    let mut builder = DirBuilder::new();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        builder.mode(0o700);
        options.mode(0o600);
    }
    builder.create(folder).unwrap();
    for (name, text) in &step.keys_folder {
        options.open(folder.join(name)).unwrap().write_all(text.as_bytes()).unwrap();
    }
    assert_eq!(fs::read_dir(folder).unwrap().count(), step.keys_folder.len());
}
