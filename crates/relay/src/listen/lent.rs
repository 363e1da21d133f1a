//! A stream that is lent to whoever speaks HTTP on it, and can be taken back.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A lent stream. Once it was taken back, nothing is to be read or written here.
pub(super) struct Lent<S>(Arc<Mutex<Option<S>>>);

/// The right to take it back.
pub(super) struct Lender<S>(Arc<Mutex<Option<S>>>);

/// Lends a stream.
pub(super) fn lend<S>(stream: S) -> (Lent<S>, Lender<S>) {
    let shared = Arc::new(Mutex::new(Some(stream)));
    (Lent(Arc::clone(&shared)), Lender(shared))
}

/// Where the stream is has no halfway state that a panic elsewhere could have left behind.
fn lock<S>(stream: &Mutex<Option<S>>) -> MutexGuard<'_, Option<S>> {
    stream.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S> Lender<S> {
    pub fn take_back(self) -> Option<S> {
        lock(&self.0).take()
    }
}

impl<S: Unpin> Lent<S> {
    fn with<T>(&self, poll: impl FnOnce(Pin<&mut S>) -> Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match lock(&self.0).as_mut() {
            Some(stream) => poll(Pin::new(stream)),
            None => Poll::Ready(Err(ErrorKind::NotConnected.into())),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lent<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_read(cx, buf))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Lent<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.with(|stream| stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.with(|stream| stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        lock(&self.0).as_ref().is_some_and(AsyncWrite::is_write_vectored)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_shutdown(cx))
    }
}
