//! One connection, from its first byte to its last. Each part of it has a deadline.

use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, Version};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::server::Acceptor;
use tokio_rustls::server::TlsStream;

use super::acme::CHALLENGE;
use super::activity::{Activity, Taken};
use super::lent::lend;
use super::parked::{Parked, Stream, Waiter};
use super::{Callers, Certificates, Limits, Security};
use crate::meters::{self, Late};
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

/// Somebody who waits, found on a connection.
#[derive(Clone, Default)]
struct Found(Arc<Mutex<Option<Waiter>>>);

impl Found {
    fn put(&self, waiter: Waiter) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(waiter);
    }

    fn take(&self) -> Option<Waiter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
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

    /// Serves until either side has enough, or somebody only waits any more. `peer` is canonical.
    pub async fn serve(&self, stream: TcpStream, peer: IpAddr) -> Option<Parked> {
        // Answers are small and whole: waiting for more to send along only makes them late.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection ended before it began");
            return None;
        }
        let Security::Tls(certificates) = &self.security else {
            return self.speak(stream, peer, Spoken::Unknown).await;
        };
        match tokio::time::timeout(self.limits.handshake, shake_hands(certificates, stream)).await {
            Ok(Ok(Some(stream))) => match stream.get_ref().1.alpn_protocol() {
                Some(b"h2") => return self.speak(stream, peer, Spoken::Http2).await,
                Some(CHALLENGE) => tracing::debug!("the authority looked"),
                _ => return self.speak(stream, peer, Spoken::Http1).await,
            },
            Ok(Ok(None)) => {
                meters::fail_tls();
                tracing::debug!("there is no certificate to show yet");
            }
            Ok(Err(error)) => {
                meters::fail_tls();
                tracing::debug!(%error, "no TLS came about");
            }
            Err(_) => {
                meters::give_up(Late::Handshake);
                tracing::debug!("no TLS came about in time");
            }
        }
        None
    }

    async fn speak(&self, stream: impl Stream + 'static, peer: IpAddr, spoken: Spoken) -> Option<Parked> {
        let (stream, lender) = lend(stream);
        let found = Found::default();
        let activity = Activity::new(self.limits.head);
        let rooms = TowerToHyperService::new(self.router.clone());
        let service = service_fn(|mut request: Request<Incoming>| {
            let running = activity.begin(self.limits.idle);
            if let Some(caller) = self.callers.find(peer, request.headers()) {
                request.extensions_mut().insert(caller);
            }
            // A connection that is about to end is not parked any more.
            let can_park = request.version() == Version::HTTP_11 && request.method() == Method::GET;
            let parking = can_park.then(|| (found.clone(), self.stopped.clone()));
            let (answering, activity) = (rooms.call(request), activity.clone());
            async move {
                let mut answer = answering.await;
                drop(running);
                if let Some((found, stopped)) = parking
                    && !*stopped.borrow()
                    && let Ok(answer) = &mut answer
                    && let Some(waiter) = Waiter::take_from(answer)
                {
                    found.put(waiter);
                    // Nothing of the answer may be written here: the connection is taken away.
                    return std::future::pending().await;
                }
                answer.map(|answer: Response| answer.map(|body| Taken::new(body, activity)))
            }
        });
        let builder = self.builder(spoken);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let mut stopped = self.stopped.clone();
        // Whoever waits is found while the connection is asked how it goes on.
        let mut going_on = poll_fn(|context| {
            let polled = connection.as_mut().poll(context);
            match found.take() {
                Some(waiter) => Poll::Ready(Some(waiter)),
                None => polled.map(|ended| {
                    note(ended);
                    None
                }),
            }
        });
        let patience = tokio::select! {
            // In this order, or whoever was found might be forgotten.
            biased;
            waiter = &mut going_on => {
                let waiter = waiter?;
                return lender.take_back().map(|stream| Parked::new(stream, waiter, self.limits.idle));
            }
            () = activity.quiet() => {
                meters::give_up(Late::Idle);
                FAREWELL
            }
            // An error means that the sender is gone, which is as good as being told.
            _ = stopped.wait_for(|stop| *stop) => LAST_REQUESTS,
        };
        connection.as_mut().graceful_shutdown();
        if let Ok(ended) = tokio::time::timeout(patience, connection).await {
            note(ended);
        } else {
            tracing::debug!("a connection was cut off");
        }
        None
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

/// TLS with the certificate that the caller's greeting asks for; nothing, if there is none.
async fn shake_hands(
    certificates: &Certificates,
    stream: TcpStream,
) -> io::Result<Option<TlsStream<TcpStream>>> {
    let greeted = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    let Some(config) = certificates.find_for(&greeted.client_hello()) else { return Ok(None) };
    greeted.into_stream(config).await.map(Some)
}

/// A connection that broke is the other side's affair.
fn note(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}
