//! One connection, from its first byte to its last. Each part of it has a deadline.

use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::activity::{Activity, Taken};
use super::{Callers, Limits, Security};
use crate::serve::LAST_REQUESTS;

/// The largest head of a request, and what is held of an answer that is not taken (HTTP/1).
const LARGEST_HEAD: usize = 32 * 1024;
/// The same of HTTP/2, as its own standard counts it.
const LARGEST_HEADER_LIST: u32 = 32 * 1024;
/// What may be under way of bodies that nobody has read yet, a request and a connection: somewhat more than the largest body.
const STREAM_WINDOW: u32 = 128 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// Requests at a time on one HTTP/2 connection.
const STREAMS: u32 = 100;
/// What a connection that is sent home may still do: take the news.
const FAREWELL: Duration = Duration::from_secs(1);

/// What all connections of a socket share.
pub(super) struct Line {
    pub security: Security,
    pub callers: Callers,
    pub limits: Limits,
    pub router: Router,
    pub stopped: watch::Receiver<bool>,
}

/// What a connection turned out to speak.
#[derive(Clone, Copy)]
enum Spoken {
    /// The first bytes say it.
    Unknown,
    Http1,
    Http2,
}

impl Line {
    /// Plain HTTP is for this computer and for trusted proxies.
    pub fn may_speak(&self, peer: IpAddr) -> bool {
        matches!(self.security, Security::Tls(_)) || peer.is_loopback() || self.callers.trusts(peer)
    }

    /// Serves until either side has enough. `peer` is canonical.
    pub async fn serve(&self, stream: TcpStream, peer: IpAddr) {
        // Answers are small and whole: waiting for more to send along only makes them late.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection ended before it began");
            return;
        }
        let Security::Tls(certificates) = &self.security else {
            return self.speak(stream, peer, Spoken::Unknown).await;
        };
        let acceptor = TlsAcceptor::from(certificates.current());
        match tokio::time::timeout(self.limits.handshake, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => {
                let chosen = stream.get_ref().1.alpn_protocol();
                let spoken = if chosen == Some(b"h2") { Spoken::Http2 } else { Spoken::Http1 };
                self.speak(stream, peer, spoken).await;
            }
            Ok(Err(error)) => tracing::debug!(%error, "no TLS came about"),
            Err(_) => tracing::debug!("no TLS came about in time"),
        }
    }

    async fn speak(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        peer: IpAddr,
        spoken: Spoken,
    ) {
        let activity = Activity::new(self.limits.head);
        let rooms = TowerToHyperService::new(self.router.clone());
        let service = service_fn(|mut request: Request<Incoming>| {
            let running = activity.begin(self.limits.idle);
            if let Some(caller) = self.callers.find(peer, request.headers()) {
                request.extensions_mut().insert(caller);
            }
            let (answering, activity) = (rooms.call(request), activity.clone());
            async move {
                let answer = answering.await;
                drop(running);
                answer.map(|answer: Response| answer.map(|body| Taken::new(body, activity)))
            }
        });
        let builder = self.builder(spoken);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let mut stopped = self.stopped.clone();
        let patience = tokio::select! {
            ended = connection.as_mut() => return note(ended),
            () = activity.quiet() => FAREWELL,
            // An error means that the sender is gone, which is as good as being told.
            _ = stopped.wait_for(|stop| *stop) => LAST_REQUESTS,
        };
        connection.as_mut().graceful_shutdown();
        if let Ok(ended) = tokio::time::timeout(patience, connection).await {
            note(ended);
        } else {
            tracing::debug!("a connection was cut off");
        }
    }

    fn builder(&self, spoken: Spoken) -> Builder<TokioExecutor> {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head)
            .max_buf_size(LARGEST_HEAD);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(self.limits.idle)
            .keep_alive_timeout(self.limits.idle)
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(LARGEST_HEADER_LIST)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW);
        match spoken {
            Spoken::Unknown => builder,
            Spoken::Http1 => builder.http1_only(),
            Spoken::Http2 => builder.http2_only(),
        }
    }
}

/// A connection that broke is the other side's affair.
fn note(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}
