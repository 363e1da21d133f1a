//! Whether anything goes on on a connection. What counts: a request that begins or ends, and a part of an answer that is taken.
//! Bytes do not count: whoever only sends pings, or half a head, is doing nothing.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::Notify;
use tokio::time::Instant;

/// What goes on on one connection.
#[derive(Clone)]
pub(super) struct Activity(Arc<Inside>);

struct Inside {
    moment: Mutex<Moment>,
    /// The patience has changed.
    changed: Notify,
}

struct Moment {
    /// Requests that a handler has and has not answered.
    running: u32,
    last: Instant,
    /// For how long nothing may happen: shorter until the first request has come.
    patience: Duration,
}

/// A request that a handler has.
pub(super) struct Running {
    activity: Activity,
}

impl Activity {
    /// A connection that is new, and has `head` for its first request.
    pub fn new(head: Duration) -> Self {
        let moment = Moment { running: 0, last: Instant::now(), patience: head };
        Self(Arc::new(Inside { moment: Mutex::new(moment), changed: Notify::new() }))
    }

    /// A moment has no halfway state that a panic elsewhere could have left behind.
    fn lock(&self) -> MutexGuard<'_, Moment> {
        self.0.moment.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request begins; from now on the connection may be quiet for `idle`.
    pub fn begin(&self, idle: Duration) -> Running {
        let mut moment = self.lock();
        moment.running += 1;
        if std::mem::replace(&mut moment.patience, idle) != idle {
            self.0.changed.notify_one();
        }
        drop(moment);
        Running { activity: self.clone() }
    }

    fn touch(&self) {
        self.lock().last = Instant::now();
    }

    /// Returns when nothing has happened for too long. A request that a handler has is bounded by a deadline of its own.
    pub async fn quiet(&self) {
        loop {
            let until = {
                let moment = self.lock();
                let since = if moment.running == 0 { moment.last } else { Instant::now() };
                since + moment.patience
            };
            if until <= Instant::now() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                () = self.0.changed.notified() => {}
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut moment = self.activity.lock();
        moment.running -= 1;
        moment.last = Instant::now();
    }
}

/// The body of an answer, which counts when a part of it is taken.
pub(super) struct Taken<B> {
    body: B,
    activity: Activity,
}

impl<B> Taken<B> {
    pub fn new(body: B, activity: Activity) -> Self {
        Self { body, activity }
    }
}

impl<B: Body + Unpin> Body for Taken<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if polled.is_ready() {
            self.activity.touch();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
