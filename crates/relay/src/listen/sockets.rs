//! Sockets: those that systemd hands over, or our own.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use listenfd::ListenFd;
use tokio::net::TcpListener;

use crate::meters::{self, TurnedAway};

/// How long nothing is accepted after the system could not: something must end first.
const BREATH: Duration = Duration::from_secs(1);

/// The sockets of a relay.
pub struct Sockets {
    pub relay: TcpListener,
    pub metrics: Option<TcpListener>,
}

impl Sockets {
    /// Takes what systemd hands over (`LISTEN_FDS`): the relay's socket first, that of the metrics second. What is not handed over is
    /// opened here.
    pub async fn open(listen: SocketAddr, metrics: Option<SocketAddr>) -> anyhow::Result<Self> {
        let mut handed = ListenFd::from_env();
        let relay = match take(&mut handed, 0)? {
            Some(socket) => socket,
            None => bind(listen).await?,
        };
        let metrics = match (take(&mut handed, 1)?, metrics) {
            (Some(socket), _) => Some(socket),
            (None, Some(address)) => Some(bind(address).await?),
            (None, None) => None,
        };
        Ok(Self { relay, metrics })
    }
}

/// Files that a relay has open beside its connections: the database, the log, what a library holds.
#[cfg(unix)]
const OTHER_FILES: u64 = 128;

/// Lets this process have as many files open as its connections need, as far as the system lets it.
#[cfg(unix)]
pub fn make_room(connections: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let wanted = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OTHER_FILES);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= wanted) {
        return;
    }
    let most = maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum });
    if raised.is_err() || most < wanted {
        tracing::warn!(
            wanted,
            most,
            "the system allows fewer open files than limits.connections needs: raise LimitNOFILE, or allow fewer connections"
        );
    }
}

#[cfg(not(unix))]
pub fn make_room(_connections: usize) {}

fn take(handed: &mut ListenFd, place: usize) -> anyhow::Result<Option<TcpListener>> {
    let place_said = place + 1;
    let socket = handed
        .take_tcp_listener(place)
        .with_context(|| format!("taking socket {place_said} that was handed over"))?;
    let Some(socket) = socket else { return Ok(None) };
    socket.set_nonblocking(true).context("setting up a socket that was handed over")?;
    TcpListener::from_std(socket).map(Some).context("setting up a socket that was handed over")
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("listening on {address}"))
}

/// After a connection could not be accepted. One that broke before it began is nothing; when the system has no room, a moment passes.
pub(super) async fn wait_after(error: &Error) {
    let broke = [ErrorKind::ConnectionRefused, ErrorKind::ConnectionAborted, ErrorKind::ConnectionReset];
    if broke.contains(&error.kind()) {
        return;
    }
    meters::turn_away(TurnedAway::System);
    tracing::error!(%error, "no connection can be accepted");
    tokio::time::sleep(BREATH).await;
}
