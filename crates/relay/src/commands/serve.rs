//! `passerby-relay serve`: the relay itself.

use std::io::Write as _;
use std::net::SocketAddr;
use std::panic::PanicHookInfo;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use passerby_protocol::issuer::Issuer;
use rand::rngs::SysRng;
use rand_core::UnwrapErr;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::migrate::open_store;
use super::{Failure, key_file};
use crate::cli::ServeArgs;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::state::RequestsADay;
use crate::{Identity, RelayState};

/// Serves until SIGTERM or SIGINT.
pub async fn run(args: ServeArgs) -> Result<(), Failure> {
    let config = Config::read(&args.config.config).map_err(Failure::config)?;
    start_log(&config)?;
    let key = key_file::read(&config.identity.key).map_err(Failure::Config)?;
    let listen = args.listen.unwrap_or(config.http.listen);
    if config.identity.development && !listen.ip().is_loopback() {
        return Err(Failure::config(anyhow!(
            "a relay in development mode listens on this computer only, not on {listen}"
        )));
    }
    let listener = bind(listen).await?;
    let metrics = match config.http.metrics_listen {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    let address = listener.local_addr().context("finding the port")?;
    let issuer = with_port(&config.identity.issuer, address.port())?;
    let identity = Identity::new(issuer, key, config.identity.development).map_err(Failure::config)?;
    let store = open_store(&config).await?;
    let state = RelayState::new(identity, store.clone(), Arc::new(SystemClock), UnwrapErr(SysRng))
        .with_requests_a_day(RequestsADay(config.shops.requests_a_day));
    let state = if args.open_door { state.with_open_door() } else { state };

    let stop = until_told_to_stop().context("listening for signals")?;
    let mut out = std::io::stdout();
    // Whoever started the relay may not read on: that is no reason to end.
    let _ = writeln!(out, "passerby-relay ready on http://{address}").and_then(|()| out.flush());
    tracing::info!("ready");
    let served = crate::serve(listener, metrics, state, stop).await.context("serving");
    store.close().await;
    tracing::info!("stopped");
    Ok(served?)
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    let bound = TcpListener::bind(address).await.with_context(|| format!("listening on {address}"));
    bound.map_err(Failure::Failed)
}

/// A development issuer with port 0 takes the port that the listener got.
fn with_port(issuer: &Issuer, port: u16) -> Result<Issuer, Failure> {
    match issuer.as_str().strip_suffix(":0") {
        Some(origin) if issuer.is_development() => {
            Issuer::parse(&format!("{origin}:{port}")).map_err(Failure::config)
        }
        _ => Ok(issuer.clone()),
    }
}

#[cfg(unix)]
fn until_told_to_stop() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}

#[cfg(not(unix))]
fn until_told_to_stop() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async move {
        if tokio::signal::ctrl_c().await.is_err() {
            // Nobody can tell this relay to stop but by ending it.
            std::future::pending::<()>().await;
        }
        tracing::info!("stopping");
    })
}

/// One JSON object a line on standard error. A panic is logged by its place only: its message could hold anything.
fn start_log(config: &Config) -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_target(false)
        .with_env_filter(EnvFilter::new(config.log.level.directive()))
        .with_writer(std::io::stderr)
        .try_init()
        .map_err(|error| anyhow!(error))?;
    std::panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
    Ok(())
}
