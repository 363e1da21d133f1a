//! Serving until told to stop.

use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::http::metrics;
use crate::router::{metrics_router, router};
use crate::{RelayState, sweep};

/// For how long requests that are under way may still run after the signal to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// Serves on a listener, and sweeps, until `shutdown` is done; then finishes what is under way. With `metrics_listener`,
/// the metrics stand there and not at the relay's own address.
pub async fn serve(
    listener: TcpListener,
    metrics_listener: Option<TcpListener>,
    state: RelayState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (stop, stopped) = watch::channel(false);
    let sweeping = tokio::spawn(sweep::run(state.clone()));
    let own_metrics = metrics_listener.is_none().then(metrics::handle);
    let relay = spawn(listener, router(state, own_metrics), stopped.clone());
    let counting =
        metrics_listener.map(|listener| spawn(listener, metrics_router(metrics::handle()), stopped));

    shutdown.await;
    sweeping.abort();
    // The receivers are gone only when the servers have ended by themselves.
    let _ = stop.send(true);
    if let Some(counting) = counting {
        counting.abort();
    }
    let Ok(joined) = tokio::time::timeout(LAST_REQUESTS, relay).await else {
        tracing::warn!("some requests were cut off");
        return Ok(());
    };
    joined.map_err(std::io::Error::other)?
}

fn spawn(
    listener: TcpListener,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) -> tokio::task::JoinHandle<std::io::Result<()>> {
    let told = async move {
        // An error means that the sender is gone, which is as good as being told.
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(told).await })
}
