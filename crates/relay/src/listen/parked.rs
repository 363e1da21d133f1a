//! A connection on which somebody waits, without what HTTP needs for reading requests and writing answers: some 20 KB each otherwise, for
//! minutes. Only the head of the answer is written here; the body ends with the connection (RFC 9112 section 6.3).

use std::time::{Duration, UNIX_EPOCH};

use axum::http::{HeaderValue, header};
use axum::response::Response;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::waiting::Watcher;
use crate::waiting::events::WatcherSlot;

/// A byte stream of either kind.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// What is answered to somebody who waits.
pub(super) struct Waiter {
    head: Vec<u8>,
    watcher: Box<Watcher>,
}

impl Waiter {
    /// Takes the watcher out of an answer of HTTP/1.1 that has one.
    pub fn take_from(answer: &mut Response) -> Option<Self> {
        let slot = answer.extensions_mut().remove::<WatcherSlot>()?;
        let watcher = slot.take()?;
        let headers = answer.headers_mut();
        let now = UNIX_EPOCH + Duration::from_secs(watcher.now().seconds().unsigned_abs());
        if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(now)) {
            headers.insert(header::DATE, date);
        }
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        let mut head = format!("HTTP/1.1 {}\r\n", answer.status()).into_bytes();
        for (name, value) in answer.headers() {
            for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                head.extend_from_slice(part);
            }
        }
        head.extend_from_slice(b"\r\n");
        Some(Self { head, watcher })
    }
}

/// A connection with somebody who waits on it.
pub(super) struct Parked {
    stream: Box<dyn Stream>,
    waiter: Waiter,
    /// How long taking a part of the answer may last.
    patience: Duration,
}

impl Parked {
    pub fn new(stream: impl Stream + 'static, waiter: Waiter, patience: Duration) -> Self {
        Self { stream: Box::new(stream), waiter, patience }
    }

    /// Writes until there is nothing more to say, or the other side has gone or says something itself.
    pub async fn keep(self) {
        let Self { mut stream, waiter: Waiter { mut head, mut watcher }, patience } = self;
        let Some(first) = watcher.next().await else { return };
        head.extend_from_slice(&first);
        if !write(&mut stream, &head, patience).await {
            return;
        }
        drop((head, first));
        loop {
            let mut byte = [0];
            let part = tokio::select! {
                part = watcher.next() => part,
                _ = stream.read(&mut byte) => return,
            };
            let Some(part) = part else { break };
            if !write(&mut stream, &part, patience).await {
                return;
            }
        }
        // Whether the end was taken is no matter any more.
        let _ = timeout(patience, stream.shutdown()).await;
    }
}

async fn write(stream: &mut dyn Stream, part: &[u8], patience: Duration) -> bool {
    let written = timeout(patience, async {
        stream.write_all(part).await?;
        stream.flush().await
    });
    matches!(written.await, Ok(Ok(())))
}
