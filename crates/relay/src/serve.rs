//! Serving until told to stop.

use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::http::metrics;
use crate::listen::Listening;
use crate::router::{metrics_router, router};
use crate::waiting::news;
use crate::{RelayState, meters, sweep};

/// For how long requests that are under way may still run after the signal to stop.
pub(crate) const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// Serves on a socket, and sweeps, until `shutdown` is done; then finishes what is under way. With `metrics_listener`, the metrics stand
/// there; else at the relay's own address, unless it speaks TLS and thereby to the world.
pub async fn serve(
    listening: impl Into<Listening>,
    metrics_listener: Option<TcpListener>,
    state: RelayState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let listening = listening.into();
    metrics::begin();
    let (stop, stopped) = watch::channel(false);
    let sweeping = tokio::spawn(sweep::run(state.clone()));
    let telling = tokio::spawn(news::run(state.clone()));
    let has_metrics = metrics_listener.is_none() && !listening.is_tls();
    let router = router(state.clone(), listening.limits().request, has_metrics);
    meters::limit_connections(listening.limits().connections);
    let relay = spawn(listening, router, stopped.clone());
    let counting =
        metrics_listener.map(|listener| spawn(listener.into(), metrics_router(state.clone()), stopped));

    shutdown.await;
    sweeping.abort();
    telling.abort();
    state.waiting().close();
    // The receivers are gone only when the servers have ended by themselves.
    let _ = stop.send(true);
    if let Some(counting) = counting {
        counting.abort();
    }
    let Ok(joined) = tokio::time::timeout(LAST_REQUESTS, relay).await else {
        tracing::warn!("some requests were cut off");
        return Ok(());
    };
    joined.map_err(std::io::Error::other)
}

fn spawn(listening: Listening, router: Router, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(listening.run(router, stopped))
}
