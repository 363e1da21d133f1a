//! `passerby-relay serve`: the relay itself.

use std::io::Write as _;
use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use passerby_protocol::issuer::Issuer;
use rand::rngs::SysRng;
use rand_core::UnwrapErr;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tracing_subscriber::EnvFilter;

use super::hangup::Hangup;
use super::migrate::open_store;
use super::{Failure, key_file};
use crate::cli::ServeArgs;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::http::rate::Rates;
use crate::journal::Replayed;
use crate::listen::sockets::{self, Sockets};
use crate::listen::{Callers, Keeper, Limits, Listening, Security, plan, supervisor};
use crate::state::ShopLimits;
use crate::waiting::WaitingLimits;
use crate::{Identity, RelayState};

/// Serves until SIGTERM or SIGINT.
pub async fn run(args: ServeArgs) -> Result<(), Failure> {
    let config = Config::read(&args.config.config).map_err(Failure::config)?;
    start_log(&config)?;
    let held = key_file::read(&config.identity.key).map_err(Failure::Config)?;
    let listen = args.listen.unwrap_or(config.http.listen);
    let sockets = Sockets::open(listen, config.http.metrics_listen).await?;
    let address = sockets.relay.local_addr().context("finding the port")?;
    let metrics_address = sockets.metrics.as_ref().map(TcpListener::local_addr);
    let metrics_address = metrics_address.transpose().context("finding the port of the metrics")?;
    plan::check(&config, address, metrics_address).map_err(Failure::config)?;
    let security = plan::open(&config, Arc::new(SystemClock)).await.map_err(Failure::config)?;
    let issuer = with_port(&config.identity.issuer, address.port())?;
    let identity = Identity::with_keys(issuer, held, config.identity.development).map_err(Failure::config)?;
    let store = open_store(&config).await?;
    let keys = config.keys_folder();
    keys.make().map_err(Failure::config)?;
    let state = RelayState::new(identity, store.clone(), Arc::new(SystemClock), UnwrapErr(SysRng), &keys)
        .with_period_days(config.keys.period_days.get(), config.keys.keep_days)
        .with_shop_limits(ShopLimits::from(&config.shops))
        .with_waiting(WaitingLimits::from(&config.limits))
        .with_data_folder(config.store.find_folder().to_owned());
    replay_journal(&state).await?;
    let state = if args.open_door { state.with_open_door() } else { state };
    let state =
        if config.identity.development { state } else { state.with_rates(Rates::new(&config.limits)) };

    let stop = until_told_to_stop().context("listening for signals")?;
    let scheme = if matches!(security, Security::Tls(_)) { "https" } else { "http" };
    let mut background = listen_for_hangup(&config, &security, &state).context("listening for signals")?;
    background.spawn(supervisor::keep_watchdog());
    let listening = open_line(&config, sockets.relay, security);
    let mut out = std::io::stdout();
    // Whoever started the relay may not read on: that is no reason to end.
    let _ = writeln!(out, "passerby-relay ready on {scheme}://{address}").and_then(|()| out.flush());
    tracing::info!("ready");
    supervisor::say_ready();
    let served = crate::serve(listening, sockets.metrics, state, stop).await.context("serving");
    store.close().await;
    drop(background);
    tracing::info!("stopped");
    Ok(served?)
}

/// Nobody is listened to before what was deleted is deleted in this database too: it may have been put back by hand.
async fn replay_journal(state: &RelayState) -> Result<(), Failure> {
    let journal = state.journal();
    journal.forget_old(state.now().seconds()).map_err(Failure::config)?;
    if let Some(replayed) = journal.replay(state.store()).await.map_err(Failure::config)? {
        let Replayed { tombstones, deleted, unreadable } = replayed;
        tracing::info!(tombstones, deleted, unreadable, "the journal of tombstones was replayed");
    }
    Ok(())
}

/// Who is listened to, and how much they may take.
fn open_line(config: &Config, socket: TcpListener, security: Security) -> Listening {
    let is_tls = matches!(security, Security::Tls(_));
    let callers = Callers::new(is_tls, config.http.trusted_proxies.clone(), config.http.proxy_header);
    if !callers.are_known() && !config.identity.development {
        tracing::warn!(
            "callers cannot be told apart, and limits by address do not hold: name the proxy in http.trusted_proxies"
        );
    }
    let limits = Limits::from(&config.limits);
    sockets::make_room(limits.connections);
    Listening::new(socket, security, callers, limits)
}

/// Takes a new certificate when its files change, and at SIGHUP, when the signing keys are read anew too. Asks the authority for one, if
/// there is one.
fn listen_for_hangup(
    config: &Config,
    security: &Security,
    state: &RelayState,
) -> std::io::Result<JoinSet<()>> {
    let every = Duration::from_secs(config.tls.look_every_seconds.get().into());
    let mut hangup = Hangup::listen()?;
    let certificates = match security {
        Security::Tls(certificates) => Some(certificates.clone()),
        Security::Plain => None,
    };
    let mut tasks = JoinSet::new();
    if let Some(certificates) = certificates.clone() {
        if let Some(keeper) = Keeper::of(&certificates) {
            tasks.spawn(keeper.keep());
        }
        tasks.spawn(certificates.watch(every));
    }
    let (config, state) = (config.clone(), state.clone());
    tasks.spawn(async move {
        loop {
            hangup.next().await;
            match take_keys_anew(&config, &state) {
                Ok(many) => tracing::info!(many, "the signing keys were read anew"),
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "the signing keys stay as they were");
                }
            }
            if let Some(certificates) = &certificates {
                certificates.look_now();
            } else {
                tracing::info!("there is no certificate to take anew; other changes count after a restart");
            }
        }
    });
    Ok(tasks)
}

fn take_keys_anew(config: &Config, state: &RelayState) -> anyhow::Result<usize> {
    let held = key_file::read(&config.identity.key)?;
    let (many, issuer) = (held.len(), state.identity().issuer().clone());
    state.replace_identity(Identity::with_keys(issuer, held, config.identity.development)?);
    Ok(many)
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
        supervisor::say_stopping();
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
        supervisor::say_stopping();
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
